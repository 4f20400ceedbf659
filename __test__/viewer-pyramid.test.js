// The viewer's pyramid: no element is lost between its levels, whatever is asked and however the array grows.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK, Pyramid } from '../cli/viewer/pyramid.js'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'

const scope = useScope()

async function built(array) {
  const pyramid = new Pyramid(array)
  while (pyramid.built < pyramid.buildable) await pyramid.build()
  return pyramid
}

/** The ends of each column by a plain search, from where the pyramid says that it begins. */
function expectColumns(pyramid, values, start, stop, wanted) {
  const { at, min, max } = pyramid.columns(start, stop, wanted)
  expect(at).toHaveLength(Math.min(wanted, stop - start))
  expect(at[0]).toBe(start)
  for (let column = 0; column < at.length; column++) {
    const end = column + 1 < at.length ? at[column + 1] : stop
    expect(end).toBeGreaterThan(at[column])
    let [least, greatest] = [Infinity, -Infinity]
    for (let index = at[column]; index < end; index++) {
      if (values[index] < least) least = values[index]
      if (values[index] > greatest) greatest = values[index]
    }
    const expected = least <= greatest ? [least, greatest] : [NaN, NaN]
    expect([min[column], max[column]], `column ${column} of ${start}:${stop}`).toEqual(expected)
  }
}

/** Every block has ends of its own, and some have no number. */
const scrambled = (length) =>
  Float64Array.from({ length }, (_, n) =>
    Math.floor(n / BLOCK) % 11 === 3 ? NaN : ((n * 2654435761) % 4294967296) - 2 ** 31,
  )

test('any range in any number of columns', async () => {
  const values = scrambled(80 * BLOCK + 1234)
  const array = scope.keep(new MmapArray('d', values))
  const pyramid = await built(array)
  expect(pyramid.built).toBe(80 * BLOCK)
  for (const [start, stop, count] of [
    [0, array.length, 1],
    [0, array.length, 7],
    [1, array.length - 1, 39],
    [5, 6, 10],
    [0, array.length, 3000],
  ]) {
    expectColumns(pyramid, values, start, stop, count)
  }
  const at = fc.integer({ min: 0, max: values.length - 1 })
  const property = fc.property(at, at, fc.integer({ min: 1, max: 60 }), (a, b, count) => {
    expectColumns(pyramid, values, Math.min(a, b), Math.max(a, b) + 1, count)
  })
  fc.assert(property, { numRuns: 40 })
})

test('grows with the array, by any steps', async () => {
  const values = scrambled(140 * BLOCK)
  const array = scope.keep(new MmapArray('d'))
  const pyramid = new Pyramid(array)
  expect(pyramid.columns(0, 0, 10).at).toHaveLength(0)
  let length = 0
  for (const step of [1, BLOCK - 1, 1, 63 * BLOCK, 5, 2 * BLOCK - 6, 70 * BLOCK + 77]) {
    array.extend(values.subarray(length, length + step))
    length += step
    await pyramid.build()
    expectColumns(pyramid, values, 0, length, 1)
    expectColumns(pyramid, values, 0, length, 5)
  }
})

test('what is not built yet is not shown, and nothing is wrong', async () => {
  const values = new Float64Array(50 * BLOCK).fill(7)
  const array = scope.keep(new MmapArray('d', values.subarray(0, 10 * BLOCK)))
  const pyramid = await built(array)
  array.extend(values.subarray(10 * BLOCK))
  const { min, max } = pyramid.columns(0, array.length, 5)
  expect([...min]).toEqual([7, NaN, NaN, NaN, NaN])
  expect([...max]).toEqual([7, NaN, NaN, NaN, NaN])
  pyramid.reset()
  expect(pyramid.built).toBe(0)
  await pyramid.build()
  expectColumns(pyramid, values, 0, array.length, 5)
})

test.each(['b', 'B', 'H', 'I', 'q', 'Q', 'e', 'f'])('typecode %s gives doubles', async (code) => {
  const one = 'qQ'.includes(code) ? BigInt : Number
  const array = scope.keep(
    new MmapArray(
      code,
      Array.from({ length: 3 * BLOCK }, (_, n) => one(n % 100)),
    ),
  )
  const pyramid = await built(array)
  expect(pyramid.columns(0, array.length, 1)).toEqual({
    at: Float64Array.of(0),
    min: Float64Array.of(0),
    max: Float64Array.of(99),
  })
  expect(pyramid.columns(5, 8, 10).max).toEqual(Float64Array.of(5, 6, 7))
})

test('recheck finds stores to elements that were read already, on every level', async () => {
  const array = scope.keep(new MmapArray('d', scrambled(80 * BLOCK + 1234)))
  const pyramid = await built(array)
  expect(await pyramid.recheck()).toBe(false)
  array[70 * BLOCK + 5] = 1e12
  array[3 * BLOCK] = NaN
  expect(await pyramid.recheck()).toBe(true)
  expectColumns(pyramid, array.tolist(), 0, array.length, 1)
  expectColumns(pyramid, array.tolist(), 0, array.length, 39)
  array[70 * BLOCK + 5] = 0
  expect(await pyramid.recheck()).toBe(true)
  expectColumns(pyramid, array.tolist(), 0, array.length, 1)
  expect(await pyramid.recheck()).toBe(false)
})

test('recheck goes on where the last one ended, and begins again', async () => {
  const array = scope.keep(new MmapArray('B', new Uint8Array(1200 * BLOCK)))
  const pyramid = await built(array)
  array[1100 * BLOCK] = 9
  expect(await pyramid.recheck()).toBe(false)
  expect(await pyramid.recheck()).toBe(true)
  expectColumns(pyramid, array.view, 0, array.length, 1)
  array[0] = 7
  expect(await pyramid.recheck()).toBe(true)
})
