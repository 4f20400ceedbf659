// Record types: where the fields are, what is refused, and that equal types are equal.
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'

const { recordType } = MmapArray
const placesOf = ({ fields, itemsize }) => [fields.map(({ offset }) => offset).join(' '), itemsize]

describe('places of fields', () => {
  // What gcc and NumPy say: offsetof and sizeof of the struct, np.dtype(..., align=True).
  test.each([
    ['packed', { a: 'b', b: 'd', c: 'h' }, undefined, ['0 1 9', 11]],
    ['aligned', { a: 'b', b: 'd', c: 'h' }, { align: true }, ['0 8 16', 24]],
    ['aligned, a list', { a: 'b', b: ['h', 3], c: 'i' }, { align: true }, ['0 2 8', 12]],
    ['aligned, complex numbers', { a: 'b', z: 'Zf', b: 'b', w: 'Zd' }, { align: true }, ['0 4 12 16', 32]],
    ['aligned, only bytes', { a: 'b', b: ['c', 5] }, { align: true }, ['0 1', 6]],
    ['an itemsize', { a: 'i' }, { itemsize: 7 }, ['0', 7]],
    ['aligned, an itemsize', { a: 'i' }, { align: true, itemsize: 8 }, ['0', 8]],
    ['offsets out of order', { a: 'i', b: 'h' }, { offsets: [4, 1] }, ['4 1', 8]],
    ['offsets and an itemsize', { a: 'i', b: 'h' }, { offsets: [8, 0], itemsize: 20 }, ['8 0', 20]],
    ['aligned offsets', { a: 'b', b: 'i' }, { align: true, offsets: [5, 0] }, ['5 0', 8]],
    ['constructors', { a: Float64Array, b: [Uint16Array, 2] }, undefined, ['0 8', 12]],
  ])('%s', (_, fields, options, places) => {
    expect(placesOf(recordType(fields, options))).toEqual(places)
  })

  test('of a plain object of another realm', () => {
    const fields = runInNewContext("({ a: 'i', b: ['h', 2] })")
    expect(recordType(fields)).toBe(recordType({ a: 'i', b: ['h', 2] }))
  })

  test('the fields tell name, typecode, count and offset, and are frozen', () => {
    const type = recordType({ time: BigInt64Array, gain: ['f', 1] })
    expect(type.fields).toEqual([
      { name: 'time', typecode: 'q', offset: 0 },
      { name: 'gain', typecode: 'f', count: 1, offset: 8 },
    ])
    expect([type, type.fields, ...type.fields].every(Object.isFrozen)).toBe(true)
    expect(Object.keys(type)).toEqual(['fields', 'itemsize'])
  })
})

describe('fields that make no type', () => {
  const overflow = { __proto__: { time: 'q' } }
  test.each([
    ['no fields', {}, 'from 1 to 1024 fields'],
    ['an empty list', [], 'from 1 to 1024 fields'],
    ['too many fields', Array.from({ length: 1025 }, (_, n) => [`f${n}`, 'b']), 'Received 1025'],
    ['a name that is an integer', { a: 'i', 0: 'i' }, "'0' must be in a list"],
    ['a name that is a great integer', { 4294967296: 'i' }, "'4294967296' must be in a list"],
    ['another prototype', overflow, '__proto__'],
    ['an instance', new (class Fields {})(), 'plain'],
    ['a Map', new Map([['a', 'i']]), 'plain'],
    [
      'a getter',
      {
        get time() {
          return 'q'
        },
      },
      "'time' must be a plain property",
    ],
    ['a hidden property', Object.defineProperty({}, 'time', { value: 'q' }), "'time'"],
    ['a symbol', { [Symbol('time')]: 'q' }, 'Symbol(time)'],
    ['an unknown typecode', { time: 'Q', price: 'x' }, "'price'"],
    ['half of a typecode', { z: 'Z' }, "'z'"],
    ['a name that could be another type', { time: 'i4' }, 'it is int32: write i32 or <i4'],
    ['a function', { time: Array }, "'time'"],
    ['nothing', { time: undefined }, "'time'"],
    ['a record in a record', { point: { x: 'd' } }, "'point'"],
    ['a list in a list', { gain: [['f', 2], 3] }, "'gain'"],
    ['no count', { gain: ['f'] }, "count of the field 'gain'"],
    ['a count of 0', { gain: ['f', 0] }, "count of the field 'gain'"],
    ['a negative count', { gain: ['f', -1] }, "count of the field 'gain'"],
    ['half a count', { gain: ['f', 1.5] }, "count of the field 'gain'"],
    ['a count in text', { gain: ['f', '3'] }, "count of the field 'gain'"],
    ['a count beyond', { gain: ['f', 2 ** 53] }, "count of the field 'gain'"],
    ['a large count', { gain: ['d', 2 ** 17 + 1] }, "'gain' ends at byte 1048584"],
    ['a shape', { gain: ['f', 2, 3] }, "'gain'"],
    [
      'a name twice',
      [
        ['a', 'i'],
        ['a', 'd'],
      ],
      "'a' appears twice",
    ],
    ['an empty name', [['', 'i']], 'a name must not be empty'],
    ['a number as name', [[0, 'i']], 'must be a string'],
    ['half of a surrogate pair', [['\ud800', 'i']], 'valid Unicode'],
    [
      'a count beside the typecode',
      [['gain', 'f', 3]],
      'field 0 of the list must be [name, [typecode, count]]'.slice(0, 24),
    ],
    ['an entry that is not a pair', [['a', 'i'], 'bi'], 'field 1 of the list'],
  ])('%s is refused', (_, fields, text) => {
    const error = expectError('ERR_INVALID_RECORD_TYPE', () => recordType(fields))
    expect(error.message).toContain(text)
    expectError('ERR_INVALID_RECORD_TYPE', () => new MmapArray(fields))
  })

  test.each([
    ['overlapping offsets', { a: 'i', b: 'i' }, { offsets: [0, 3] }, "'b' overlaps the field 'a'"],
    ['too few offsets', { a: 'i', b: 'i' }, { offsets: [0] }, 'an offset for each'],
    ['a negative offset', { a: 'i' }, { offsets: [-1] }, "'a'"],
    ['half an offset', { a: 'i' }, { offsets: [0.5] }, "'a'"],
    ['an offset beyond', { a: 'i' }, { offsets: [2 ** 53] }, "'a'"],
    ['an offset behind the largest record', { a: 'i' }, { offsets: [2 ** 20] }, "'a'"],
    [
      'an offset that is not aligned',
      { a: 'b', b: 'i' },
      { align: true, offsets: [0, 2] },
      "'b' must be a multiple of 4",
    ],
    ['a small itemsize', { a: 'i', b: 'd' }, { itemsize: 11 }, "'b' ends at byte 12"],
    ['an itemsize that is not aligned', { a: 'd' }, { align: true, itemsize: 12 }, 'multiple of 8'],
    ['half an itemsize', { a: 'b' }, { itemsize: 1.5 }, 'itemsize'],
    ['a large itemsize', { a: 'b' }, { itemsize: 2 ** 20 + 1 }, 'itemsize'],
  ])('%s are refused', (_, fields, options, text) => {
    expect(expectError('ERR_INVALID_RECORD_TYPE', () => recordType(fields, options)).message).toContain(text)
  })

  test.each([
    ['fields', 'q', undefined],
    ['fields', null, undefined],
    ['fields', undefined, undefined],
    ["option 'aligned'", { a: 'i' }, { aligned: true }],
    ['options.align', { a: 'i' }, { align: 1 }],
    ['options.offsets', { a: 'i' }, { offsets: { a: 0 } }],
    ['fields', MmapArray.recordType({ a: 'i' }), { align: true }],
  ])('the argument %s is checked', (name, fields, options) => {
    expect(expectError('ERR_INVALID_ARG_TYPE', () => recordType(fields, options)).message).toContain(name)
  })
})

describe('one type, one meaning', () => {
  const Trade = recordType({ time: 'q', price: 'd', gain: ['f', 3] })

  test.each([
    [
      'a list',
      [
        ['time', 'q'],
        ['price', 'd'],
        ['gain', ['f', 3]],
      ],
    ],
    ['constructors', { time: BigInt64Array, price: Float64Array, gain: [Float32Array, 3] }],
    ['an object without a prototype', Object.assign(Object.create(null), { time: 'q', price: 'd', gain: ['f', 3] })],
    ['the type itself', Trade],
  ])('%s is the same type', (_, given) => {
    expect(recordType(given)).toBe(Trade)
    const array = new MmapArray(given)
    expect(array.typecode).toBe(Trade)
    array.close()
  })

  test.each([
    ['another name', { time: 'q', prize: 'd', gain: ['f', 3] }],
    ['another order', { price: 'd', time: 'q', gain: ['f', 3] }],
    ['another typecode of the same size', { time: 'l', price: 'd', gain: ['f', 3] }],
    ['a count of 1', { time: ['q', 1], price: 'd', gain: ['f', 3] }],
    ['another size', { time: 'q', price: 'd', gain: ['f', 3] }, { itemsize: 40 }],
  ])('%s is another type', (_, fields, options) => {
    const other = recordType(fields, options)
    expect(other).not.toBe(Trade)
    const [one, two] = [new MmapArray(Trade), new MmapArray(other)]
    expectError('ERR_TYPE_MISMATCH', () => one.extend(two))
    one.close()
    two.close()
  })

  test('fields are read once, and no getter runs', () => {
    const reads = []
    const target = { time: 'q', price: ['d', 2] }
    const handler = Object.fromEntries(
      ['get', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'has'].map((trap) => [
        trap,
        (...args) => {
          reads.push(`${trap} ${String(args[1] ?? '')}`.trim())
          return Reflect[trap](...args)
        },
      ]),
    )
    expect(placesOf(recordType(new Proxy(target, handler)))).toEqual(['0 8', 24])
    expect(reads.toSorted()).toEqual([
      'getOwnPropertyDescriptor price',
      'getOwnPropertyDescriptor time',
      'getPrototypeOf',
      'ownKeys',
    ])
  })

  test('a list that changes while it is read is what it was when it was read', () => {
    const pair = ['d', 2]
    Object.defineProperty(pair, 1, { get: () => (pair.count = (pair.count ?? 1) + 1) })
    expect(recordType({ gain: pair }).fields[0].count).toBe(2)
  })

  test('an error of a proxy is thrown', () => {
    const mine = new Error('mine')
    const fields = new Proxy(
      {},
      {
        ownKeys: () => {
          throw mine
        },
      },
    )
    expect(thrownBy(() => recordType(fields))).toBe(mine)
  })

  test('more types than are remembered still work', () => {
    const last = Array.from({ length: 1100 }, (_, n) => recordType({ [`field${n}`]: 'i' })).at(-1)
    expect(last.fields[0].name).toBe('field1099')
    const [one, two] = [new MmapArray(last, [{ field1099: 1 }]), new MmapArray({ field1099: 'i' }, [{ field1099: 1 }])]
    expect(one.equals(two)).toBe(true)
    one.extend(two)
    expect(one.length).toBe(2)
    one.close()
    two.close()
  })
})

describe('a type as text', () => {
  test.each([
    [{ time: 'q', gain: ['f', 3] }, "RecordType(20) { time: 'q', gain: [ 'f', 3 ] }"],
    [
      [
        ['0', 'q'],
        ['a', 'b'],
      ],
      "RecordType(9) [ [ '0', 'q' ], [ 'a', 'b' ] ]",
    ],
    [[['__proto__', 'q']], "RecordType(8) [ [ '__proto__', 'q' ] ]"],
    [{ 'two words': 'q' }, "RecordType(8) { 'two words': 'q' }"],
  ])('%j', (fields, text) => {
    expect(String(recordType(fields))).toBe(text)
    expect(inspect(recordType(fields))).toBe(text)
    expect(inspect({ type: recordType(fields) })).toContain(text)
  })

  test('an object that inherits from a type is printed as an object, and is no type', () => {
    const other = Object.create(recordType({ x: 'd' }))
    expect(inspect(other)).toContain('{}')
    expectError('ERR_INVALID_RECORD_TYPE', () => new MmapArray(other))
  })

  test('JSON has the layout', () => {
    expect(JSON.parse(JSON.stringify(recordType({ x: ['d', 2] })))).toEqual({
      fields: [{ name: 'x', typecode: 'd', count: 2, offset: 0 }],
      itemsize: 16,
    })
  })
})
