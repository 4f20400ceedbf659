// sum, min, max, count, index and includes of a range: the same, to the bit, as those of an array of the slice.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { Random } from './support/random.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, ofKind } from './support/typecodes.js'

const scope = useScope()
const make = (...rest) => scope.keep(new MmapArray(...rest))

const LENGTH = 9001
const FIELD = { field: 'v' }
const BOUNDS = [
  [],
  [0],
  [undefined, 5],
  [1, 4],
  [3, 8195],
  [-4097],
  [-8999, -2],
  [5, 5],
  [9, 2],
  [-Infinity, 7n],
  [LENGTH - 1, Infinity],
  [LENGTH],
  [2n ** 70n],
  [-(2n ** 70n), -9000],
]

/** Values of which many are the same; among floats also NaN, and zeros of both signs. */
function someValues(type, special) {
  const random = new Random(LENGTH, type.code)
  const plain = type.kind === 'float' ? elements(type, 90, 1).map((value) => value / 3) : elements(type, 90)
  const pool = plain.map((value) => (type.code === 'd' ? value * 1.1 : value))
  return Array.from({ length: LENGTH }, () =>
    special.length > 0 && random.chance(0.01) ? random.pick(special) : random.pick(pool),
  )
}

/** What a call gives: its value, or the code of its error. */
function outcome(call) {
  try {
    return call()
  } catch (error) {
    return error.code ?? error
  }
}

/** An index in the array for one in the slice. */
const moved = (index, array, [start]) => {
  if (typeof index !== 'number') return index
  const first = array.slice(0, start ?? 0).length
  return index + first
}

/** Compares the calls on a range, with options or without, with those on an array of the slice. */
function compareRanges(array, alone, options) {
  // A field of characters has no least one.
  const names = options.length > 0 && typeof alone.get(0) === 'string' ? ['sum'] : ['sum', 'min', 'max']
  for (const bounds of BOUNDS) {
    const slice = make(alone.typecode, alone.slice(...bounds))
    for (const name of names) {
      const ranged = outcome(() => array[name](...bounds, ...options))
      if (
        !Object.is(
          ranged,
          outcome(() => slice[name]()),
        )
      )
        expect.fail(`${name}(${bounds})`)
    }
    for (const value of [alone.get(3), alone.get(-1), NaN, 'no element']) {
      const counted = outcome(() => array.count(value, ...bounds, ...options))
      expect(counted, `count(${bounds})`).toBe(slice.count(value))
      const included = array.includes(value, ...bounds, ...options)
      expect(included, `includes(${bounds})`).toBe(slice.includes(value))
      const found = outcome(() => array.index(value, ...bounds, ...options))
      expect(found, `index(${bounds})`).toBe(
        moved(
          outcome(() => slice.index(value)),
          alone,
          bounds,
        ),
      )
    }
  }
}

describe.each(TYPECODES)('a range of typecode $code', (type) => {
  const specials = type.kind === 'float' ? [[], [-0, 0], [NaN, -0, Infinity]] : [[]]

  test.each(specials)('of elements is as an array of the slice (%j, ...)', (...special) => {
    const array = make(type.code, someValues(type, special))
    compareRanges(array, array, [])
  })

  test.each(specials)('of a field is as an array of the slice of its values (%j, ...)', (...special) => {
    const values = someValues(type, special)
    const records = make(
      { before: ['B', 3], v: type.code },
      values.map((v, n) => ({ before: [n % 256, 1, 2], v })),
    )
    compareRanges(records, make(type.code, values), [FIELD])
  })
})

test.each(STORAGES)('sum, min and max of a range of an array, $name', (storage) => {
  const [type] = ofKind('float').slice(-1)
  const array = storage.make(type, elements(type, 1000), scope)
  expect([array.sum(10, 20), array.min(-5), array.max(undefined, 3)]).toEqual([72.5, 497.5, 1])
})

test('sum of a range of complex numbers adds both parts', () => {
  const array = make('Zd', [{ re: 1, im: 2 }, 3, { re: 0.5, im: -1 }])
  expect(array.sum(1)).toEqual({ re: 3.5, im: -1 })
  expect(array.sum(1, 1)).toEqual({ re: 0, im: 0 })
  expect(array.count(3, 2)).toBe(0)
  expect(array.count(3, 1)).toBe(1)
  const records = make({ z: 'Zd' }, [{ z: 1 }, { z: { re: 2, im: 5 } }])
  expect(records.sum(1, { field: 'z' })).toEqual({ re: 2, im: 5 })
  expect(records.count({ z: 1 }, 1)).toBe(0)
})

test('min and max of an empty range throw ERR_EMPTY', () => {
  const array = make('d', [1, 2])
  expectError('ERR_EMPTY', () => array.min(1, 1))
  expectError('ERR_EMPTY', () => array.max(2))
  expectError('ERR_EMPTY', () => make({ v: 'd' }, [{ v: 1 }]).max(1, FIELD))
  expect(array.sum(2)).toBe(0)
})

test('options stand in the place of a bound that is left out', () => {
  const array = make({ v: 'i' }, [{ v: 1 }, { v: 2 }, { v: 4 }])
  expect([array.sum(FIELD), array.sum(1, FIELD), array.sum(1, 2, FIELD)]).toEqual([7, 6, 2])
  expect([array.count(4, FIELD), array.count(4, 2, FIELD), array.count(4, 0, 2, FIELD)]).toEqual([1, 1, 0])
  expect([array.includes(1, FIELD), array.includes(1, 1, FIELD)]).toEqual([true, false])
})

test('bounds that are no integers, and unknown options, are refused', () => {
  const array = make('d', [1, 2])
  for (const name of ['sum', 'min', 'max']) {
    for (const bad of [1.5, NaN, '1', null, true, {}, [1], (a, b) => a - b, { axis: 0 }, { key: Math.abs }]) {
      expectError('ERR_INVALID_ARG_TYPE', () => array[name](bad))
      expectError('ERR_INVALID_ARG_TYPE', () => array[name](0, bad))
      expectError('ERR_INVALID_ARG_TYPE', () => array.count(1, bad))
      expectError('ERR_INVALID_ARG_TYPE', () => array.includes(1, bad))
    }
  }
})

describe('an argument that a namesake takes, and this call does not', () => {
  test('is refused', () => {
    const array = make('d', [3, 1, 2])
    expectError('ERR_INVALID_ARG_TYPE', () => array.concat([1], [2]))
    expectError('ERR_INVALID_ARG_TYPE', () => array.tofile(scope.path(), ','))
    expectError('ERR_INVALID_ARG_TYPE', () => array.sort((a, b) => b - a))
    expectError('ERR_INVALID_ARG_TYPE', () => array.sort({ reverse: true }))
    expectError('ERR_INVALID_ARG_TYPE', () => array.bisectLeft(1, 0, 3, Math.abs))
    expectError('ERR_INVALID_ARG_TYPE', () => array.min({ default: 0 }))
    expectError('ERR_INVALID_ARG_TYPE', () => array.searchsorted(Float64Array.of(1), 'left', [0, 2, 1]))
    expect(array.tolist()).toEqual([3, 1, 2])
  })

  test('includes takes the index to begin at, as that of an Array', () => {
    const array = make('i', [5, 6])
    expect([array.includes(5, 1), array.includes(6, 1), array.includes(5, -2)]).toEqual([false, true, true])
  })
})
