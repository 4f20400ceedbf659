// What is left when something fails in the middle: Python's rules, and a full disk that costs nothing but the call.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { expectError, thrownBy } from './support/errors.js'
import { FACTS, describeWith, expectExit, run, runNode, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, outOfRange, wrongTypes } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 3)
    const bad = [
      ['ERR_INVALID_ARG_TYPE', wrongTypes(type)[0][1]],
      ...outOfRange(type)
        .slice(0, 1)
        .map(([, value]) => ['ERR_VALUE_OUT_OF_RANGE', value]),
    ]

    test('extend keeps what came before a bad item', () => {
      for (const [code, value] of bad) {
        for (const source of [(list) => list, (list) => new Set(list), (list) => list.values()]) {
          const array = make(type, items, scope)
          const list = [element(type, 5), element(type, 6), value, element(type, 7)]
          expectError(code, () => array.extend(source(list)))
          const left = [...items, element(type, 5), element(type, 6)]
          expect(array.tolist()).toEqual(left)
          expect(array.length).toBe(5)
          array.append(element(type, 8))
          array.close()
          if (onDisk) expect(onDisk(array)).toEqual(encode(type, [...left, element(type, 8)]))
        }
      }
    })

    test("extend keeps what came before an iterator's own error", () => {
      const array = make(type, items, scope)
      const mine = new Error('mine')
      function* failing() {
        yield element(type, 5)
        throw mine
      }
      expect(thrownBy(() => array.extend(failing()))).toBe(mine)
      expect(array.tolist()).toEqual([...items, element(type, 5)])
    })

    test('fromlist, insert, append, set, fill, setSlice, concat, repeat: all or nothing', () => {
      for (const [code, value] of bad) {
        const array = make(type, items, scope)
        const list = [element(type, 5), value, element(type, 6)]
        const attempts = {
          fromlist: () => array.fromlist(list),
          insert: () => array.insert(0, value),
          append: () => array.append(value),
          set: () => array.set(0, value),
          fill: () => array.fill(value),
          setSlice: () => array.setSlice(list, 0, 3),
          'setSlice that would grow': () => array.setSlice(list, 3),
          'setSlice with a step': () => array.setSlice(list, undefined, undefined, -1),
          concat: () => array.concat(list),
        }
        for (const [name, attempt] of Object.entries(attempts)) {
          expectError(code, attempt, name)
          expect(array.tolist(), name).toEqual(items)
        }
      }
    })

    test('a long list with a bad item at its end', () => {
      const array = make(type, items, scope)
      const list = [...elements(type, 30000), bad[0][1]]
      expectError(bad[0][0], () => array.fromlist(list))
      expect(array.tolist()).toEqual(items)
      expectError(bad[0][0], () => array.extend(list))
      expect(array.length).toBe(30003)
      array.deleteSlice(0, 3)
      expect(array.tolist()).toEqual(elements(type, 30000))
    })

    test('extend of itself by another type takes nothing', () => {
      const array = make(type, items, scope)
      const other = type.code === 'd' ? new Float32Array(4) : new Float64Array(4)
      expectError('ERR_TYPE_MISMATCH', () => array.extend(other))
      expectError('ERR_TYPE_MISMATCH', () => array.setSlice(other))
      expect(array.tolist()).toEqual(items)
    })
  })
})

// Node ignores SIGXFSZ, so a limit on the size of files is an EFBIG of the write: a full disk without filling one.
describeWith('bash', ['-c', 'ulimit -f 100'], 'a limit on the size of files', () => {
  const scope = useScope()
  const limited = (body, ...parameters) =>
    run('bash', [
      '-c',
      'ulimit -f 8; exec "$@"',
      'bash',
      process.execPath,
      '--input-type=module',
      '-e',
      script(body),
      '--',
      ...parameters,
    ])

  test('append: an error of that call, and the array as it was', async () => {
    const path = scope.path()
    const result = await limited(
      `const path = process.argv[1]
      const array = MmapArray.open(path, 'd', { flags: 'a+' })
      let error
      for (let n = 0; n < 5000 && !error; n++) try { array.append(n) } catch (caught) { error = caught }
      const report = () => ({ length: array.length, last: array.get(-1), size: fs.statSync(path).size })
      const first = report()
      let again
      try { array.append(1) } catch (caught) { again = caught }
      const { code, syscall } = error
      array.pop()
      array.append(-1)
      console.log(JSON.stringify({ code, syscall, again: again.code, first, last: array.get(-1), length: array.length }))`,
      path,
    )
    expectExit(result)
    expect(JSON.parse(result.stdout)).toMatchObject({
      code: 'EFBIG',
      syscall: expect.any(String),
      again: 'EFBIG',
      first: { length: 1024, last: 1023, size: 8192 },
      last: -1,
      length: 1024,
    })
  })

  test.each(['extend', 'frombytes', 'fromlist', 'repeatInPlace', 'setSlice', 'insert', 'reserve'])(
    '%s: whole elements, and nothing lost',
    async (method) => {
      const path = scope.file(encode({ code: 'd', itemsize: 8 }, [0.5, 1.5, 2.5]))
      const result = await limited(
        `const [path, method] = process.argv.slice(1)
        const array = MmapArray.open(path, 'd', { flags: 'r+' })
        const many = new Float64Array(2000).fill(7)
        const attempts = {
          extend: () => array.extend(many),
          frombytes: () => array.frombytes(many),
          fromlist: () => array.fromlist([...many]),
          repeatInPlace: () => array.repeatInPlace(500),
          setSlice: () => array.setSlice(many, 1, 2),
          insert: () => { for (;;) array.insert(0, 7) },
          reserve: () => array.reserve(2000),
        }
        let error
        try { attempts[method]() } catch (caught) { error = caught }
        console.log(JSON.stringify({
          code: error?.code, message: error?.message, length: array.length, size: fs.statSync(path).size, list: array.tolist() }))`,
        path,
        method,
      )
      expectExit(result)
      const { code, length, size, list } = JSON.parse(result.stdout)
      expect(code).toBe('EFBIG')
      expect(size).toBe(length * 8)
      if (method === 'insert') {
        expect(length).toBe(1024)
        expect(list.slice(-3)).toEqual([0.5, 1.5, 2.5])
      } else {
        expect(list).toEqual([0.5, 1.5, 2.5])
      }
    },
  )
})

describeOnSmallDisk('a full disk', () => {
  const scope = useScope()

  test.each(['append', 'extend', 'insert', 'repeatInPlace', 'reserve', 'reserved append'])('%s', async (method) => {
    const body = `const [directory, method] = process.argv.slice(1)
      const path = directory + '/numbers'
      const array = MmapArray.open(path, 'd', { flags: 'w+', capacity: method === 'reserved append' ? 1 : undefined })
      array.extend([0.5, 1.5])
      const many = new Float64Array(100000)
      const attempts = {
        append: () => { for (let n = 0; n < 1e6; n++) array.append(n) },
        extend: () => array.extend(many),
        insert: () => { for (let n = 0; n < 1e6; n++) array.insert(2, n) },
        repeatInPlace: () => array.repeatInPlace(100000),
        reserve: () => array.reserve(100000),
        'reserved append': () => { for (let n = 0; n < 1e6; n++) array.append(n) },
      }
      let error
      try { attempts[method]() } catch (caught) { error = caught }
      const { length } = array
      const start = [...array.slice(0, 2)]
      array.set(-1, 9)
      array.pop()
      array.close()
      console.log(JSON.stringify({ code: error?.code, message: error?.message, length, start, size: fs.statSync(path).size }))`
    const result = await runOnSmallDisk(scope.directory, '256k', body, method)
    expectExit(result)
    const { code, length, start, size } = JSON.parse(result.stdout)
    expect(code).toBe('ENOSPC')
    expect(start).toEqual([0.5, 1.5])
    expect(size).toBe((length - 1) * 8)
    if (['extend', 'repeatInPlace', 'reserve'].includes(method)) expect(length).toBe(2)
    else expect(length).toBeGreaterThan(10000)
  })
})

describe('files that cannot be', () => {
  const scope = useScope()

  test('a failed open leaves no descriptor and no map', async () => {
    const result = await runNode(
      `const [directory] = process.argv.slice(1)
      const { ANONYMOUS, descriptors, maps } = await import(${JSON.stringify(FACTS)})
      const count = () => [descriptors([ANONYMOUS, directory]), maps([ANONYMOUS, directory])]
      fs.writeFileSync(directory + '/file', Buffer.alloc(8))
      const attempts = [
        () => MmapArray.open(directory + '/none', 'i'),
        () => MmapArray.open(directory, 'i', { flags: 'r+' }),
        () => MmapArray.open(directory + '/file', 'i', { length: 100 }),
        () => MmapArray.open(directory + '/file', 'x'),
        () => MmapArray.open(directory + '/file', 'i', { offset: 100 }),
        () => MmapArray.open(directory + '/file', 'i', { flags: 'r+', capacity: 2 ** 50 }),
        () => MmapArray.open(directory + '/file', 'i', { flags: 'wx+' }),
        () => new MmapArray('i', [1, 2, 'x']),
        () => new MmapArray('i', [1], { capacity: 2 ** 50 }),
        () => MmapArray.attach({ typecode: 'i' }),
      ]
      const round = () => { for (const attempt of attempts) { try { attempt(); console.log('no error: ' + attempt) } catch {} } }
      round()
      globalThis.gc()
      const before = count()
      for (let n = 0; n < 100; n++) round()
      console.log(JSON.stringify([before, count()]))`,
      { args: [scope.directory], nodeOptions: ['--expose-gc'] },
    )
    expectExit(result)
    const [before, after] = JSON.parse(result.stdout)
    expect(after).toEqual(before)
    expect(fs.statSync(scope.path('file')).size).toBe(8)
  })
})
