// sum, min and max against plain loops: every typecode, lengths around the rows that the core takes at a time.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, ofKind, typecode, typed } from './support/typecodes.js'

const LENGTHS = [1, 2, 31, 32, 33, 127, 128, 129, 255, 256, 257, 1000]
const NUMERIC = ofKind('integer', 'bigint', 'float')
const scope = useScope()
const make = (type, items) => scope.keep(new MmapArray(type.code, typed(type, items)))

/** Elements that lie all over the range of their type. */
const spread = (type, length) =>
  Array.from({ length }, (_, n) => {
    if (type.kind === 'bigint') return type.min + ((BigInt(n) * 0x9e3779b97f4a7c15n) & (2n ** 64n - 1n))
    if (type.kind !== 'integer') return elements(type, 1, (n * 7919) % 90)[0]
    return Number(type.min) + ((n * 2654435761) % 2 ** (8 * type.itemsize))
  })

/** Characters have the order of their code points, which is not that of strings. */
const rank = (value) => (typeof value === 'string' ? value.codePointAt(0) : value)
const least = (items) => items.reduce((a, b) => (rank(b) < rank(a) ? b : a))
const greatest = (items) => items.reduce((a, b) => (rank(b) > rank(a) ? b : a))

describe.each(STORAGES)('$name', (storage) => {
  test.each(NUMERIC)('typecode $code', (type) => {
    const items = spread(type, 1000)
    const array = storage.make(type, items, scope)
    expect(array.sum()).toBe(items.reduce((a, b) => a + b))
    expect(array.min()).toBe(least(items))
    expect(array.max()).toBe(greatest(items))
  })
})

describe.each(TYPECODES)('typecode $code', (type) => {
  test('extremes at every place, at every length', () => {
    const [low, middle, high] = type.kind === 'character' ? ['a', 'm', 'z'] : elements(type, 3)
    for (const length of LENGTHS) {
      const array = make(type, Array(length).fill(middle))
      for (let at = 0; at < length; at += length > 40 ? 7 : 1) {
        array.set(at, low)
        if (array.min() !== low || array.max() !== (length > 1 ? middle : low)) expect.fail(`low at ${at} of ${length}`)
        array.set(at, high)
        if (array.max() !== high || array.min() !== (length > 1 ? middle : high))
          expect.fail(`high at ${at} of ${length}`)
        array.set(at, middle)
      }
    }
  })

  test('the extremes of the type itself', () => {
    const array = make(type, type.samples)
    expect(array.min()).toBe(least(type.samples))
    expect(array.max()).toBe(greatest(type.samples))
  })

  test('an empty array has none', () => {
    const array = make(type, [])
    expectError('ERR_EMPTY', () => array.min())
    expectError('ERR_EMPTY', () => array.max())
  })
})

test.each(NUMERIC)('sums at every length, typecode $code', (type) => {
  for (const length of [0, ...LENGTHS]) {
    const items = spread(type, length)
    const sum = items.reduce((a, b) => a + b, type.kind === 'bigint' ? 0n : 0)
    if (make(type, items).sum() !== sum) expect.fail(`${length} elements`)
  }
})

test.each(ofKind('bigint'))('sums beyond 64 bits are exact, typecode $code', (type) => {
  for (const edge of [type.min, type.max]) {
    expect(make(type, Array(1000).fill(edge)).sum()).toBe(1000n * edge)
  }
})

test('sums of numbers beyond 2^53 are rounded once', () => {
  const array = scope.keep(new MmapArray('I', [0xffffffff]))
  array.repeatInPlace(3_000_001)
  expect(array.sum()).toBe(Number(0xffffffffn * 3_000_001n))
})

test('characters have no sum', () => {
  for (const type of ofKind('character')) expectError('ERR_TYPE_MISMATCH', () => make(type, ['a']).sum())
})

test('an element that is no character is no extreme', () => {
  const array = scope.keep(new MmapArray('w', 'ab'))
  array.view[1] = 0x110000
  expect(array.min()).toBe('a')
  expectError('ERR_VALUE_OUT_OF_RANGE', () => array.max())
})

describe.each(ofKind('float'))('typecode $code', (type) => {
  test('a NaN decides, wherever it stands', () => {
    for (const length of LENGTHS) {
      for (const at of [0, length >> 1, length - 1]) {
        const items = Array(length).fill(-Infinity)
        items[at] = NaN
        const array = make(type, items)
        expect([array.min(), array.max(), array.sum()]).toEqual([NaN, NaN, NaN])
      }
    }
  })

  test('infinities', () => {
    expect(make(type, [1, Infinity, 2]).sum()).toBe(Infinity)
    expect(make(type, [Infinity, 1, -Infinity]).sum()).toBe(NaN)
    expect(make(type, [Infinity, 1, -Infinity]).min()).toBe(-Infinity)
  })
})

test('sums of floats are as near as pairwise ones', () => {
  const array = scope.keep(new MmapArray('d', [0.1]))
  array.repeatInPlace(1_000_000)
  expect(Math.abs(array.sum() - 100_000)).toBeLessThan(1e-9)
  expect(scope.keep(new MmapArray('f', Array(1000).fill(0.1))).sum()).toBe(1000 * Math.fround(0.1))
})

test('read-only arrays have sums and extremes, closed ones have not', () => {
  const type = typecode('i')
  const array = MmapArray.open(scope.file(Buffer.from(Int32Array.of(3, 1, 2).buffer)), type.code)
  expect([array.sum(), array.min(), array.max()]).toEqual([6, 1, 3])
  array.close()
  for (const name of ['sum', 'min', 'max']) expectError('ERR_CLOSED', () => array[name](), name)
})
