// envelope and envelopeAsync: the least and the greatest number of each part, against a search of our own.
import fs from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { sliceOf } from './support/plain-array.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, typed, typecode } from './support/typecodes.js'

const scope = useScope()
const make = (type, items) => scope.keep(new MmapArray(type.code, typed(type, items)))
const codeOf = (promise) =>
  promise.then(
    () => 'nothing was thrown',
    (error) => error?.code ?? error,
  )

/** By the words of the declaration. */
function oracle(view, parts) {
  const ends = { min: new view.constructor(parts), max: new view.constructor(parts) }
  for (let part = 0; part < parts; part++) {
    const [begin, end] = [part, part + 1].map((n) => Math.floor((n * view.length) / parts))
    const numbers = [...view.subarray(begin, end)].filter((value) => value === value)
    ends.min[part] = numbers.reduce((a, b) => (b < a || (b === a && Object.is(b, -0)) ? b : a), numbers[0])
    ends.max[part] = numbers.reduce((a, b) => (b > a || (b === a && Object.is(a, -0)) ? b : a), numbers[0])
  }
  return ends
}

describe.each(STORAGES)('$name', (storage) => {
  test.each(TYPECODES)('typecode $code', async (type) => {
    const items = Array.from({ length: 700 }, (_, n) => elements(type, 90)[(n * 7919) % 90])
    const array = storage.make(type, items, scope)
    const view = array.slice()
    for (const parts of [1, 2, 3, 26, 699, 700]) {
      // Halves without a Float16Array are bits, in another order than their values.
      if (type.code === 'e' && view instanceof Uint16Array) break
      const expected = oracle(view, parts)
      expect(array.envelope(parts)).toEqual(expected)
      expect(await array.envelopeAsync(parts)).toEqual(expected)
    }
    expect(array.envelope(1).min).toBeInstanceOf(array.view.constructor)
    expect(array.envelope(700).min).toEqual(view)
  })
})

test('halves have the order of their values', () => {
  const array = make(typecode('e'), [1, -2, NaN, 0.5, -Infinity])
  const { min, max } = array.envelope(2, 0, 4)
  const values = (view) => new MmapArray('e', view).tolist()
  expect(values(min)).toEqual([-2, 0.5])
  expect(values(max)).toEqual([1, 0.5])
})

test('any numbers, any parts, any bounds', () => {
  const bound = fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined })
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double(), fc.constant(NaN), fc.constant(-0)), { maxLength: 300 }),
      bound,
      bound,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (items, start, stop, share) => {
        const array = new MmapArray('d', items)
        const { positions } = sliceOf(items.length, start, stop)
        const view = Float64Array.from(positions, (at) => items[at])
        const parts = Math.min(view.length, 1 + Math.floor(share * view.length))
        expect(array.envelope(parts, start, stop)).toEqual(oracle(view, parts))
        array.close()
      },
    ),
  )
})

test('a number of parts that cannot be', async () => {
  const array = make(typecode('i'), [1, 2, 3])
  for (const given of [[0], [4], [-1], [2, 2], [2 ** 60], [1, 3], [1, 5, -5]]) {
    expectError('ERR_OUT_OF_RANGE', () => array.envelope(...given), String(given))
    expect(await codeOf(array.envelopeAsync(...given)), String(given)).toBe('ERR_OUT_OF_RANGE')
  }
  for (const given of [[], [undefined], ['1'], [1.5], [NaN], [1n], [1, 'a'], [1, 0, null], [null]]) {
    expectError('ERR_INVALID_ARG_TYPE', () => array.envelope(...given), String(given))
    expect(await codeOf(array.envelopeAsync(...given)), String(given)).toBe('ERR_INVALID_ARG_TYPE')
  }
  const none = { min: new Int32Array(0), max: new Int32Array(0) }
  expect(array.envelope(0, 3)).toEqual(none)
  expect(await array.envelopeAsync(0, 2, 1)).toEqual(none)
  expect(make(typecode('i'), []).envelope(0)).toEqual(none)
  expectError('ERR_OUT_OF_RANGE', () => make(typecode('i'), []).envelope(1))
})

test('an array does not get longer or shorter meanwhile, and is free again afterwards', async () => {
  const array = make(typecode('d'), new Float64Array(200_000))
  const both = [array.envelopeAsync(1000), array.envelopeAsync(7)]
  expectError('ERR_BUSY', () => array.append(1))
  await Promise.all(both)
  array.append(-1)
  expect(array.envelope(1).min).toEqual(Float64Array.of(-1))
})

test('it can be called off, and a closed array has none', async () => {
  const array = make(typecode('d'), new Float64Array(200_000))
  const controller = new AbortController()
  const aborted = array.envelopeAsync(3, undefined, undefined, { signal: controller.signal })
  controller.abort()
  expect(await codeOf(aborted)).toBe(controller.signal.reason.code)
  expect(await codeOf(array.envelopeAsync(1, 0, 1, { signal: 5 }))).toBe('ERR_INVALID_ARG_TYPE')
  const closed = array.envelopeAsync(5)
  array.close()
  expect(await codeOf(closed)).toBe('ERR_CLOSED')
  expectError('ERR_CLOSED', () => array.envelope(1))
})

test('a file that was cut is an error, not zeros', async () => {
  const path = scope.path()
  fs.writeFileSync(path, Buffer.alloc(1 << 20, 1))
  for (const body of [(array) => array.envelope(3), (array) => array.envelopeAsync(3)]) {
    fs.truncateSync(path, 1 << 20)
    const array = scope.keep(MmapArray.open(path, 'i'))
    fs.truncateSync(path, 5000)
    expect(await codeOf((async () => body(array))())).toBe('ERR_MEMORY_FAULT')
    array.refresh()
    expect(array.envelope(1)).toEqual(oracle(array.slice(), 1))
  }
})
