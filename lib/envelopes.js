// The least and the greatest number of each part of an array, for plots of many elements.

import { toBound, toCount } from './arguments.js'
import * as jobs from './jobs.js'
import { allocate, bytesOf } from './buffers.js'
import { coreOf, memoryOf, requireOpen } from './core-array.js'
import { requireOrder, subjectOf, withOptions } from './field-options.js'

const toParts = (parts, start, stop) => [toCount(parts, 'parts'), toBound(start, 'start'), toBound(stop, 'stop')]

/** Splits the result in two halves: the least numbers, then the greatest. */
function halves(both) {
  const half = both.length / 2
  return { min: both.subarray(0, half), max: both.subarray(half) }
}

/** The numbers that an envelope is made of. */
function orderedSubject(array, options, known) {
  const subject = subjectOf(array, options, 'envelope', known)
  requireOrder(subject.type, 'envelope')
  return subject
}

export function envelope(array, parts, ...boundsAndOptions) {
  const [start, stop, options] = withOptions(...boundsAndOptions)
  const given = toParts(parts, start, stop)
  requireOpen(array)
  const { type, number } = orderedSubject(array, options)
  // The core refuses more parts than there are elements.
  const both = allocate(type.View, 2 * Math.min(given[0], memoryOf(array).length))
  coreOf(array).envelope(...given, bytesOf(both), number)
  return halves(both)
}

/** The same on another thread. */
export async function envelopeAsync(array, parts, ...boundsAndOptions) {
  const [start, stop, options] = withOptions(...boundsAndOptions)
  const given = toParts(parts, start, stop)
  const { type, number, signal } = orderedSubject(array, options, ['field', 'signal'])
  const begin = (ticket) => coreOf(array).envelopeAsync(ticket, ...given, number)
  return halves(new type.View(await jobs.run(array, { signal }, begin)))
}
