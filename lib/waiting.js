// Waiting on elements. A wait that blocks comes back to JavaScript a few times a second, so that
// terminate() can end its worker.

import { toCount } from './arguments.js'
import { invalidArgType, typeMismatch } from './errors.js'

const SLICE_MS = 200

/** What the core's numbers for the end of a sleep stand for. */
const OUTCOMES = ['ok', 'not-equal', 'timed-out']

/** Refuses arrays whose elements are no futex words. */
export function requireWords(array, operation) {
  if (array.typecode === 'i' || array.typecode === 'I') return
  throw typeMismatch(`${operation} needs an array of typecode 'i' or 'I', this one is of typecode '${array.typecode}'`)
}

/** Milliseconds as Atomics.wait takes them: not given and NaN are without end, negative ones none. */
export function toTimeout(timeout) {
  if (timeout === undefined) return Infinity
  if (typeof timeout !== 'number') throw invalidArgType('timeout', 'a number of milliseconds', timeout)
  return Number.isNaN(timeout) ? Infinity : Math.max(timeout, 0)
}

/** How many sleepers to wake. */
export function toWakeCount(count) {
  return count === undefined || count === Infinity ? 2 ** 31 - 1 : Math.min(toCount(count, 'count'), 2 ** 31 - 1)
}

/**
 * Sleeps in slices until one ends otherwise than by the clock.
 * @param {(milliseconds: number) => number} sleep sleeps in the core
 */
export function waitInSlices(timeout, sleep) {
  const sleepSlice = (milliseconds) => OUTCOMES[sleep(milliseconds)]
  if (timeout === Infinity) return waitForGood(sleepSlice)
  const deadline = performance.now() + timeout
  for (let slept = false; ; slept = true) {
    const left = Math.max(deadline - performance.now(), 0)
    const outcome = sleepSlice(Math.min(left, SLICE_MS))
    // Between two slices the element changed: that is what was waited for.
    if (outcome === 'not-equal' && slept) return 'ok'
    if (outcome !== 'timed-out' || left <= SLICE_MS) return outcome
  }
}

/** The same without end: the clock is not asked. */
function waitForGood(sleepSlice) {
  const first = sleepSlice(SLICE_MS)
  if (first !== 'timed-out') return first
  for (;;) {
    const outcome = sleepSlice(SLICE_MS)
    if (outcome !== 'timed-out') return 'ok'
  }
}

/** The bits of the value waited for, whatever its sign. */
export function bitsOf(value) {
  return value >>> 0
}
