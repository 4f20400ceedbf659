// Locks on the file of an array.

import { setTimeout as pauseFor } from 'node:timers/promises'
import { toOptions } from './arguments.js'
import { invalidArgType } from './errors.js'

/** A blocking lock returns to JavaScript this often, so that terminate() can end its worker. */
const SLICE_MS = 200
const LONGEST_PAUSE_MS = 20

/** The cores of arrays that hold a lock, so that an array keeps its lock even if the user drops it. */
const holders = new Set()

/** @returns {boolean} whether the lock is a shared one */
function toShared(options) {
  const { shared = false } = toOptions(options, ['shared'])
  if (typeof shared !== 'boolean') throw invalidArgType('options.shared', 'a boolean', shared)
  return shared
}

function tryFor(core, shared, milliseconds) {
  const isLocked = core.tryLock(shared, milliseconds)
  if (isLocked) holders.add(core)
  return isLocked
}

export const tryLock = (core, options) => tryFor(core, toShared(options), 0)

export function lock(core, options) {
  const shared = toShared(options)
  while (!tryFor(core, shared, SLICE_MS));
}

/** The same without blocking. Tries again after longer and longer pauses. */
export async function lockAsync(core, options) {
  const shared = toShared(options)
  for (let pause = 1; !tryFor(core, shared, 0); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    // The attempts must follow each other.
    // oxlint-disable-next-line no-await-in-loop
    await pauseFor(pause)
  }
}

export function unlock(core) {
  core.unlock()
  forget(core)
}

/** Called when an array is unlocked or closed. */
export function forget(core) {
  holders.delete(core)
}
