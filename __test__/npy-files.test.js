// .npy files without NumPy: what opens how, where the length comes from, what lies behind it, who takes it over.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { DTYPES, npyBytes, readNpy } from './support/npy.js'
import { describeWith, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements, encode, typecode } from './support/typecodes.js'

const scope = useScope()
const i = typecode('i')
const open = (...parameters) => scope.keep(MmapArray.open(...parameters))
const created = (items = [], path = scope.path('new.npy')) => {
  const array = open(path, 'i', { flags: 'wx+' })
  array.extend(items)
  return array
}
/** A file of ints, with bytes behind those that are counted. */
const file = (items, { facts, behind = Buffer.alloc(0), name = 'old.npy', ...layout } = {}) =>
  scope.file(
    npyBytes({ shape: `(${items.length},)`, ...facts }, { data: Buffer.concat([encode(i, items), behind]), ...layout }),
    name,
  )
/** What the file says now; that it says it in NumPy's form is checked on the way. */
const said = (path) => readNpy(path, 4)
const counted = (path) => [...new Int32Array(new Uint8Array(said(path).data).buffer)]

describe('the typecode', () => {
  test.each(TYPECODES)('$code is written as NumPy names it, and need not be given to open it', (type) => {
    const path = scope.path('a.npy')
    const items = elements(type, 20)
    open(path, type.code, { flags: 'w+' }).frombytes(encode(type, items))
    expect(said(path).header).toContain(`'descr': '${DTYPES[type.code]}',`)
    const array = open(path)
    expect(array.typecode).toBe({ l: 'q', L: 'Q', u: 'w' }[type.code] ?? type.code)
    expect(array.tolist()).toEqual(items)
    expect(open(path, type.code).typecode).toBe(type.code)
    const others = TYPECODES.filter(({ code }) => DTYPES[code] !== DTYPES[type.code])
    for (const { code } of others) expectError('ERR_TYPE_MISMATCH', () => open(path, code), code)
  })

  test('booleans are read as bytes, and stay booleans', () => {
    const bytes = npyBytes({ descr: "'|b1'" }, { data: Buffer.from([1, 0, 1]) })
    const array = open(scope.file(bytes, 'b.npy'), undefined, { flags: 'r+' })
    array.append(0)
    expect([array.typecode, array.tolist()]).toEqual(['B', [1, 0, 1, 0]])
    expect(said(array.path).header).toContain("'|b1'")
    expectError('ERR_TYPE_MISMATCH', () => open(array.path, 'b'))
  })

  test('is needed for a file that is made by the call, and for one of another format', () => {
    const path = scope.path('none.npy')
    for (const flags of ['w+', 'wx+', 'a+']) expectError('ERR_INVALID_TYPECODE', () => open(path, undefined, { flags }))
    expect(fs.existsSync(path)).toBe(false)
    expectError('ENOENT', () => open(path))
    expectError('ERR_INVALID_TYPECODE', () => open(scope.file(Buffer.alloc(8))))
    expectError('ERR_OUT_OF_RANGE', () => open(path, undefined, { flags: 'rw' }))
    expect(open(created([1]).path, undefined, { flags: 'a+' }).tolist()).toEqual([1])
  })

  test('is taken from descriptors and named memory too', () => {
    const array = created([5, 6])
    expect(scope.keep(MmapArray.fromFd(array.fd, undefined, { format: 'npy' })).tolist()).toEqual([5, 6])
    const appending = fs.openSync(array.path, 'a+')
    scope.atEnd(() => fs.closeSync(appending))
    scope
      .keep(MmapArray.fromFd(appending, 'i', { flags: 'r+', format: 'npy' }))
      .extend([7, 8, 9, 10, 11, 12, 13, 14, 15])
    expect(counted(array.path)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    const name = `npy-${process.pid}`
    scope.atEnd(() => MmapArray.unlinkShm(name))
    const shared = scope.keep(MmapArray.openShm(name, 'd', { flags: 'w+', format: 'npy', length: 2 }))
    expect(shared.format).toBe('npy')
    expect(scope.keep(MmapArray.openShm(name, undefined, { format: 'npy' })).tolist()).toEqual([0, 0])
  })
})

describe('the format', () => {
  test('is npy for a path that ends in capitals', () => {
    for (const name of ['A.NPY', 'b.Npy']) {
      open(scope.path(name), 'i', { flags: 'w+' }).append(7)
      expect(counted(scope.path(name))).toEqual([7])
      expect(open(scope.path(name)).format).toBe('npy')
    }
  })

  test('is what the path ends in, unless it is said', () => {
    expect(created().format).toBe('npy')
    expect(open(Buffer.from(scope.path('b.npy')), 'i', { flags: 'w+' }).format).toBe('npy')
    expect(open(scope.path('c.npy'), 'i', { flags: 'w+', format: 'raw' }).format).toBe('raw')
    expect(open(scope.path('npy'), 'i', { flags: 'w+' }).format).toBe('raw')
    expect(open(scope.path('d'), 'i', { flags: 'w+', format: 'npy' }).format).toBe('npy')
    expect(scope.keep(new MmapArray('i')).format).toBe('raw')
    expectError('ERR_OUT_OF_RANGE', () => open(scope.path(), 'i', { format: 'csv' }))
    expectError('ERR_INVALID_ARG_TYPE', () => open(scope.path(), 'i', { format: 5 }))
  })

  test('and the shape are told when it is closed', () => {
    const array = created([1, 2])
    expect(array.shape).toEqual([2])
    array.close()
    expect([array.format, array.shape]).toEqual(['npy', [0]])
  })

  test('has no other offset', () => {
    expectError('ERR_OUT_OF_RANGE', () => open(file([1]), 'i', { offset: 4 }))
  })
})

describe('the count', () => {
  test('is rewritten by each call that changes the length', () => {
    const array = created()
    const { path } = array
    const steps = [
      [(a) => a.append(1), [1]],
      [(a) => a.extend([2, 3, 4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [(a) => a.append(10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      [(a) => a.pop(), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [(a) => a.remove(2), [1, 3, 4, 5, 6, 7, 8, 9]],
      [(a) => a.deleteSlice(1, 6), [1, 8, 9]],
      [(a) => a.insert(1, 5), [1, 5, 8, 9]],
      [(a) => a.setSlice([7, 7, 7], 1, 2), [1, 7, 7, 7, 8, 9]],
      [(a) => a.deleteSlice(0, 6, 2), [7, 7, 9]],
      [(a) => a.repeatInPlace(4), [7, 7, 9, 7, 7, 9, 7, 7, 9, 7, 7, 9]],
      [(a) => a.repeatInPlace(0), []],
      [(a) => a.frombytes(encode(i, [1, 2])), [1, 2]],
      [(a) => a.clear(), []],
    ]
    for (const [step, items] of steps) {
      step(array)
      expect(array.tolist(), String(step)).toEqual(items)
      expect(counted(path), String(step)).toEqual(items)
      expect(open(path).tolist(), String(step)).toEqual(items)
    }
  })

  test('of what shrank is less than the file holds, until trim or close', () => {
    const array = created(elements(i, 5000))
    array.deleteSlice(10)
    expect(said(array.path)).toMatchObject({ count: 10, size: 128 + 20000 })
    array.flush()
    array.handle()
    expect(said(array.path).size).toBe(128 + 20000)
    array.extend(elements(i, 20))
    expect(said(array.path)).toMatchObject({ count: 30, size: 128 + 20000 })
    array.trim()
    expect(said(array.path)).toMatchObject({ count: 30, size: 128 + 120 })
    array.clear()
    array.close()
    expect(said(array.path)).toMatchObject({ count: 0, size: 128 })
  })

  test('is rewritten by fromfileAsync while it reads', async () => {
    const source = scope.file(encode(i, elements(i, 3000)))
    const array = created([1])
    array.extend([2, 3])
    array.pop()
    await array.fromfileAsync(source, 3000)
    expect(counted(array.path)).toEqual([1, 2, ...elements(i, 3000)])
    expect(array.tolist()).toEqual([1, 2, ...elements(i, 3000)])
    array.append(5)
    expect(said(array.path)).toMatchObject({ count: 3003, size: 128 + 4 * 3003 })
  })

  test('of a reserved array is written when it becomes exact', () => {
    for (const end of [(a) => a.trim(), (a) => a.flush(), (a) => a.handle(), (a) => a.fd, (a) => a.close()]) {
      const array = created([1, 2], `${scope.path()}.npy`)
      array.close()
      const again = open(array.path, 'i', { flags: 'r+', capacity: 1000 })
      for (let n = 3; n <= 12; n++) again.append(n)
      expect(said(again.path)).toMatchObject({ count: 2, size: 128 + 4000 })
      end(again)
      expect(said(again.path), String(end)).toMatchObject({ count: 12, size: 128 + 48 })
    }
  })

  test('is the length for readers, who take it over by refresh', () => {
    const writer = created([1, 2, 3])
    const reader = open(writer.path)
    const { view } = reader
    writer.append(4)
    expect([reader.length, reader.refresh(), reader.shape]).toEqual([3, 4, [4]])
    writer.deleteSlice(0, 3)
    expect([reader.refresh(), reader.tolist()]).toEqual([1, [4]])
    expect(view[0]).toBe(4)
    writer.reserve(100)
    writer.append(5)
    expect(reader.refresh()).toBe(1)
    writer.trim()
    expect(reader.refresh()).toBe(2)
  })

  test('and views stay while it grows far', () => {
    const array = created([1])
    const { view } = array
    array.extend(new Int32Array(1e6))
    array.set(0, 9)
    expect(view[0]).toBe(9)
    expect(array.length).toBe(1e6 + 1)
    expect(said(array.path).size).toBe(128 + 4e6 + 4)
  })
})

describe('what lies behind the counted elements', () => {
  const behind = Buffer.from('behind!!')

  test('is not seen, and is cut when the file is opened for writing', () => {
    const path = file([1, 2, 3], { behind })
    for (const flags of ['r', 'c']) expect(open(path, 'i', { flags }).tolist()).toEqual([1, 2, 3])
    expect(said(path).size).toBe(128 + 20)
    expect(open(path, 'i', { flags: 'r+', length: 2 }).length).toBe(2)
    expect(said(path).size).toBe(128 + 20)
    const array = open(path, 'i', { flags: 'r+' })
    expect(said(path).size).toBe(128 + 12)
    array.append(4)
    expect(counted(path)).toEqual([1, 2, 3, 4])
  })

  test('does not turn up where the file is made longer', () => {
    const array = open(file([1, 2, 3], { behind }), 'i', { flags: 'a+', length: 6 })
    expect(array.tolist()).toEqual([1, 2, 3, 0, 0, 0])
    expect(counted(array.path)).toEqual([1, 2, 3, 0, 0, 0])
    expectError('ERR_OUT_OF_RANGE', () => open(array.path, 'i', { flags: 'r+', length: 7 }))
  })
})

// Node ignores SIGXFSZ, so a limit on the size of files is an EFBIG of the write: a full disk without filling one.
describeWith('bash', ['-c', 'ulimit -f 100'], 'a full disk', () => {
  test.each([
    ['append', '(array) => array.append(0)'],
    ['extend', '(array) => array.extend(new Int32Array(1500))'],
    ['insert', '(array) => array.insert(0, 0)'],
    ['repeatInPlace', '(array) => array.repeatInPlace(3)'],
    ['reserve', '(array) => array.reserve(5000)'],
  ])('leaves a file of as many elements as were counted: %s', async (_, grow) => {
    const path = scope.path('full.npy')
    const command = `const array = MmapArray.open(process.argv[1], 'i', { flags: 'w+' })
      let length
      const codes = new Set()
      for (let n = 0; n < 3000; n++) {
        try { n < 1000 ? array.append(n) : (${grow})(array) }
        catch (error) { codes.add(error.code); length ??= array.length; if (array.length !== length) process.exit(3) }
      }
      console.log(JSON.stringify([[...codes], array.length, fs.statSync(array.path).size]))`
    const parameters = ['-c', 'ulimit -f 8; exec "$@"', 'bash', process.execPath, '--input-type=module', '-e']
    const result = await run('bash', [...parameters, script(command), '--', path])
    expectExit(result)
    const [codes, length, size] = JSON.parse(result.stdout)
    expect(codes).toEqual(['EFBIG'])
    expect(size).toBe(128 + 4 * length)
    expect(said(path).count).toBe(length)
    expect(open(path).includes(999)).toBe(true)
  })
})

describe('opening', () => {
  test('w+ empties a file and makes it one of the type', () => {
    const path = file([1, 2, 3], { align: 4096 })
    const array = open(path, 'd', { flags: 'w+' })
    expect([array.length, array.typecode, said(path).size]).toEqual([0, 'd', 128])
  })

  test('a+ makes a file of one that is empty, r+ does not', () => {
    const path = scope.file(Buffer.alloc(0), 'empty.npy')
    expectError('ERR_INVALID_NPY', () => open(path, 'i', { flags: 'r+' }))
    const array = open(path, 'i', { flags: 'a+' })
    array.append(1)
    expect(counted(path)).toEqual([1])
  })

  test('wx+ that comes to nothing leaves no file', () => {
    const path = scope.path('never.npy')
    expectError('ERR_OUT_OF_RANGE', () => open(path, 'i', { flags: 'wx+', length: 2 ** 53 }))
    expectError('ERR_OUT_OF_RANGE', () => open(path, 'i', { flags: 'wx+', offset: 4 }))
    expect(fs.existsSync(path)).toBe(false)
  })

  test.each([
    ["Fortran's order", { shape: '(2, 3)', fortran: 'True' }, [2, 3], 6],
    ['no dimension', { shape: '()' }, [], 1],
    ['an empty dimension', { shape: '(3, 0)' }, [3, 0], 0],
  ])('%s has a fixed length', (_, facts, shape, length) => {
    const data = encode(i, [1, 2, 3, 4, 5, 6])
    const array = open(scope.file(npyBytes(facts, { data }), 'grid.npy'), undefined, { flags: 'r+' })
    expect([array.shape, array.length]).toEqual([shape, length])
    expect(array.tolist()).toEqual([1, 2, 3, 4, 5, 6].slice(0, length))
    expectError('ERR_FIXED_LENGTH', () => array.append(7))
    expectError('ERR_FIXED_LENGTH', () => array.append([7, 8, 9]))
    if (length > 0) array.set(0, 70)
    const other = scope.keep(MmapArray.attach(array.handle()))
    expect([other.shape, other.refresh()]).toEqual([shape, length])
    if (length > 0) expect(other.get(0)).toBe(70)
    expect(fs.statSync(array.path).size).toBe(128 + 24)
  })

  test('a window that the option length makes is one row', () => {
    const grid = scope.file(npyBytes({ shape: '(2, 3)' }, { data: encode(i, [1, 2, 3, 4, 5, 6]) }), 'grid.npy')
    expect(open(grid, 'i', { length: 2 }).shape).toEqual([2])
    const array = open(file([1, 2, 3]), 'i', { flags: 'r+', length: 2 })
    expect([array.shape, array.tolist()]).toEqual([[2], [1, 2]])
    expectError('ERR_FIXED_LENGTH', () => array.append(1))
  })

  test.each([
    ['version 2', { version: [2, 0] }],
    ['version 3', { version: [3, 0] }],
    ['a header of 4096 bytes', { align: 4096 }],
    ['the alignment of old NumPys', { align: 16 }],
  ])('%s is kept while the array grows', (_, layout) => {
    const path = file([1, 2, 3], layout)
    const start = npyBytes({}, layout).length - 64
    const array = open(path, undefined, { flags: 'r+' })
    array.extend(elements(i, 1200))
    array.append(5)
    const bytes = fs.readFileSync(path)
    expect(bytes.subarray(0, start)).toEqual(npyBytes({ shape: '(1204,)' }, layout).subarray(0, start))
    expect(bytes.length).toBe(start + 4816)
    expect(open(path).tolist()).toEqual([1, 2, 3, ...elements(i, 1200), 5])
  })

  test('a reserved array takes as many as its header has digits for', () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (98,)}"
    const header = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length)}\0${text}`, 'latin1')
    const path = scope.file(Buffer.concat([header, Buffer.alloc(98, 1)]), 'two.npy')
    const array = open(path, undefined, { flags: 'r+' })
    array.reserve(98)
    array.append(2)
    expectError('ERR_OUT_OF_RANGE', () => array.append(3))
    expect([array.length, array.at(-1)]).toEqual([99, 2])
  })

  test('a header with no room for more digits takes no more', () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (9,)}"
    const header = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length)}\0${text}`, 'latin1')
    const path = scope.file(Buffer.concat([header, Buffer.alloc(9, 1)]), 'tight.npy')
    const array = open(path, undefined, { flags: 'r+' })
    for (const grow of [
      (a) => a.append(1),
      (a) => a.extend([1, 2]),
      (a) => a.insert(0, 1),
      (a) => a.repeatInPlace(2),
      (a) => a.reserve(10),
    ]) {
      expectError('ERR_OUT_OF_RANGE', () => grow(array))
      expect([array.length, fs.statSync(path).size]).toEqual([9, header.length + 9])
    }
    array.pop()
    array.append(2)
    expect(open(path).tolist()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2])
  })
})
