// new MmapArray(typecode, init, options): what it takes and what it refuses.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, expectErrorOf, thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements, encode, hasFloat16Array, ofKind, typed } from './support/typecodes.js'

const BAD_TYPECODES = [
  ['an unknown letter', 'x'],
  ['two letters', 'ii'],
  ['an empty string', ''],
  ['a letter beyond ASCII', 'ı'],
  ['a letter and a NUL', 'i\0'],
  ['a number', 105],
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['a symbol', Symbol('i')],
  ['a bigint', 1n],
  ['Array', Array],
  ['ArrayBuffer', ArrayBuffer],
  ['DataView', DataView],
  ['a function', () => 'i'],
  ['the class itself', MmapArray],
]

/** Objects may be the fields of a record. */
const BAD_FIELDS = [
  ['an object', {}],
  ['an object that prints as one', { toString: () => 'i' }],
  ['an array of one', ['i']],
  ['a Buffer', Buffer.from('i')],
]

describe('typecode', () => {
  const scope = useScope()

  test('the list of typecodes', () => {
    expect(MmapArray.typecodes.join(' ')).toBe('b B h H i I l L q Q e f d c u w Zf Zd')
  })

  test.each(BAD_TYPECODES)('%s is refused', (_, code) => {
    expectError('ERR_INVALID_TYPECODE', () => new MmapArray(code))
    expectError('ERR_INVALID_TYPECODE', () => new MmapArray(code, [1]))
    expectError('ERR_INVALID_TYPECODE', () => MmapArray.open(scope.file(Buffer.alloc(8)), code))
  })

  test.each(BAD_FIELDS)('%s is refused as the fields of a record', (_, fields) => {
    expectError('ERR_INVALID_RECORD_TYPE', () => new MmapArray(fields))
    expectError('ERR_INVALID_RECORD_TYPE', () => MmapArray.open(scope.file(Buffer.alloc(8)), fields))
  })

  test('no typecode at all is refused, and so is a call without new', () => {
    expectError('ERR_INVALID_TYPECODE', () => new MmapArray())
    expect(thrownBy(() => MmapArray('i'))).toBeInstanceOf(TypeError)
  })

  const CONSTRUCTORS = [
    [Int8Array, 'b'],
    [Uint8Array, 'B'],
    [Int16Array, 'h'],
    [Uint16Array, 'H'],
    [Int32Array, 'i'],
    [Uint32Array, 'I'],
    [BigInt64Array, 'q'],
    [BigUint64Array, 'Q'],
    [Float32Array, 'f'],
    [Float64Array, 'd'],
    ...(hasFloat16Array ? [[globalThis.Float16Array, 'e']] : []),
  ]
  test.each(CONSTRUCTORS)('%o stands for %s', (View, code) => {
    expect(scope.keep(new MmapArray(View)).typecode).toBe(code)
    const opened = scope.keep(MmapArray.open(scope.file(Buffer.alloc(16)), View))
    expect(opened.typecode).toBe(code)
    expect(opened.length).toBe(16 / View.BYTES_PER_ELEMENT)
  })
})

describe.each(TYPECODES)('init of typecode $code', (type) => {
  const scope = useScope()
  const make = (...rest) => scope.keep(new MmapArray(type.code, ...rest))
  const items = elements(type, 5)

  test('nothing, undefined and empty things give an empty array', () => {
    for (const rest of [[], [undefined], [[]], [new type.View(0)], [new Set()], [new ArrayBuffer(0)]]) {
      const array = make(...rest)
      expect(array.length).toBe(0)
      expect(array.byteLength).toBe(0)
      expect(array.tolist()).toEqual([])
      expect(array.typecode).toBe(type.code)
      expect(array.itemsize).toBe(type.itemsize)
    }
  })

  test('what it knows of itself', () => {
    const array = make(items)
    expect(array.length).toBe(5)
    expect(array.byteLength).toBe(5 * type.itemsize)
    expect(array.capacity).toBeGreaterThanOrEqual(5)
    expect(array.path).toBe(null)
    expect(array.closed).toBe(false)
    expect(typeof array.flags).toBe('string')
  })

  test('lists, sets, generators, iterators', () => {
    const distinct = new Set(items)
    function* generator() {
      yield* items
    }
    expect(make(items).tolist()).toEqual(items)
    expect(make(distinct).tolist()).toEqual([...distinct])
    expect(make(generator()).tolist()).toEqual(items)
    expect(make(items.values()).tolist()).toEqual(items)
    expect(make({ [Symbol.iterator]: () => items.values() }).tolist()).toEqual(items)
    const map = new Map(items.map((item) => [item, 'value']))
    expect(make(map.keys()).tolist()).toEqual([...map.keys()])
  })

  test('an array of the same type, and a typed array of the same kind', () => {
    expect(make(make(items)).tolist()).toEqual(items)
    if (type.kind !== 'character') expect(make(typed(type, items)).tolist()).toEqual(items)
  })

  test('raw bytes in an ArrayBuffer or SharedArrayBuffer', () => {
    const bytes = encode(type, items)
    const buffer = new ArrayBuffer(bytes.length)
    const shared = new SharedArrayBuffer(bytes.length)
    new Uint8Array(buffer).set(bytes)
    new Uint8Array(shared).set(bytes)
    expect(make(buffer).tolist()).toEqual(items)
    expect(make(shared).tolist()).toEqual(items)
  })

  test.skipIf(type.itemsize === 1)('raw bytes that are no whole number of elements', () => {
    expectError('ERR_RAGGED_LENGTH', () => make(new ArrayBuffer(type.itemsize + 1)))
  })

  test.each([
    ['null', null],
    ['true', true],
    ['a bigint', 5n],
    ['a symbol', Symbol('s')],
    ['an object', {}],
    ['an array-like', { length: 1, 0: 1 }],
    ['a function', () => []],
    ['a DataView', new DataView(new ArrayBuffer(8))],
  ])('%s is no initializer', (_, init) => {
    expectErrorOf(['ERR_INVALID_ARG_TYPE', 'ERR_TYPE_MISMATCH'], () => make(init))
    expect(thrownBy(() => make(init))).toBeInstanceOf(TypeError)
  })

  test('the copy is independent of what it was made from', () => {
    const source = make(items)
    const copy = make(source)
    source.set(0, items[1])
    expect(copy.tolist()).toEqual(items)
  })

  test('capacity reserves room', () => {
    const array = make(items, { capacity: 1000 })
    expect(array.capacity).toBeGreaterThanOrEqual(1000)
    expect(array.length).toBe(5)
    expect(array.tolist()).toEqual(items)
    expect(make(undefined, { capacity: 10 }).length).toBe(0)
    expect(make(items, { capacity: 2 }).tolist()).toEqual(items)
    expect(make(items, {}).tolist()).toEqual(items)
    expect(make(items, undefined).tolist()).toEqual(items)
    expect(make(items, { capacity: undefined }).tolist()).toEqual(items)
  })

  test.each([['1'], [1.5], [NaN], [null], [true], [{}], [1n]])('capacity %s is refused', (capacity) => {
    expectError('ERR_INVALID_ARG_TYPE', () => make(items, { capacity }))
  })
})

describe.each(ofKind('integer', 'bigint', 'float'))('strings do not initialize numbers: $code', ({ code }) => {
  test.each(['12', 'a', ''])('%j', (text) => {
    const error = thrownBy(() => new MmapArray(code, text))
    expect(error).toBeInstanceOf(TypeError)
    expect(['ERR_INVALID_ARG_TYPE', 'ERR_TYPE_MISMATCH']).toContain(error.code)
  })
})

describe.each(ofKind('character'))('strings initialize characters: $code', ({ code }) => {
  const scope = useScope()
  test.each(['abc', '', 'éÿ', 'a\0b'])('%j', (text) => {
    const array = scope.keep(new MmapArray(code, text))
    expect(array.tolist()).toEqual([...text])
    expect(array.tounicode()).toBe(text)
  })
})

describe('a length as the initializer', () => {
  const scope = useScope()
  const make = (...rest) => scope.keep(new MmapArray(...rest))

  test.each(TYPECODES)('gives so many zeros of typecode $code, and the array grows', ({ code, zero }) => {
    const array = make(code, 10)
    expect(array.tolist()).toEqual(Array(10).fill(zero))
    array.append(array.get(0))
    expect(array.length).toBe(11)
    expect(make(code, 0).length).toBe(0)
    expect(make(code, -0).length).toBe(0)
  })

  test('gives zeros of complex numbers and records', () => {
    expect(make('Zf', 2).tolist()).toEqual([
      { re: 0, im: 0 },
      { re: 0, im: 0 },
    ])
    expect(make({ time: 'q', tag: 'c', gain: ['f', 2] }, 1).tolist()).toEqual([{ time: 0n, tag: '\0', gain: [0, 0] }])
    expect(make(Float64Array, 3).view).toEqual(new Float64Array(3))
  })

  test('gives memory that can be stored to, shared and made longer, as any other', () => {
    const array = make('i', 100_000)
    expect([array.length, array.get(-1), array.sum()]).toEqual([100_000, 0, 0])
    array.set(-1, 7)
    array.view[5] = 8
    array.extend([9])
    const other = scope.keep(MmapArray.attach(array.handle()))
    expect([other.length, other.sum(), other.get(-1)]).toEqual([100_001, 24, 9])
  })

  test('goes with a capacity', () => {
    const array = make('i', 10, { capacity: 1000 })
    expect([array.length, array.capacity >= 1000]).toEqual([10, true])
    expect(make('i', 10, { capacity: 2 }).tolist()).toEqual(Array(10).fill(0))
  })

  test('works in a subclass', () => {
    class Zeros extends MmapArray {
      constructor(length) {
        super('h', length)
      }
    }
    expect(scope.keep(new Zeros(3)).tolist()).toEqual([0, 0, 0])
  })

  test('that is not a length, or is too large, is an error', () => {
    for (const code of ['d', 'Zd', 'w']) {
      for (const bad of [1.5, NaN, Infinity, 10n, true, null]) {
        expectError('ERR_INVALID_ARG_TYPE', () => new MmapArray(code, bad))
      }
      for (const bad of [-1, 2 ** 53 + 2]) expectError('ERR_OUT_OF_RANGE', () => new MmapArray(code, bad))
    }
    expectError('ERR_OUT_OF_RANGE', () => new MmapArray('d', 2 ** 50 + 1))
    expect(thrownBy(() => new MmapArray('d', 2 ** 50)).code).toBe('ENOMEM')
    expect(thrownBy(() => new MmapArray('b', 2 ** 53)).code).toBe('ENOMEM')
  })

  test.each([[-1], [1.5], [null], [true], [{}], ['1'], [() => 1]])('the error about %s names init', (bad) => {
    expect(thrownBy(() => new MmapArray('d', bad)).message).toContain('"init"')
  })
})

describe('arrays of other types', () => {
  const scope = useScope()
  const make = (...rest) => scope.keep(new MmapArray(...rest))

  test('are taken element by element, with the checks of the new type', () => {
    expect(make('i', make('h', [1, -2])).tolist()).toEqual([1, -2])
    expect(make('q', make('h', [1, -2])).tolist()).toEqual([1n, -2n])
    expect(make('h', make('q', [1n, -2n])).tolist()).toEqual([1, -2])
    expect(make('d', make('i', [1, -2])).tolist()).toEqual([1, -2])
    expect(make('d', make('q', [2n ** 53n + 1n])).tolist()).toEqual([2 ** 53])
    expect(make('f', make('d', [1e39, 0.1])).tolist()).toEqual([Infinity, 0.10000000149011612])
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('h', make('i', [70000])))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('B', make('b', [-1])))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('q', make('Q', [2n ** 63n])))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('e', make('d', [65520])))
    expectError('ERR_INVALID_ARG_TYPE', () => make('i', make('d', [1.5])))
  })

  test('whole numbers are integers however they were computed', () => {
    expect(make('i', make('d', [1, 2])).tolist()).toEqual([1, 2])
    expect(make('i', new Float64Array([1, 2, -0])).tolist()).toEqual([1, 2, 0])
    expect(make('q', new Float32Array([3])).tolist()).toEqual([3n])
  })

  test('typed arrays of other kinds are elements, not bytes', () => {
    expect(make('I', new Uint8Array([1, 2, 3])).tolist()).toEqual([1, 2, 3])
    expect(make('I', Buffer.from([1, 2, 3])).tolist()).toEqual([1, 2, 3])
    expect(make('d', new Int16Array([-1, 2])).tolist()).toEqual([-1, 2])
    expect(make('b', new BigInt64Array([-128n])).tolist()).toEqual([-128])
    expect(make('q', new Int32Array([-5])).tolist()).toEqual([-5n])
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('b', new Uint8Array([200])))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('b', new BigInt64Array([128n])))
    expectError('ERR_INVALID_ARG_TYPE', () => make('i', new Float64Array([1, 1.5])))
    expectError('ERR_INVALID_ARG_TYPE', () => make('i', new Float64Array([NaN])))
  })

  test('characters and numbers do not mix', () => {
    for (const [code, source] of [
      ['i', make('u', 'a')],
      ['I', make('w', 'a')],
      ['B', make('c', 'a')],
      ['d', make('c', 'a')],
      ['u', make('I', [97])],
      ['w', make('I', [97])],
      ['c', make('B', [97])],
    ]) {
      const error = thrownBy(() => make(code, source))
      expect(error, `${source} to ${code}`).toBeInstanceOf(TypeError)
      expect(['ERR_INVALID_ARG_TYPE', 'ERR_TYPE_MISMATCH']).toContain(error.code)
    }
  })

  test('characters go into characters', () => {
    expect(make('w', make('u', 'a😀')).tounicode()).toBe('a😀')
    expect(make('u', make('c', 'aé')).tounicode()).toBe('aé')
    expect(make('c', make('w', 'aé')).tounicode()).toBe('aé')
    expectError('ERR_VALUE_OUT_OF_RANGE', () => make('c', make('w', '€')))
  })

  test("an iterator's own error comes through", () => {
    const mine = new Error('mine')
    function* failing() {
      yield 1
      throw mine
    }
    expect(thrownBy(() => make('i', failing()))).toBe(mine)
  })

  test('raw bytes are copied, not shared', () => {
    const buffer = new ArrayBuffer(4)
    const array = make('B', buffer)
    new Uint8Array(buffer)[0] = 9
    expect(array.get(0)).toBe(0)
  })
})
