// .npy files between NumPy and this package: written there and read here, the other way round, and both at once.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, expectErrorOf } from './support/errors.js'
import { DTYPES, npyBytes } from './support/npy.js'
import { useNumpy } from './support/numpy-process.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements, typecode } from './support/typecodes.js'

const scope = useScope()
const numpy = useNumpy()

const open = (...parameters) => scope.keep(MmapArray.open(...parameters))
/** Elements as NumPy prints them. */
const printed = (type, items) => {
  if (type.code === 'c') return items.map((item) => `b'${item}'`)
  return items.map((item) => (type.kind === 'float' && Number.isInteger(item) ? `${item}.0` : String(item)))
}
/** Elements that both print alike. */
const itemsOf = (type) => {
  const extremes = type.kind === 'integer' || type.kind === 'bigint' ? [type.min, type.max] : []
  const integers = extremes.map((value) => (type.kind === 'bigint' ? value : Number(value)))
  const plain = type.kind === 'character' ? [...'azAZ09'] : elements(type, 20)
  return [...plain, ...integers, ...(type.code === 'w' ? ['😀', 'é'] : [])]
}

describe.each(TYPECODES)('$code', (type) => {
  test('the header written for any count is that of np.save', async () => {
    for (const count of [0, 1, 9, 10, 99999]) {
      const path = scope.path(`${count}.npy`)
      const array = open(path, type.code, { flags: 'w+', length: count })
      const expected = await numpy.ask('header', DTYPES[type.code], count)
      expect(fs.readFileSync(path).subarray(0, 128).toString('hex')).toBe(expected)
      array.append(type.zero)
      const grown = await numpy.ask('header', DTYPES[type.code], count + 1)
      expect(fs.readFileSync(path).subarray(0, 128).toString('hex')).toBe(grown)
    }
  })

  test('what is written here is read there', async () => {
    const items = itemsOf(type)
    const array = open(scope.path('a.npy'), type.code, { flags: 'w+' })
    for (const item of items) array.append(item)
    expect(await numpy.ask('load', array.path)).toMatchObject({
      dtype: DTYPES[type.code],
      shape: [items.length],
      values: printed(type, items),
    })
  })

  test('what is written there is read here, and goes on', async () => {
    const items = itemsOf(type)
    const path = scope.path('b.npy')
    const given = type.kind === 'bigint' ? items.map(String) : items
    await numpy.ask('save', path, DTYPES[type.code], given)
    const array = open(path, undefined, { flags: 'r+' })
    expect(array.tolist()).toEqual(items)
    array.extend([...items])
    expect((await numpy.ask('load', path)).values).toEqual(printed(type, [...items, ...items]))
    array.deleteSlice(1)
    expect((await numpy.ask('load', path)).values).toEqual(printed(type, items.slice(0, 1)))
  })
})

describe('memory-mapped on both sides', () => {
  test('elements are seen there while the array grows here, and the other way round', async () => {
    const array = open(scope.path('live.npy'), 'i', { flags: 'w+' })
    array.extend([1, 2, 3])
    const { path } = array
    expect(await numpy.ask('hold', path, 'r+')).toBe(3)
    for (let n = 4; n < 3000; n++) array.append(n)
    array.set(0, 10)
    expect(await numpy.ask('held', path)).toEqual(['10', '2', '3'])
    await numpy.ask('put', path, 1, 20)
    expect(array.get(1)).toBe(20)
    expect(await numpy.ask('hold', path, 'r+')).toBe(2999)
    await numpy.ask('put', path, 2998, -1)
    expect(array.get(-1)).toBe(-1)
    array.clear()
    expect(await numpy.ask('hold', path, 'r')).toBe(0)
    array.extend([7, 8])
    expect(await numpy.ask('hold', path, 'c')).toBe(2)
    await numpy.ask('put', path, 0, 70)
    expect(array.tolist()).toEqual([7, 8])
  })

  test('a reserved array is for NumPy what it was, until it is trimmed', async () => {
    const array = open(scope.path('reserved.npy'), 'd', { flags: 'w+' })
    array.append(1)
    array.reserve(1000)
    for (let n = 0; n < 500; n++) array.append(n)
    expect((await numpy.ask('load', array.path)).shape).toEqual([1])
    array.pop(0)
    expect((await numpy.ask('load', array.path)).shape).toEqual([1])
    array.trim()
    expect((await numpy.ask('load', array.path)).shape).toEqual([500])
  })

  test('what NumPy saved over it is another array', async () => {
    const array = open(scope.path('over.npy'), 'i', { flags: 'w+' })
    await numpy.ask('save', array.path, '<i4', [5, 6, 7])
    expect(array.refresh()).toBe(3)
    expect(array.tolist()).toEqual([5, 6, 7])
    await numpy.ask('save', array.path, '<f4', [5, 6, 7])
    expectError('ERR_INVALID_NPY', () => array.refresh())
    expectError('ERR_INVALID_NPY', () => array.append(1))
    expect((await numpy.ask('load', array.path)).values).toEqual(['5.0', '6.0', '7.0'])
  })
})

describe('NumPy also writes', () => {
  const values = [0, 1, 2, 3, 4, 5]

  test.each([[[1, 0]], [[2, 0]], [[3, 0]]])('version %s', async (version) => {
    const path = scope.path('v.npy')
    await numpy.ask('save', path, '<i4', values, null, 'C', version)
    const array = open(path, undefined, { flags: 'r+' })
    expect(fs.readFileSync(path)[6]).toBe(version[0])
    for (let n = 6; n < 200; n++) array.append(n)
    array.close()
    const again = await numpy.ask('load', path)
    expect(again.values).toEqual(Array.from({ length: 200 }, (_, n) => String(n)))
  })

  test.each(['C', 'F'])('several dimensions, in order %s', async (order) => {
    const path = scope.path('grid.npy')
    await numpy.ask('save', path, '<i4', values, [2, 3], order)
    const array = open(path, 'i', { flags: 'r+' })
    expect(array.shape).toEqual([2, 3])
    expect(array.tolist()).toEqual(values)
    array.set(1, 90)
    expectError(order === 'F' ? 'ERR_FIXED_LENGTH' : 'ERR_PARTIAL_ROW', () => array.append(1))
    expect([array.order, array.get(1, 0)]).toEqual([order, order === 'F' ? 90 : 3])
    const loaded = await numpy.ask('load', path)
    expect([loaded.shape, loaded.fortran]).toEqual([[2, 3], order === 'F'])
    expect(loaded.values.map(Number)).toEqual([0, 90, 2, 3, 4, 5])
  })

  test('booleans', async () => {
    const path = scope.path('bool.npy')
    await numpy.ask('save', path, '|b1', [true, false, true])
    const array = open(path, 'B', { flags: 'r+' })
    array.append(1)
    expect(await numpy.ask('load', path)).toMatchObject({ dtype: '|b1', values: ['True', 'False', 'True', 'True'] })
  })

  test('every spelling of a type is read as NumPy reads it, or refused', async () => {
    const sized = 'b1 i1 u8 f2 f4 f8 f16 c8 c16 c32 S1 a1 U1 M8'.split(' ')
    const letters = [...'?bBhHiIlLqQefdgFDcSUOV', 'p', 'P', 'n', 'N', ...sized]
    const ordered = letters.flatMap((letter) => ['', '<', '=', '|', '>'].map((order) => `'${order}${letter}'`))
    const words =
      'bool bool_ int int_ intc intp uint uintc uintp byte ubyte short ushort long ulong longlong ulonglong int8 uint8 ' +
      'int16 uint16 int32 uint32 int64 uint64 half single double longdouble float float16 float32 float64 float128 ' +
      'complex complex64 complex128 csingle cdouble clongdouble str bytes object Float64 FLOAT64 float_ d8 i3 i16'
    const named = words.split(' ').flatMap((word) => [`'${word}'`, `'<${word}'`])
    const written = ["u'<f8'", "U'f8'", "r'<f8'", 'u"float32"', "b'<f8'", "ur'<f8'", "' <f8'"]
    let read = 0
    for (const descr of [...ordered, ...named, ...written]) {
      const path = scope.file(npyBytes({ descr, shape: '(2,)' }), 'spelled.npy')
      const there = await numpy.ask('load', path).catch(() => ({ dtype: 'refused' }))
      const dtype = there.dtype === '|b1' ? '|u1' : there.dtype
      if (Object.values(DTYPES).includes(dtype)) {
        read += 1
        expect(DTYPES[open(path).typecode], descr).toBe(dtype)
      } else {
        expectErrorOf(['ERR_UNSUPPORTED_NPY', 'ERR_INVALID_NPY'], () => open(path), descr)
      }
    }
    expect(read).toBeGreaterThan(100)
  })

  test.each([
    'big-endian',
    'objects',
    'big-endian complex numbers',
    'extended complex numbers',
    'dates',
    'long strings',
    'long bytes',
    'extended precision',
    'raw bytes',
  ])('what no typecode stands for: %s', async (kind) => {
    const path = scope.path('special.npy')
    await numpy.ask('save_special', path, kind)
    const before = fs.readFileSync(path)
    for (const flags of ['r', 'r+', 'a+']) expectError('ERR_UNSUPPORTED_NPY', () => open(path, undefined, { flags }))
    const error = expectError('ERR_UNSUPPORTED_NPY', () => open(path, 'i'))
    expect(error.message).toContain(`'${path}' is a .npy file that cannot be mapped: `)
    expect(fs.readFileSync(path)).toEqual(before)
  })
})

test('what docs/errors.md says to make of other types can be opened', async () => {
  const docs = fs.readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  const table = docs.slice(docs.indexOf('| `a` has |')).split('\n').slice(2)
  const advice = table.map((row) => /^\| (\w+(?: \w+)?).*? \| `(.+?)` \|/.exec(row)).filter(Boolean)
  const opened = {}
  for (const [, kind, expression] of advice) {
    const path = scope.path('advised.npy')
    await numpy.ask('save_advised', path, kind, expression)
    opened[kind] = open(path).tolist()
  }
  expect(opened).toEqual({
    // prettier-ignore
    'extended complex': [{ re: 1, im: 2 }, { re: 3, im: -4 }],
    'dates and': [2n, -1n],
    // prettier-ignore
    'records with': [{ time: 1, price: 2.5 }, { time: 2, price: -3.5 }],
    objects: [2 ** 53, 2],
    'strings that': [1.5, -20],
    'other strings': ['a', 'b', 'c', '\0'],
    'extended precision': [1.5, -2],
    'raw bytes': [1, 2, 3, 4],
  })
})

test('a header that a killed writer left half changed is valid for NumPy, and so is what follows', async () => {
  const i = typecode('i')
  for (const [shape, count] of [
    [' (9,), }#', 9],
    [` (9,), }# ", 'shape': (10,), }`, 9],
    [`"(9,), }# ", 'shape': (10,), }`, 10],
    [`"(10,), }#", 'shape': (10,), }`, 10],
    [` (10,), }#", 'shape': (10,), }`, 10],
  ]) {
    const text = `{'descr': '<i4', 'fortran_order': False, 'shape':${shape}`
    const path = scope.file(Buffer.alloc(128 + 40), 'half.npy')
    fs.writeFileSync(path, Buffer.from(`\x93NUMPY\x01\0\x76\0${text.padEnd(117)}\n`, 'latin1'), { flag: 'r+' })
    expect((await numpy.ask('load', path)).shape, text).toEqual([count])
    expect(open(path).length, text).toBe(count)
    const array = open(path, i.code, { flags: 'r+' })
    const mended = fs.readFileSync(path).subarray(0, 128).toString('hex')
    expect(mended).toBe(await numpy.ask('header', '<i4', count))
    array.close()
  }
})
