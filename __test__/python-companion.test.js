// python/mmap_array.py, run by the python3 of this machine, on the same arrays as Node.
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { attachCompanion, sharedName, startCompanion } from './support/companion.js'
import { onLinux } from './support/linux.js'
import { pythonWithNumpy } from './support/numpy.js'
import { expectExit, run } from './support/processes.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements } from './support/typecodes.js'

/** The complex types are not in the table of the other tests. */
const ALL = [...TYPECODES, { code: 'Zf', kind: 'complex', itemsize: 8 }, { code: 'Zd', kind: 'complex', itemsize: 16 }]
const RECORD = { time: 'q', price: 'd', size: 'I' }
const RECORD_IN_PYTHON = '[("time", "q"), ("price", "d"), ("size", "I")]'
const TRADE = { time: 1700000000000n, price: 9.5, size: 100 }
const TRADE_IN_JSON = { ...TRADE, time: Number(TRADE.time) }

/** Elements as Python's answer has them: 64-bit integers as numbers, for which the tests take small ones. */
const asJson = (items) => items.map((item) => (typeof item === 'bigint' ? Number(item) : item))

/** Elements that JSON can carry, each different. */
function plainElements(type, count) {
  if (type.kind === 'bigint') return Array.from({ length: count }, (_, n) => BigInt(n + 1))
  if (type.kind === 'complex') return Array.from({ length: count }, (_, n) => ({ re: n + 0.5, im: -n - 1 }))
  return elements(type, count)
}

/** An expression of Python for elements. */
const inPython = (type, items) => {
  if (type.kind === 'complex') return `[${items.map(({ re, im }) => `complex(${re}, ${im})`).join(', ')}]`
  return JSON.stringify(asJson(items))
}

/** What an asynchronous call throws. */
const thrown = (promise) =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error) => error,
  )

/** A .npy file with this text in its header, whose length is a multiple of `multiple`, and 64 zeros. */
function npyOf(given, multiple = 64) {
  const text = given.padEnd(Math.ceil((given.length + 11) / multiple) * multiple - 11)
  const length = Buffer.alloc(2)
  length.writeUInt16LE(text.length + 1)
  const prelude = Buffer.from('\x93NUMPY\x01\x00', 'latin1')
  return Buffer.concat([prelude, length, Buffer.from(`${text}\n`), Buffer.alloc(64)])
}

describePython('python/mmap_array.py', () => {
  const scope = useScope()
  const start = (options) => startCompanion(scope, options)
  const attached = (array) => attachCompanion(scope, array)

  describe('attach', () => {
    test.each(ALL)('to an array of $code shares its elements both ways', async (type) => {
      const [first, second, third] = [plainElements(type, 9).slice(0, 3), ...plainElements(type, 9).slice(3, 5)]
      const array = scope.keep(new MmapArray(type.code, type.kind === 'character' ? first.join('') : first))
      const ask = await attached(array)
      expect(await ask('a.tolist(), a.typecode, a.itemsize, len(a)')).toEqual([
        asJson(first),
        type.code,
        type.itemsize,
        3,
      ])
      await ask(`a.append(${inPython(type, [second])}[0])`)
      await ask(`a.extend(${inPython(type, [third, second])})`)
      await ask(`a[0] = ${inPython(type, [third])}[0]`)
      expect(array.refresh()).toBe(6)
      expect(array.tolist()).toEqual([third, ...first.slice(1), second, third, second])
      array.set(1, second)
      array.append(first[0])
      expect(await ask('a.refresh()')).toBe(7)
      expect(await ask('[a[1], a[-1], a[1:3], a[::-3], list(a)]')).toEqual([
        ...asJson([second, first[0]]),
        asJson([second, first[2]]),
        asJson([first[0], second, third]),
        asJson(array.tolist()),
      ])
    })

    const storages = [
      ['anonymous memory', () => new MmapArray(RECORD)],
      ['a file', () => MmapArray.open(scope.path(), RECORD, { flags: 'w+' })],
      ['a file behind an offset', () => MmapArray.open(scope.path(), RECORD, { flags: 'w+', offset: 7 })],
      ['a .npy file', () => MmapArray.open(scope.path('trades.npy'), RECORD, { flags: 'w+' })],
      ['named memory', () => MmapArray.openShm(sharedName(scope), RECORD, { flags: 'w+' })],
    ]
    test.each(storages)('to records in %s shares them both ways', async (_, make) => {
      const array = scope.keep(make())
      array.append(TRADE)
      const ask = await attached(array)
      expect(await ask('a.tolist(), a.typecode, a.record')).toEqual([[TRADE_IN_JSON], null, array.handle().record])
      await ask('a.append({"time": 5, "price": 0.5, "size": 7})')
      await ask('a.extend([(6, 1.5, 8), [7, 2.5, 9]])')
      await ask('a[0] = (1, 2, 3)')
      expect(array.refresh()).toBe(4)
      expect(array.tolist().map(({ time, size }) => [Number(time), size])).toEqual([
        [1, 3],
        [5, 7],
        [6, 8],
        [7, 9],
      ])
      array.append(TRADE)
      expect(await ask('a.refresh(), a[-1]')).toEqual([5, TRADE_IN_JSON])
    })

    test('to records with padding, counts and moved fields reads and writes each field', async () => {
      const type = MmapArray.recordType(
        [
          ['flag', 'b'],
          ['letters', ['c', 3]],
          ['at', 'd'],
          ['gain', ['Zf', 2]],
        ],
        { offsets: [30, 2, 8, 40], itemsize: 64 },
      )
      const array = scope.keep(new MmapArray(type))
      const item = {
        flag: -1,
        letters: ['a', 'b', 'é'],
        at: 0.5,
        gain: [
          { re: 1, im: 2 },
          { re: 3, im: 4 },
        ],
      }
      array.append(item)
      const ask = await attached(array)
      expect(await ask('a[0]')).toEqual(item)
      await ask('a.append((-2, "xyz", 1.5, [complex(0, 1), 7]))')
      array.refresh()
      expect(array.get(1)).toEqual({
        flag: -2,
        letters: ['x', 'y', 'z'],
        at: 1.5,
        gain: [
          { re: 0, im: 1 },
          { re: 7, im: 0 },
        ],
      })
      expect(array.tobytes().subarray(64, 66)).toEqual(Buffer.alloc(2))
    })

    test('with JSON, and with flags that ask for less, gives a reader', async () => {
      const array = scope.keep(new MmapArray('i', [1, 2]))
      const ask = start()
      await ask('a = attach(text, flags="r")', { text: JSON.stringify(array.handle()) })
      expect(await ask('a.flags, a.view.readonly, a.tolist()')).toEqual(['r', true, [1, 2]])
      for (const text of ['a.append(1)', 'a[0] = 1', 'a[:] = [1, 2]']) {
        expect(await thrown(ask(text))).toMatchObject({ code: 'ERR_READ_ONLY' })
      }
      const reader = scope.keep(MmapArray.attach(array.handle(), { flags: 'r' }))
      expect(await thrown(ask('attach(handle, "r+")', { handle: reader.handle() }))).toMatchObject({
        code: 'ERR_READ_ONLY',
      })
    })

    test('to a window of fixed length cannot append', async () => {
      const file = scope.file(Buffer.from(Int32Array.of(1, 2, 3).buffer))
      const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+', length: 2 }))
      const ask = await attached(array)
      expect(await ask('a.tolist()')).toEqual([1, 2])
      expect(await thrown(ask('a.append(1)'))).toMatchObject({ code: 'ERR_FIXED_LENGTH' })
      expect(await ask('a.refresh()')).toBe(2)
    })

    test('to an array whose owner closed it, or whose file was replaced, is ERR_STALE_HANDLE', async () => {
      const array = new MmapArray('i', [1])
      const handle = array.handle()
      array.close()
      const ask = start()
      expect(await thrown(ask('attach(handle)', { handle }))).toMatchObject({ code: 'ERR_STALE_HANDLE' })
      const file = MmapArray.open(scope.path(), 'i', { flags: 'w+' })
      const ofFile = file.handle()
      fs.writeFileSync(`${file.path}.new`, Buffer.alloc(4))
      fs.renameSync(`${file.path}.new`, file.path)
      file.close()
      expect(await thrown(ask('attach(handle)', { handle: ofFile }))).toMatchObject({ code: 'ERR_STALE_HANDLE' })
      const npy = scope.keep(MmapArray.open(scope.path('a.npy'), 'i', { flags: 'w+' }))
      const ofNpy = npy.handle()
      MmapArray.open(npy.path, 'd', { flags: 'w+' }).close()
      expect(await thrown(ask('attach(handle)', { handle: ofNpy }))).toMatchObject({ code: 'ERR_STALE_HANDLE' })
    })

    onLinux('memory has a path', test)('to memory of another PID namespace is ERR_UNREACHABLE_HANDLE', async () => {
      const array = scope.keep(new MmapArray('i', [1]))
      const ask = start()
      const handle = { ...array.handle(), pidNamespace: '1' }
      expect(await thrown(ask('attach(handle)', { handle }))).toMatchObject({ code: 'ERR_UNREACHABLE_HANDLE' })
    })

    test('of a value that is not a handle names the field', async () => {
      const array = scope.keep(new MmapArray('i', [1]))
      const ask = start()
      const refused = (changes) => thrown(ask('attach(handle)', { handle: { ...array.handle(), ...changes } }))
      for (const [name, value] of [
        ['pid', 'x'],
        ['pid', true],
        ['descriptor', -1],
        ['started', 5],
        ['identity', null],
        ['offset', -4],
        ['offset', 1.5],
        ['length', '1'],
        ['typecode', null],
        ['version', '1'],
        ['path', 5],
      ]) {
        const { code, kinds, message } = await refused({ [name]: value })
        expect({ code, type: kinds.includes('TypeError') }).toEqual({ code: 'ERR_INVALID_ARG_TYPE', type: true })
        expect(message).toContain(`handle.${name} `)
      }
      expect(await refused({ version: 2 })).toMatchObject({ code: 'ERR_HANDLE_VERSION' })
      expect(await refused({ typecode: 'x' })).toMatchObject({ code: 'ERR_INVALID_TYPECODE' })
      expect(await refused({ offset: 2 })).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
      expect(await refused({ identity: '1:2:3:4' })).toMatchObject({ code: 'ERR_STALE_HANDLE' })
      const fields = [{ name: 'x', typecode: 'd', offset: 2 ** 40 }]
      const record = { fields, itemsize: 2 ** 41 }
      expect(await refused({ typecode: null, record })).toMatchObject({ code: 'ERR_INVALID_RECORD_TYPE' })
      for (const text of ['attach("{")', 'attach(5)', 'attach([])']) {
        expect(await thrown(ask(text))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
      }
    })

    test('of a path that is a FIFO now does not open it', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      const handle = array.handle()
      fs.rmSync(array.path)
      expectExit(await run('mkfifo', [array.path]))
      array.close()
      const ask = start()
      expect(await thrown(ask('attach(handle)', { handle }))).toMatchObject({ code: 'ERR_STALE_HANDLE' })
    })
  })

  test('handle of an array in Python is one for Node', async () => {
    const ask = start()
    const file = scope.path()
    await ask('a = open(path, "i", "w+"); a.extend([1, 2])', { path: file })
    const array = scope.keep(MmapArray.attach(await ask('a.handle()')))
    array.append(3)
    expect(await ask('a.refresh(), a[-1]')).toEqual([3, 3])
    const memory = scope.keep(new MmapArray(RECORD, [TRADE]))
    const other = await attached(memory)
    const handle = await other('a.handle()')
    expect(scope.keep(MmapArray.attach(handle)).tolist()).toEqual([TRADE])
  })

  describe('open', () => {
    test('with each of the flags does to the file what Node does', async () => {
      const ask = start()
      for (const flags of ['r', 'r+', 'w+', 'wx+', 'a+']) {
        for (const exists of [false, true]) {
          const [ours, theirs] = [0, 1].map(() => (exists ? scope.file(Buffer.alloc(8, 1)) : scope.path()))
          let expected
          try {
            const array = MmapArray.open(ours, 'i', { flags })
            expected = array.tolist()
            array.close()
          } catch (error) {
            expected = error.code
          }
          const found = await ask(`a = open(path, "i", flags)`, { path: theirs, flags }).then(
            () => ask('a.tolist()'),
            ({ code }) => code,
          )
          expect({ flags, exists, found }).toEqual({ flags, exists, found: expected })
          expect(fs.existsSync(theirs)).toBe(fs.existsSync(ours))
        }
      }
    })

    test('with a relative path finds the file again after the process has changed its directory', async () => {
      const ask = start()
      const file = scope.path('first/log')
      fs.mkdirSync(path.dirname(file))
      const names = { directory: path.dirname(file), other: scope.directory }
      await ask('os.chdir(directory); a = open("log", "i", "w+"); a.append(1); f = a.follow(timeout=0.05)', names)
      await ask('b = open("log", "i", "r+"); os.chdir(other); b.append(2)')
      expect(await ask('list(f), a.path, a.handle()["path"]')).toEqual([[[2]], 'log', file])
      const array = scope.keep(MmapArray.attach(await ask('a.handle()')))
      fs.renameSync(file, `${file}.old`)
      expect(await ask('b.append(3) or list(a.follow("start"))')).toEqual([[1, 2, 3]])
      array.refresh()
      expect(array.tolist()).toEqual([1, 2, 3])
    })

    test('with an offset and a length makes a window, or a longer file', async () => {
      const ask = start()
      const names = { path: scope.file(Buffer.from(Int32Array.of(1, 2, 3).buffer)), fresh: scope.path() }
      expect(await ask('open(path, "i", "r+", offset=4, length=1).tolist()', names)).toEqual([2])
      expect(await ask('open(path, "i", "a+", offset=4, length=3).tolist()')).toEqual([2, 3, 0])
      expect(await ask('open(fresh, "d", "w+", length=2).tolist()')).toEqual([0, 0])
      expect(fs.statSync(names.path).size).toBe(16)
      for (const text of ['offset=2', 'offset=20', 'length=5', 'offset=-4', 'length=-1', 'format="x"', 'tail="x"']) {
        const { code, kinds } = await thrown(ask(`open(path, "i", "r+", ${text})`))
        expect({ text, code, value: kinds.includes('ValueError') }).toEqual({
          text,
          code: 'ERR_OUT_OF_RANGE',
          value: true,
        })
      }
      expect(await thrown(ask('open(path, "i", "x")'))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
      expect(await thrown(ask('open(path)'))).toMatchObject({ code: 'ERR_INVALID_TYPECODE' })
      expect(await thrown(ask('open(path, [("a", "x")])'))).toMatchObject({ code: 'ERR_INVALID_RECORD_TYPE' })
      for (const fields of [
        '[]',
        '[("a",)]',
        '[("", "d")]',
        '[("a", "d"), ("a", "d")]',
        '[("a", ("d", 2**30))]',
        '[5]',
      ]) {
        expect(await thrown(ask(`open(path, ${fields})`))).toMatchObject({ code: 'ERR_INVALID_RECORD_TYPE' })
      }
      for (const [at, code] of [
        ['/', 'EISDIR'],
        ['/dev/null', 'ENODEV'],
        ['/nowhere/at/all', 'ENOENT'],
      ]) {
        expect(await thrown(ask(`open(${JSON.stringify(at)}, "i")`))).toMatchObject({ code })
      }
    })

    test('of a file that ends inside an element reads it, and appends with tail="cut" only', async () => {
      const ask = start()
      const file = scope.file(Buffer.alloc(10, 1))
      await ask('a = open(path, "i", "r+")', { path: file })
      expect(await ask('len(a)')).toBe(2)
      expect(await thrown(ask('a.append(1)'))).toMatchObject({ code: 'ERR_RAGGED_LENGTH' })
      await ask('b = open(path, "i", "r+", tail="cut"); b.append(5)')
      expect(await ask('b[2], a.refresh()')).toEqual([5, 3])
      expect(fs.statSync(file).size).toBe(12)
    })

    describe('of a .npy file', () => {
      test.each(ALL)('makes and grows the bytes that Node makes and grows: $code', async (type) => {
        const ask = start()
        const [ours, theirs] = [scope.path('ours.npy'), scope.path('theirs.npy')]
        const items = plainElements(type, 10)
        const array = scope.keep(MmapArray.open(ours, type.code, { flags: 'w+' }))
        await ask('a = open(path, code, "w+")', { path: theirs, code: type.code })
        expect(fs.readFileSync(theirs)).toEqual(fs.readFileSync(ours))
        for (const item of items) {
          array.append(item)
          await ask(`a.append(${inPython(type, [item])}[0])`)
        }
        expect(fs.readFileSync(theirs)).toEqual(fs.readFileSync(ours))
        expect(scope.keep(MmapArray.open(theirs)).tolist()).toEqual(items)
        expect(await ask('open(path).tolist()', { path: ours })).toEqual(asJson(items))
      })

      test('of records reads what Node wrote, padding included', async () => {
        const ask = start()
        const type = MmapArray.recordType({ flag: 'b', at: 'd', "it's": ['w', 2] }, { align: true })
        const file = scope.path('records.NPY')
        const array = scope.keep(MmapArray.open(file, type, { flags: 'w+' }))
        array.append({ flag: 1, at: 0.5, "it's": ['日', 'b'] })
        await ask('a = open(path, flags="r+"); a.append((2, 1.5, "cd"))', { path: file })
        expect(await ask('a.record')).toEqual(array.handle().record)
        expect(array.refresh()).toBe(2)
        expect(array.get(1)).toEqual({ flag: 2, at: 1.5, "it's": ['c', 'd'] })
        await ask(`b = open(path, a.record, "w+"); b.append((2, 1.5, "日d"))`, { path: scope.path('b.npy') })
        expect(scope.keep(MmapArray.open(scope.path('b.npy'))).get(0)).toEqual({
          flag: 2,
          at: 1.5,
          "it's": ['日', 'd'],
        })
      })

      test('of records makes the header that Node makes, whatever its length', async () => {
        const ask = start()
        const ours = scope.path('ours.npy')
        const [path, most] = [scope.path('theirs.npy'), 70]
        const theirs = await ask(
          `def headers():
    for length in range(1, most):
        open(path, [("n" * length, "d")], "w+").close()
        with os.fdopen(os.open(path, os.O_RDONLY), "rb") as file: yield file.read().hex()`,
          { path, most },
        ).then(() => ask('list(headers())'))
        for (let length = 1; length < most; length++) {
          MmapArray.open(ours, { ['n'.repeat(length)]: 'd' }, { flags: 'w+' }).close()
          expect(theirs[length - 1]).toBe(fs.readFileSync(ours, 'hex'))
        }
      })

      test('that an append was interrupted in has the old or the new length for Node, and can be appended to', async () => {
        const ask = start()
        const file = scope.path('a.npy')
        for (const count of [9, 10, 99, 199]) {
          await ask('a = open(path, "i", "w+"); a.extend(range(count)); writes = a._header.writes(count + 1, "")[1]', {
            path: file,
            count,
          })
          // Whoever reads while a write is under way may see any part of it.
          await ask(`def counts():
    data = bytearray(a._header.bytes)
    yield count
    for at, part in writes:
        for n, byte in enumerate(part):
            data[at + n] = byte
            yield mmap_array._Header(bytes(data), "").count`)
          expect(await ask('sorted(set(counts()))')).toEqual([count, count + 1])
          const steps = await ask('len(writes)')
          for (let step = 0; step <= steps; step++) {
            await ask(
              `b = open(path, "i", "w+"); b.extend(range(count))
os.truncate(path, b._offset + 4 * (count + 1))
for at, data in writes[:step]: mmap_array._write_at(b._descriptor, data, at)`,
              { step },
            )
            const reader = MmapArray.open(file)
            expect([count, count + 1]).toContain(reader.length)
            reader.close()
            await ask('b = open(path, "i", "r+"); before = len(b); b.append(7)')
            const array = MmapArray.open(file)
            expect({ step, length: array.length, last: array.at(-1) }).toEqual({
              step,
              length: (await ask('before')) + 1,
              last: 7,
            })
            array.close()
          }
        }
      })

      test('that Node cannot map, or that is not valid, is refused', async () => {
        const ask = start()
        const described = (descr) => npyOf(`{'descr': ${descr}, 'fortran_order': False, 'shape': (2,), }`)
        for (const [bytes, code] of [
          [Buffer.from('no header'), 'ERR_INVALID_NPY'],
          [described("'<f8'").subarray(0, 20), 'ERR_INVALID_NPY'],
          [described("'<f8'").subarray(0, 75), 'ERR_INVALID_NPY'],
          [described("'<f8'").subarray(0, 135), 'ERR_INVALID_NPY'],
          [npyOf('[1, 2]'), 'ERR_INVALID_NPY'],
          [npyOf('('.repeat(5000)), 'ERR_INVALID_NPY'],
          [npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }"), 'ERR_INVALID_NPY'],
          [described("'>f8'"), 'ERR_UNSUPPORTED_NPY'],
          [described("'|O'"), 'ERR_UNSUPPORTED_NPY'],
          [described("[('a', '<M8[s]')]"), 'ERR_UNSUPPORTED_NPY'],
          [npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 4), 'ERR_UNSUPPORTED_NPY'],
        ]) {
          expect(await thrown(ask('open(path)', { path: scope.file(bytes, 'bad.npy') }))).toMatchObject({ code })
        }
        const names = { path: scope.file(described("'<f8'"), 'good.npy') }
        expect(await thrown(ask('open(path, "i")', names))).toMatchObject({ code: 'ERR_TYPE_MISMATCH' })
        expect(await ask('open(path, "d").tolist()')).toEqual([0, 0])
      })
    })
  })

  describe('rows', () => {
    const storages = [
      ['a .npy file', () => MmapArray.open(scope.path('rows.npy'), 'i', { flags: 'w+', shape: [0, 2, 3] })],
      ['a file', () => MmapArray.open(scope.path(), 'i', { flags: 'w+', shape: [-1, 2, 3] })],
      ['anonymous memory', () => new MmapArray('i', undefined, { shape: [-1, 2, 3] })],
    ]
    test.each(storages)('of %s are appended whole only', async (_, make) => {
      const array = scope.keep(make())
      const ask = await attached(array)
      await ask('a.append([1, 2, 3, 4, 5, 6]); a.extend(range(60))')
      expect(await ask('a.shape, len(a), a[6]')).toEqual([[11, 2, 3], 66, 0])
      array.refresh()
      expect([array.shape, array.get(65)]).toEqual([[11, 2, 3], 59])
      for (const text of ['a.append(1)', 'a.append(range(12))', 'a.extend([1])', 'a.frombytes(bytes(4))']) {
        const { code } = await thrown(ask(text))
        expect({ text, code }).toEqual({
          text,
          code: text === 'a.append(1)' ? 'ERR_INVALID_ARG_TYPE' : 'ERR_PARTIAL_ROW',
        })
      }
      expect(scope.keep(MmapArray.attach(await ask('a.handle()'))).shape).toEqual([11, 2, 3])
      expect(await ask('[len(part) for part in a.follow("start", timeout=0, batch=20)]')).toEqual([18, 18, 18, 12])
      expect((await thrown(ask('a.follow(5)'))).code).toBe('ERR_PARTIAL_ROW')
      expect(await ask('[len(part) for part in a.follow(-12, timeout=0)]')).toEqual([12])
    })

    test('of a killed writer are truncated before the next append', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', shape: [-1, 3] }))
      const ask = await attached(array)
      fs.appendFileSync(array.path, Buffer.from(Int32Array.of(1, 2, 3, 4, 5).buffer))
      expect(await ask('a.refresh()')).toBe(3)
      await ask('a.append([7, 8, 9])')
      array.refresh()
      expect(array.tolist()).toEqual([1, 2, 3, 7, 8, 9])
    })

    test('in Fortran order, and without elements, have a fixed length', async () => {
      const ask = start()
      for (const [order, shape] of [
        ['True', '(2, 3)'],
        ['False', '(2, 0)'],
        ['False', '()'],
      ]) {
        const text = `{'descr': '<i4', 'fortran_order': ${order}, 'shape': ${shape}, }`
        await ask('a = open(path, flags="r+")', { path: scope.file(npyOf(text), 'f.npy') })
        expect(await ask(`a.shape == ${shape}`)).toBe(true)
        expect(await thrown(ask('a.extend([1, 2])'))).toMatchObject({ code: 'ERR_FIXED_LENGTH' })
      }
    })
  })

  test('numpy is the same memory, and arrays of NumPy are appended', { timeout: 300_000 }, async ({ skip }) => {
    const ask = start({ command: await pythonWithNumpy(skip) })
    await ask('import numpy')
    const array = scope.keep(new MmapArray('i', [1, 2, 3, 4, 5, 6], { shape: [-1, 3] }))
    await ask('a = attach(handle); n = a.numpy(); n[1, 2] = 60', { handle: array.handle() })
    expect(array.get(5)).toBe(60)
    expect(await ask('n.shape, str(n.dtype), a.extend(n[0]), a.shape')).toEqual([[2, 3], 'int32', null, [3, 3]])
    array.refresh()
    expect(array.tolist().slice(6)).toEqual([1, 2, 3])
    for (const { code } of ALL) {
      await ask('a = open(path, code, "w+")', { path: scope.path('n.npy'), code })
      expect(await ask('len(a.numpy())')).toBe(0)
      await ask('a.frombytes(bytes(9 * a.itemsize))')
      expect(await ask('len(a.numpy()), a.numpy().dtype == numpy.load(path).dtype, len(numpy.load(path))')).toEqual([
        9,
        true,
        9,
      ])
    }
    await ask('a = open(path, "q", "w+"); a.extend(numpy.arange(3)); a.extend(numpy.array([7, 8], "u1"))')
    expect(await ask('a.tolist()')).toEqual([0, 1, 2, 7, 8])
    const type = MmapArray.recordType({ flag: 'b', at: 'd', gain: ['f', 2] }, { align: true })
    const records = scope.keep(MmapArray.open(scope.path('r.npy'), type, { flags: 'w+' }))
    records.append({ flag: 1, at: 0.5, gain: [1, 2] })
    await ask('a = attach(handle); n = a.numpy(); n["gain"][0, 1] = 20; a.extend(n.tolist())', {
      handle: records.handle(),
    })
    expect(await ask('n.dtype == numpy.load(a.path).dtype, n.flags["W"]')).toEqual([true, true])
    records.refresh()
    expect(records.tolist()).toEqual([1, 2].map(() => ({ flag: 1, at: 0.5, gain: [1, 20] })))
    const order = "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }"
    await ask('a = open(path)', { path: scope.file(npyOf(order), 'f.npy') })
    expect(
      await ask('(a.numpy() == numpy.load(path)).all() and a.numpy().shape, a.numpy().flags.f_contiguous'),
    ).toEqual([[2, 3], true])
    expect(await ask('a.numpy().flags["W"]')).toBe(false)
  })

  test('an element, index or argument that does not fit is refused, and changes nothing', async () => {
    const ask = start()
    await ask('a = open(path, "i", "w+"); a.extend([1, 2]); b = open(path, "B", "r+"); f = open(other, "f", "w+")', {
      path: scope.path(),
      other: scope.path(),
    })
    await ask(`r = open(other, ${RECORD_IN_PYTHON}, "w+")`, { other: scope.path() })
    await ask(`c = open(other, "c", "w+"); e = open(other, "e", "r+")`, { other: scope.path() })
    for (const [text, code, kind] of [
      ['a.append(2**31)', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['a.extend([1, -2**31 - 1])', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['b.append(-1)', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['e.append(70000)', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['c.append("日")', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['c.append("ab")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.append(1.5)', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.append("1")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['f.append("1")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['f.append(None)', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.extend(5)', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.extend(b"1234")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.extend("12")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.extend(f)', 'ERR_TYPE_MISMATCH', 'TypeError'],
      ['a.frombytes(b"123")', 'ERR_RAGGED_LENGTH', 'Exception'],
      ['r.append((1, 2.5))', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['r.append({"time": 1, "price": 2})', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['r.append({"time": 1, "price": 2, "size": 3, "x": 4})', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['r.append((1, 2.5, -1))', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['a[2]', 'ERR_INDEX_OUT_OF_RANGE', 'IndexError'],
      ['a[-3] = 1', 'ERR_INDEX_OUT_OF_RANGE', 'IndexError'],
      ['a["0"]', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a[:"0"]', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a[::0]', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['a[:] = [1]', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['a[::2] = [1]', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['f.wait(0, 0)', 'ERR_TYPE_MISMATCH', 'TypeError'],
      ['f.notify(0)', 'ERR_TYPE_MISMATCH', 'TypeError'],
      ['a.wait(2, 0)', 'ERR_INDEX_OUT_OF_RANGE', 'IndexError'],
      ['a.wait(0, 2**31)', 'ERR_VALUE_OUT_OF_RANGE', 'ValueError'],
      ['a.wait(0, 0, "1")', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
      ['a.notify(0, -1)', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['a.unlock()', 'ERR_NOT_LOCKED', 'Exception'],
      ['a.follow("x")', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['a.follow(batch=0)', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['open_shm("a/b", "i")', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['open_shm("", "i")', 'ERR_OUT_OF_RANGE', 'ValueError'],
      ['unlink_shm(5)', 'ERR_INVALID_ARG_TYPE', 'TypeError'],
    ]) {
      const error = await thrown(ask(text))
      expect({ text, code: error.code, kind: error.kinds.includes(kind) }, error.trace).toEqual({
        text,
        code,
        kind: true,
      })
    }
    expect(await ask('a.tolist(), b.refresh(), len(f), len(r), len(c)')).toEqual([[1, 2], 8, 0, 0, 0])
    expect(await ask('f.append(1e300) or f.tolist()[0] == float("inf")')).toBe(true)
    await ask('a.close(); a.close()')
    expect(await ask('a.closed, repr(a).count("closed")')).toEqual([true, 1])
    for (const text of [
      'a[0]',
      'len(a)',
      'a.view',
      'a.append(1)',
      'a.refresh()',
      'a.lock()',
      'a.wait(0, 0)',
      'a.handle()',
    ]) {
      expect(await thrown(ask(text))).toMatchObject({ code: 'ERR_CLOSED' })
    }
  })

  test('view is the mapped memory, and lives on after close()', async () => {
    const array = scope.keep(new MmapArray('d', [1, 2, 3]))
    const ask = await attached(array)
    await ask('v = a.view; v[1] = 20.5')
    expect(array.get(1)).toBe(20.5)
    array.set(2, 30.5)
    expect(await ask('[v.tolist(), v is a.view, a.append(4), len(v), len(a.view)]')).toEqual([
      [1, 20.5, 30.5],
      true,
      null,
      3,
      4,
    ])
    await ask('w = a.view; a.close()')
    array.set(0, 10.5)
    expect(await ask('[v[0], w[0], len(w)]')).toEqual([10.5, 10.5, 4])
  })

  test('a file that another process truncated is ERR_MEMORY_FAULT, and does not kill the process', async () => {
    const file = scope.file(Buffer.alloc(40000, 1))
    const ask = start()
    await ask('a = open(path, "i", "r+"); a.view', { path: file })
    fs.truncateSync(file, 8)
    for (const text of [
      'a[9000]',
      'a.tolist()',
      'a[9000] = 1',
      'a[9000:9001] = [1]',
      'a.wait(9000, 0)',
      'a.notify(9000)',
    ]) {
      expect(await thrown(ask(text))).toMatchObject({ code: 'ERR_MEMORY_FAULT' })
    }
    expect(await ask('a[1] == 0x01010101, a.refresh(), a.tolist() == [0x01010101] * 2')).toEqual([true, 2, true])
  })
})
