// Waiting on elements. A blocking wait returns to JavaScript a few times a second, so that terminate() can end its worker.

import { toCount, toIndex } from './arguments.js'
import { checked } from './atomics.js'
import { boundOf, coreOf, positionOf, typeOf } from './core-array.js'
import { closed, invalidArgType, unfitType } from './errors.js'

const SLICE_MS = 200

/** The words for the core's numbers. */
const OUTCOMES = ['ok', 'not-equal', 'timed-out', 'cancelled']

/** Throws for arrays whose elements are not futex words. */
function requireWords(array, operation) {
  const type = typeOf(array)
  if (type.code === 'i' || type.code === 'I') return
  throw unfitType(operation, "an array of typecode 'i' or 'I'", type)
}

/** Milliseconds as Atomics.wait takes them: undefined and NaN mean no limit, negative numbers mean 0. */
function toTimeout(timeout) {
  if (timeout === undefined) return Infinity
  if (typeof timeout !== 'number') throw invalidArgType('timeout', 'a number of milliseconds', timeout)
  return Number.isNaN(timeout) ? Infinity : Math.max(timeout, 0)
}

/** How many sleepers to wake. */
function toWakeCount(count) {
  return count === undefined || count === Infinity ? 2 ** 31 - 1 : Math.min(toCount(count, 'count'), 2 ** 31 - 1)
}

/**
 * Sleeps in slices until one ends before its time.
 * @param {(milliseconds: number) => number} sleep sleeps in the core
 */
function waitInSlices(timeout, sleep) {
  const isLimited = timeout !== Infinity
  const deadline = isLimited ? performance.now() + timeout : Infinity
  for (let slept = false; ; slept = true) {
    const left = isLimited ? Math.max(deadline - performance.now(), 0) : Infinity
    const outcome = OUTCOMES[sleep(Math.min(left, SLICE_MS))]
    // The element changed between two slices, which is what the caller waits for.
    if (outcome === 'not-equal' && slept) return 'ok'
    if (outcome !== 'timed-out' || left <= SLICE_MS) return outcome
  }
}

/** The index to sleep on, the expected bits, and the timeout. */
function waitArguments(array, operation, index, expected, timeout) {
  requireWords(array, operation)
  const at = positionOf(array, toIndex(index))
  // The bits of the value. They are unsigned, also for typecode 'i'.
  return [at, checked(array, expected, 'expected') >>> 0, toTimeout(timeout)]
}

export function wait(array, index, expected, timeout) {
  const [at, bits, milliseconds] = waitArguments(array, 'wait', index, expected, timeout)
  const sleep = boundOf(array, 'wait')
  return waitInSlices(milliseconds, (slice) => sleep(at, bits, slice))
}

export async function waitAsync(array, index, expected, timeout) {
  const [at, bits, milliseconds] = waitArguments(array, 'waitAsync', index, expected, timeout)
  const time = milliseconds === Infinity ? undefined : milliseconds
  const outcome = OUTCOMES[await coreOf(array).waitAsync(at, bits, time)]
  if (outcome === 'cancelled') throw closed()
  return outcome
}

export function notify(array, index, count) {
  requireWords(array, 'notify')
  return boundOf(array, 'notify')(positionOf(array, toIndex(index)), toWakeCount(count))
}
