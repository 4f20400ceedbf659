// .npy files of records and complex numbers between NumPy and this package: written there and read here, the other way round, and
// while they grow.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useNumpy } from './support/numpy-process.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const numpy = useNumpy()

const open = (...parameters) => scope.keep(MmapArray.open(...parameters))
const { recordType } = MmapArray

/** Types here and in NumPy, and elements of both. */
const TYPES = [
  {
    name: 'a packed record',
    type: { time: 'q', price: 'd', size: 'I' },
    dtype: "[('time', 'i8'), ('price', 'f8'), ('size', 'u4')]",
    items: [
      { time: -(2n ** 63n), price: 0.1, size: 4294967295 },
      { time: 2n ** 63n - 1n, price: -Infinity, size: 0 },
    ],
    python: '[(-2**63, 0.1, 4294967295), (2**63 - 1, -inf, 0)]',
  },
  {
    name: 'an aligned record',
    type: recordType({ flag: 'b', time: 'q', half: 'e' }, { align: true }),
    dtype: "np.dtype([('flag', 'i1'), ('time', 'i8'), ('half', 'f2')], align=True)",
    items: [
      { flag: -1, time: 2n, half: 0.5 },
      { flag: 127, time: -2n, half: 65504 },
    ],
    python: '[(-1, 2, 0.5), (127, -2, 65504)]',
  },
  {
    name: 'a record with offsets',
    type: recordType({ a: 'H', b: 'f' }, { offsets: [4, 17], itemsize: 30 }),
    dtype: "np.dtype({'names': ['a', 'b'], 'formats': ['u2', 'f4'], 'offsets': [4, 17], 'itemsize': 30})",
    items: [
      { a: 65535, b: 0.25 },
      { a: 1, b: -2 },
    ],
    python: '[(65535, 0.25), (1, -2)]',
  },
  {
    name: 'a record with sub-arrays',
    type: { xyz: ['f', 3], one: ['B', 1], name: ['w', 4], code: ['c', 2] },
    dtype: "[('xyz', 'f4', 3), ('one', 'u1', (1,)), ('name', 'U1', (4,)), ('code', 'S1', (2,))]",
    items: [
      { xyz: [1, 2, 3], one: [255], name: ['a', '日', '😀', 'é'], code: ['x', 'y'] },
      { xyz: [-1, 0, 0.5], one: [0], name: ['b', 'c', 'd', 'e'], code: ['ÿ', 'z'] },
    ],
    python: "[([1, 2, 3], [255], list('a日😀é'), [b'x', b'y']), ([-1, 0, 0.5], [0], list('bcde'), [b'\\xff', b'z'])]",
  },
  {
    name: 'a record with complex numbers',
    type: { id: 'B', f: 'Zf', many: ['Zd', 2] },
    dtype: "[('id', 'u1'), ('f', 'c8'), ('many', 'c16', (2,))]",
    items: [
      // prettier-ignore
      { id: 1, f: { re: 1, im: -2 }, many: [{ re: 0.1, im: 0 }, { re: -0, im: -0.1 }] },
      // prettier-ignore
      { id: 2, f: { re: 0, im: 0.5 }, many: [{ re: 3, im: 4 }, { re: 5, im: 6 }] },
    ],
    python: '[(1, 1-2j, [0.1, -0.1j]), (2, 0.5j, [3+4j, 5+6j])]',
  },
  {
    name: 'names that Python quotes',
    type: { "it's": 'b', 'q"\'\\': 'b', 'line\n#': 'b', "', }, 'shape': (9,), }": 'b' },
    dtype: String.raw`[("it's", 'i1'), ('q"\'\\', 'i1'), ('line\n#', 'i1'), ("', }, 'shape': (9,), }", 'i1')]`,
    items: [{ "it's": 1, 'q"\'\\': 2, 'line\n#': 3, "', }, 'shape': (9,), }": 4 }],
    python: '[(1, 2, 3, 4)]',
  },
  {
    name: 'names of Latin-1, in version 1',
    type: { 'é\xa0\xad\x7f': 'b', ÿ: 'h' },
    dtype: String.raw`[('é\xa0\xad\x7f', 'i1'), ('ÿ', 'i2')]`,
    items: [{ 'é\xa0\xad\x7f': 1, ÿ: 2 }],
    python: '[(1, 2)]',
  },
  {
    name: 'names of all Unicode, in version 3',
    type: { 日本: 'b', '😀\u200b': 'h', é: 'd' },
    dtype: String.raw`[('日本', 'i1'), ('😀\u200b', 'i2'), ('é', 'f8')]`,
    items: [{ 日本: 1, '😀\u200b': 2, é: 0.5 }],
    python: '[(1, 2, 0.5)]',
  },
  ...[
    ['Zf', 'c8'],
    ['Zd', 'c16'],
  ].map(([type, dtype]) => ({
    name: `complex numbers, ${type}`,
    type,
    dtype: `'${dtype}'`,
    items: [
      { re: 0.5, im: -2 },
      { re: -Infinity, im: 0 },
    ],
    python: '[0.5-2j, complex(-inf, 0)]',
  })),
]

describe.each(TYPES)('$name', ({ type, dtype, items, python }) => {
  test('the header written for any count is that of np.save, perhaps with more spaces', async () => {
    for (const count of [0, 1, 9, 10, 12345]) {
      const path = scope.path(`${count}.npy`)
      const array = open(path, type, { flags: 'w+', length: count })
      for (const now of [count, count + 1]) {
        const saved = Buffer.from(await numpy.ask('saved_header', dtype, now), 'hex')
        const header = fs.readFileSync(path).subarray(0, fs.statSync(path).size - array.byteLength)
        expect([saved.length, saved.length + 64]).toContain(header.length)
        const lengthAt = [6, saved[6] === 1 ? 10 : 12]
        const textOf = (bytes) => bytes.subarray(lengthAt[1]).toString('latin1').trimEnd()
        expect(textOf(header)).toBe(textOf(saved))
        expect(header[6]).toBe(saved[6])
        if (header.length === saved.length) expect(header).toEqual(saved)
        if (now === count) array.append(items[0])
      }
    }
  })

  test('elements written here are read there', async () => {
    const array = open(scope.path('a.npy'), type, { flags: 'w+' })
    for (const item of items) array.append(item)
    expect(await numpy.ask('compare_elements', array.path, dtype, python)).toBe('')
    array.extend(array)
    array.insert(0, items[0])
    array.deleteSlice(0, 1)
    expect(await numpy.ask('compare_elements', array.path, dtype, `2 * ${python}`, 'r')).toBe('')
    array.clear()
    expect(await numpy.ask('compare_elements', array.path, dtype, '[]')).toBe('')
  })

  test('elements saved there are read here, and the file grows', async () => {
    const path = scope.path('b.npy')
    await numpy.ask('save_elements', path, dtype, python)
    const array = open(path, undefined, { flags: 'r+' })
    expect(array.tolist()).toEqual(items)
    expect(array.typecode).toBe(typeof type === 'string' ? type : recordType(type))
    for (let n = 0; n < 200; n++) array.append(items[0])
    const grown = `${python} + 200 * ${python}[:1]`
    expect(await numpy.ask('compare_elements', path, dtype, grown)).toBe('')
    expect(open(path, type).equals(array)).toBe(true)
    array.deleteSlice(1)
    expect(await numpy.ask('compare_elements', path, dtype, `${python}[:1]`)).toBe('')
  })

  test('a file without a header is the same bytes', async () => {
    const array = open(scope.path('raw'), type, { flags: 'w+' })
    array.extend(items)
    expect(await numpy.ask('compare_raw', array.path, dtype, python)).toBe('')
  })

  test('elements are seen there while the array grows here, and the other way round', async () => {
    const array = open(scope.path('live.npy'), type, { flags: 'w+' })
    array.append(items[0])
    const { path } = array
    expect(await numpy.ask('hold', path, 'r+')).toBe(1)
    for (let n = 0; n < 300; n++) array.append(items[0])
    await numpy.ask('put_element', path, 0, `${python}[-1]`)
    expect(array.get(0)).toEqual(items.at(-1))
    expect(await numpy.ask('hold', path, 'r+')).toBe(301)
    await numpy.ask('put_element', path, 300, `${python}[-1]`)
    expect(array.get(-1)).toEqual(items.at(-1))
    const handed = scope.keep(MmapArray.attach(array.handle()))
    handed.append(items[0])
    expect(
      await numpy.ask(
        'compare_elements',
        path,
        dtype,
        `${python}[-1:] + 299 * ${python}[:1] + ${python}[-1:] + ${python}[:1]`,
      ),
    ).toBe('')
  })

  test('a reserved array is for NumPy what it was, until it is trimmed', async () => {
    const array = open(scope.path('reserved.npy'), type, { flags: 'w+' })
    array.append(items[0])
    array.reserve(1000)
    for (let n = 0; n < 99; n++) array.append(items[0])
    expect(await numpy.ask('compare_elements', array.path, dtype, `${python}[:1]`)).toBe('')
    array.trim()
    expect(await numpy.ask('compare_elements', array.path, dtype, `100 * ${python}[:1]`)).toBe('')
  })
})

describe('NumPy also writes', () => {
  test.each([
    ["[(('a title', 'a'), 'i4'), ('b', 'i1')]", { a: 'i', b: 'b' }, { a: 1, b: 2 }, '(1, 2)'],
    ["[('grid', 'i2', (2, 3))]", { grid: ['h', 6] }, { grid: [1, 2, 3, 4, 5, 6] }, '([[1, 2, 3], [4, 5, 6]],)'],
    ["[('is_open', '?'), ('n', 'i8')]", { is_open: 'B', n: 'l' }, { is_open: 1, n: 2n }, '(True, 2)'],
  ])('%s, which stays as it is while the array grows', async (dtype, type, item, python) => {
    const path = scope.path('also.npy')
    await numpy.ask('save_elements', path, dtype, `[${python}]`)
    const array = open(path, type, { flags: 'r+' })
    expect(array.tolist()).toEqual([item])
    for (let n = 1; n < 120; n++) array.append(item)
    expect(await numpy.ask('compare_elements', path, dtype, `120 * [${python}]`)).toBe('')
  })

  test.each([1, 2, 3])('version %i', async (version) => {
    const path = scope.path('v.npy')
    await numpy.ask('save', path, [['a', '<i4']], [], null, 'C', [version, 0])
    const array = open(path, { a: 'i' }, { flags: 'r+' })
    for (let n = 0; n < 120; n++) array.append({ a: n })
    expect(fs.readFileSync(path)[6]).toBe(version)
    expect(await numpy.ask('compare_elements', path, "[('a', 'i4')]", '[(n,) for n in range(120)]')).toBe('')
  })

  test.each(['C', 'F'])('records in several dimensions, in order %s', async (order) => {
    const path = scope.path('grid.npy')
    await numpy.ask('save_grid', path, "[('a', 'i4'), ('b', 'i1')]", order)
    const array = open(path, undefined, { flags: 'r+' })
    expect([array.shape, array.length]).toEqual([[2, 3], 6])
    expectError(order === 'C' ? 'ERR_PARTIAL_ROW' : 'ERR_FIXED_LENGTH', () => array.append({ a: 1, b: 2 }))
    array.set(1, { a: -1, b: -2 })
    const changed = order === 'C' ? '[0, 1]' : '[1, 0]'
    expect(await numpy.ask('grid_element', path, changed)).toBe('(-1, -2)')
  })

  test.each([
    ["('pos', [('x', 'f8'), ('y', 'f8')])", /the values of its field 'pos' are records/],
    ["('thing', 'O')", /the values of its field 'thing' are Python objects/],
    ["('name', 'S5')", /its field 'name' have the dtype '\|S5', which has no typecode/],
    ["('name', 'U2')", /its field 'name' have the dtype '<U2', which has no typecode/],
    ["('when', 'M8[ns]')", /its field 'when' have the dtype '<M8\[ns\]', which has no typecode/],
    ["('raw', 'V4')", /its field 'raw' have the dtype '\|V4', which has no typecode/],
    ["('big', '>i4')", /the values of its field 'big' are big-endian/],
    ["('none', 'i4', (0,))", /the field 'none' has no values/],
  ])('%s, which is unsupported', async (field, said) => {
    const path = scope.path('special.npy')
    await numpy.ask('save_elements', path, `[('a', 'i4'), ${field}]`, '[]')
    const before = fs.readFileSync(path)
    for (const flags of ['r', 'r+', 'a+']) {
      const error = expectError('ERR_UNSUPPORTED_NPY', () => open(path, undefined, { flags }))
      expect(error.message).toContain(`'${path}' is a .npy file that cannot be mapped: `)
      expect(error.message).toMatch(said)
    }
    expectError('ERR_UNSUPPORTED_NPY', () => open(path, { a: 'i' }))
    expect(fs.readFileSync(path)).toEqual(before)
  })
})

describe('the type of a file', () => {
  test('must be the one that open asks for', async () => {
    const path = scope.path('type.npy')
    await numpy.ask('save_elements', path, "[('a', 'i4'), ('b', 'i8')]", '[(1, 2)]')
    for (const type of [
      { a: 'i', b: 'q' },
      { a: 'i', b: 'l' },
      recordType({ b: 'q', a: 'i' }, { offsets: [4, 0], itemsize: 12 }),
    ]) {
      expect(open(path, type).get(0)).toEqual({ a: 1, b: 2n })
    }
    for (const type of [
      { a: 'i' },
      { a: 'i', c: 'q' },
      { a: 'I', b: 'q' },
      { a: 'i', b: ['q', 1] },
      { b: 'q', a: 'i' },
      recordType({ a: 'i', b: 'q' }, { align: true }),
      recordType({ a: 'i', b: 'q' }, { itemsize: 13 }),
      'i',
      'Zd',
    ]) {
      expectError('ERR_TYPE_MISMATCH', () => open(path, type))
    }
    const error = expectError('ERR_TYPE_MISMATCH', () => open(path, { a: 'i', b: 'd' }))
    expect(error.message).toBe(
      `The elements of '${path}' must be of dtype [('a', '<i4'), ('b', '<f8')]. They are of dtype [('a', '<i4'), ('b', '<i8')]`,
    )
  })

  test('is another one after NumPy saved another array over it', async () => {
    const array = open(scope.path('over.npy'), { a: 'i' }, { flags: 'w+' })
    await numpy.ask('save_elements', array.path, "[('a', 'i4')]", '[(5,), (6,)]')
    expect(array.refresh()).toBe(2)
    await numpy.ask('save_elements', array.path, "[('b', 'i4')]", '[(5,), (6,)]')
    expectError('ERR_INVALID_NPY', () => array.refresh())
    expectError('ERR_INVALID_NPY', () => array.append({ a: 1 }))
  })

  test('has the order of the offsets in the header, as NumPy has no other', async () => {
    const type = recordType({ b: 'q', a: 'i' }, { offsets: [4, 0], itemsize: 12 })
    const array = open(scope.path('order.npy'), type, { flags: 'w+' })
    array.append({ a: 1, b: 2n })
    expect(await numpy.ask('compare_elements', array.path, "[('a', 'i4'), ('b', 'i8')]", '[(1, 2)]')).toBe('')
  })

  test('whose header would be longer than NumPy reads makes no file', () => {
    const fields = Array.from({ length: 600 }, (_, n) => [`field-${n}`, 'd'])
    const path = scope.path('long.npy')
    const error = expectError('ERR_UNSUPPORTED_NPY', () => open(path, fields, { flags: 'wx+' }))
    expect(error.message).toMatch(/its header needs \d+ characters .* NumPy reads at most 10000$/)
    expect(fs.existsSync(path)).toBe(false)
    const before = scope.file('not empty', 'kept.npy')
    expectError('ERR_UNSUPPORTED_NPY', () => open(before, fields, { flags: 'w+' }))
    expect(fs.readFileSync(before, 'utf8')).toBe('not empty')
    expect(open(scope.path('raw'), fields, { flags: 'w+' }).itemsize).toBe(4800)
  })
})
