// Locks on an array's file.

import { setTimeout as pauseFor } from 'node:timers/promises'
import { MmapArray as NativeArray } from '../native.js'
import { toOptions } from './arguments.js'
import { closed, invalidArgType } from './errors.js'

const native = NativeArray.prototype

/** A lock that blocks comes back to JavaScript so often, so that terminate() can end its worker. */
const SLICE_MS = 200
const LONGEST_PAUSE_MS = 20

/** Arrays that hold their lock: to drop one is not to give it back. */
const holders = new Set()

/** @returns {boolean} whether the lock is to be a shared one */
function toShared(options) {
  const { shared = false } = toOptions(options, ['shared'])
  if (typeof shared !== 'boolean') throw invalidArgType('options.shared', 'a boolean', shared)
  return shared
}

function tryFor(array, shared, milliseconds) {
  const had = native.tryLock.call(array, shared, milliseconds)
  if (had) holders.add(array)
  return had
}

export const tryLock = (array, options) => tryFor(array, toShared(options), 0)

export function lock(array, options) {
  const shared = toShared(options)
  while (!tryFor(array, shared, SLICE_MS));
}

/** The same without blocking: tries again and again, each time after a somewhat longer pause. */
export async function lockAsync(array, options) {
  const shared = toShared(options)
  for (let pause = 1; !tryFor(array, shared, 0); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    // One after the other is the very point.
    // oxlint-disable-next-line no-await-in-loop
    await pauseFor(pause)
    if (array.closed) throw closed()
  }
}

export function unlock(array) {
  native.unlock.call(array)
  forget(array)
}

/** An array that was closed holds no lock. */
export function forget(array) {
  holders.delete(array)
}

export async function withLock(array, body, options) {
  if (typeof body !== 'function') throw invalidArgType('body', 'a function', body)
  await lockAsync(array, options)
  try {
    return await body()
  } finally {
    // Closed by the body, it is unlocked already.
    if (!array.closed) unlock(array)
  }
}
