// The least and the greatest number of each part of an array, for plots of many elements.

import { toBound, toCount } from './arguments.js'
import * as jobs from './jobs.js'
import { allocate, bytesOf } from './buffers.js'
import { coreOf, memoryOf, requireOpen, typeOf } from './core-array.js'
import { typeMismatch } from './errors.js'

const toParts = (parts, start, stop) => [toCount(parts, 'parts'), toBound(start, 'start'), toBound(stop, 'stop')]

/** Splits the result in two halves: the least numbers, then the greatest. */
function halves(both) {
  const half = both.length / 2
  return { min: both.subarray(0, half), max: both.subarray(half) }
}

function requireNumbers(array) {
  const { isObject, label } = typeOf(array)
  if (isObject) throw typeMismatch(`An envelope needs elements that have an order. This array is of ${label}`)
}

export function envelope(array, parts, start, stop) {
  const given = toParts(parts, start, stop)
  requireOpen(array)
  requireNumbers(array)
  // The core refuses more parts than there are elements.
  const both = allocate(typeOf(array).View, 2 * Math.min(given[0], memoryOf(array).length))
  coreOf(array).envelope(...given, bytesOf(both))
  return halves(both)
}

/** The same on another thread. */
export async function envelopeAsync(array, parts, start, stop, options) {
  const given = toParts(parts, start, stop)
  requireNumbers(array)
  const { View } = typeOf(array)
  const both = await jobs.run(array, options, (ticket) => coreOf(array).envelopeAsync(ticket, ...given))
  return halves(new View(both))
}
