// bisectLeft, bisectRight and searchsorted: Python's places, for values of any kind that has an order among the elements.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, ofKind, typed } from './support/typecodes.js'

const scope = useScope()
const make = (code, items) => scope.keep(new MmapArray(code, items))
const both = (array, ...rest) => [array.bisectLeft(...rest), array.bisectRight(...rest)]

/** Each of the elements from `first`, `times` over. */
const stairs = (type, count, times) =>
  Array.from({ length: count * times }, (_, n) => element(type, Math.floor(n / times)))

describe.each(STORAGES)('$name', (storage) => {
  test.each(TYPECODES)('typecode $code', (type) => {
    const array = storage.make(type, stairs(type, 50, 3), scope)
    for (let n = 0; n < 50; n++) expect(both(array, element(type, n))).toEqual([3 * n, 3 * n + 3])
    const needles = typed(type, [element(type, 49), element(type, 0), element(type, 70)])
    expect(array.searchsorted(needles)).toEqual(Float64Array.of(147, 0, 150))
    expect(array.searchsorted(needles, 'right')).toEqual(Float64Array.of(150, 3, 150))
    expect(array.searchsorted(make(type.code, needles), 'right')).toEqual(Float64Array.of(150, 3, 150))
  })
})

describe.each(TYPECODES)('typecode $code', (type) => {
  test('every length, one needle after the other and all at once', () => {
    for (let count = 0; count <= 70; count++) {
      const array = make(type.code, typed(type, stairs(type, count, 1)))
      const needles = Array.from({ length: 75 }, (_, n) => element(type, n))
      const expected = needles.map((_, n) => Math.min(n, count))
      expect(needles.map((needle) => array.bisectLeft(needle))).toEqual(expected)
      expect([...array.searchsorted(typed(type, needles))]).toEqual(expected)
      expect([...array.searchsorted(typed(type, needles), 'right')]).toEqual(
        expected.map((n) => Math.min(n + 1, count)),
      )
    }
  })

  test('no needles have no places', () => {
    expect(make(type.code, typed(type, stairs(type, 3, 1))).searchsorted(typed(type, []))).toEqual(new Float64Array(0))
  })
})

describe('values that no element can equal have a place', () => {
  const bytes = () => make('B', [0, 5, 5, 255])
  test.each([
    [-1, [0, 0]],
    [-0.5, [0, 0]],
    [-0, [0, 1]],
    [4.5, [1, 1]],
    [5n, [1, 3]],
    [254.999, [3, 3]],
    [256, [4, 4]],
    [10n ** 50n, [4, 4]],
    [-(10n ** 50n), [0, 0]],
    [Infinity, [4, 4]],
    [-Infinity, [0, 0]],
    [NaN, [4, 4]],
  ])('%s among bytes', (value, places) => expect(both(bytes(), value)).toEqual(places))

  test.each([
    [2 ** 63, [3, 3]],
    [2n ** 63n - 1n, [2, 3]],
    [-(2 ** 63), [0, 1]],
    [0.5, [2, 2]],
    [10n ** 50n, [3, 3]],
  ])('%s among 8-byte integers', (value, places) => {
    expect(both(make('q', [-(2n ** 63n), 0n, 2n ** 63n - 1n]), value)).toEqual(places)
  })

  test.each([
    [2n ** 53n + 1n, [2, 2]],
    [2n ** 53n, [1, 2]],
    [2n ** 53n + 2n, [2, 3]],
    [10n ** 400n, [4, 4]],
    [-(10n ** 400n), [1, 1]],
    [2n ** 1023n - 1n, [3, 3]],
    [Number.MAX_VALUE, [3, 4]],
    [BigInt(Number.MAX_VALUE) + 1n, [4, 4]],
    [BigInt(Number.MAX_VALUE) - 1n, [3, 3]],
    [-Infinity, [0, 1]],
    [Infinity, [4, 5]],
    [NaN, [5, 6]],
  ])('%s among doubles', (value, places) => {
    expect(both(make('d', [-Infinity, 2 ** 53, 2 ** 53 + 2, Number.MAX_VALUE, Infinity, NaN]), value)).toEqual(places)
  })

  test('what a single rounds', () => {
    const single = Math.fround(0.1)
    expect(both(make('f', [single]), 0.1)).toEqual([0, 0])
    expect(both(make('f', [single]), single)).toEqual([0, 1])
    expect(both(make('f', [Math.fround(0.3)]), 0.3)).toEqual([0, 0])
    expect(both(make('f', [0.7]), 0.7)).toEqual([1, 1])
    expect(both(make('f', [3.4e38, Infinity]), 1e39)).toEqual([1, 1])
    expect(both(make('f', [-Infinity, -3.4e38]), -1e39)).toEqual([1, 1])
    expect(both(make('e', [65504, Infinity]), 65505)).toEqual([1, 1])
    expect(both(make('e', [0, 2 ** -24]), 1e-300)).toEqual([1, 1])
  })

  test('characters beyond those of the type', () => {
    expect(both(make('c', ['a', 'ÿ']), '€')).toEqual([2, 2])
    expect(both(make('w', ['a', '😀']), '語')).toEqual([1, 1])
  })
})

test.each(ofKind('float'))('zeros are one value, NaNs are last, typecode $code', ({ code, View }) => {
  const array = make(code, [-1, -0, 0, -0, 1, NaN, NaN])
  expect(both(array, 0)).toEqual([1, 4])
  expect(both(array, -0)).toEqual([1, 4])
  expect(both(array, NaN)).toEqual([5, 7])
  const needles = View === Uint16Array ? Uint16Array.of(0x8000, 0, 0x7e00, 0xfe00) : View.of(-0, 0, NaN, -NaN)
  expect([...array.searchsorted(needles)]).toEqual([1, 1, 5, 5])
  expect([...array.searchsorted(needles, 'right')]).toEqual([4, 4, 7, 7])
})

describe('bounds', () => {
  const array = () => make('i', [10, 20, 20, 20, 30])

  test.each([
    [
      [20, 2],
      [2, 4],
    ],
    [
      [20, 2, 3],
      [2, 3],
    ],
    [
      [20, 0, 1],
      [1, 1],
    ],
    [
      [5, 3],
      [3, 3],
    ],
    [
      [20, 3, 1],
      [3, 3],
    ],
    [
      [20, 0, -1],
      [0, 0],
    ],
    [
      [40, 0, 100],
      [5, 5],
    ],
    [
      [40, undefined, 2n],
      [2, 2],
    ],
    [
      [20, 100],
      [5, 5],
    ],
    [
      [20, 0, Infinity],
      [1, 4],
    ],
    [
      [20, undefined, undefined],
      [1, 4],
    ],
  ])('%s', (parameters, places) => expect(both(array(), ...parameters)).toEqual(places))

  test('a negative lower one is out of range, as in Python', () => {
    for (const lo of [-1, -Infinity, -1n]) {
      expectError('ERR_OUT_OF_RANGE', () => array().bisectLeft(20, lo))
      expectError('ERR_OUT_OF_RANGE', () => array().bisectRight(20, lo))
    }
  })
})

test('wrong arguments', () => {
  const numbers = make('i', [1])
  const text = make('w', 'a')
  for (const value of [null, undefined, '1', true, {}, [1], Symbol('x')]) {
    expectError('ERR_INVALID_ARG_TYPE', () => numbers.bisectLeft(value), String(value))
  }
  for (const value of [1, 97n, 'ab', '', null]) expectError('ERR_INVALID_ARG_TYPE', () => text.bisectRight(value))
  for (const bound of [0.5, null, '0', NaN]) {
    expectError('ERR_INVALID_ARG_TYPE', () => numbers.bisectLeft(1, bound))
    expectError('ERR_INVALID_ARG_TYPE', () => numbers.bisectLeft(1, 0, bound))
  }
  for (const needles of [undefined, null, 1, [1], new ArrayBuffer(4), new Set([1])]) {
    expectError('ERR_INVALID_ARG_TYPE', () => numbers.searchsorted(needles), String(needles))
  }
  for (const needles of [new Float64Array(1), new Uint32Array(1), make('I', [1]), text]) {
    expectError('ERR_TYPE_MISMATCH', () => numbers.searchsorted(needles))
  }
  for (const side of [null, 1, {}])
    expectError('ERR_INVALID_ARG_TYPE', () => numbers.searchsorted(new Int32Array(1), side))
  for (const side of ['', 'Left', 'middle']) {
    expectError('ERR_OUT_OF_RANGE', () => numbers.searchsorted(new Int32Array(1), side))
  }
})

test('a closed array, and needles of a closed one', () => {
  const array = make('i', [1, 2])
  const closed = make('i', [1])
  closed.close()
  expectError('ERR_CLOSED', () => closed.bisectLeft(1))
  expectError('ERR_CLOSED', () => closed.bisectRight(1))
  expectError('ERR_CLOSED', () => closed.searchsorted(new Int32Array(1)))
  expectError('ERR_CLOSED', () => array.searchsorted(closed))
  expect([...array.searchsorted(array)]).toEqual([0, 1])
})
