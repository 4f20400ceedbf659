// Jobs: work on other threads, and the signals that cancel it.

import { isMainThread } from 'node:worker_threads'
import { setEnding } from '../native.js'
import { toOptions } from './arguments.js'
import { coreOf, isClosed, requireOpen } from './core-array.js'
import { busy, closed, invalidArgType } from './errors.js'

let lastTicket = 0

/** The arrays of the pending jobs of this thread, by ticket. */
const pending = new Map()

let hasEnded = false

function cancel(array, ticket) {
  if (!isClosed(array)) coreOf(array).cancelJob(ticket)
}

/** At exit Node waits for its pool, and a pipe may be silent for ever. The main thread also does this for workers, which get no event. */
function cancelAll() {
  hasEnded = true
  if (isMainThread) setEnding(true)
  else for (const [ticket, array] of pending) cancel(array, ticket)
  // Runs only if somebody else emitted the event, and the thread goes on.
  setImmediate(() => {
    hasEnded = false
    if (isMainThread) setEnding(false)
  }).unref()
}

/** Adds the listener before all others, which may throw. Adds it again if the user has removed all listeners. */
function cancelAtExit() {
  if (!process.listeners('exit').includes(cancelAll)) process.prependListener('exit', cancelAll)
}

if (isMainThread) cancelAtExit()

function track(array, ticket) {
  cancelAtExit()
  pending.set(ticket, array)
  if (hasEnded) cancel(array, ticket)
}

function untrack(ticket) {
  pending.delete(ticket)
  if (pending.size === 0 && !isMainThread) process.off('exit', cancelAll)
}

/** Throws while a job works on the elements of an array. */
export function requireIdle(array, operation) {
  for (const busyArray of pending.values()) if (busyArray === array) throw busy(operation)
}

/** @returns {AbortSignal | undefined} the signal in the options */
export function toSignal(options) {
  const { signal } = toOptions(options, ['signal'])
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw invalidArgType('options.signal', 'an AbortSignal', signal)
}

/**
 * Runs a job on an array, and waits until it has ended, so that the array is free again even if the job was aborted.
 * @param {(ticket: number) => Promise<ArrayBuffer | null>} begin gives null if it was cancelled
 */
export async function run(array, options, begin) {
  const signal = toSignal(options)
  signal?.throwIfAborted()
  lastTicket = (lastTicket + 1) % 2 ** 32
  const ticket = lastTicket
  const onAbort = () => cancel(array, ticket)
  signal?.addEventListener('abort', onAbort, { once: true })
  let job
  try {
    requireOpen(array)
    job = begin(ticket)
  } catch (error) {
    signal?.removeEventListener('abort', onAbort)
    // The job may have begun before the error.
    if (!isClosed(array)) coreOf(array).finishJob(ticket)
    throw error
  }
  track(array, ticket)
  const { result, failure } = await outcomeOf(job)
  untrack(ticket)
  try {
    signal?.removeEventListener('abort', onAbort)
  } finally {
    // After this, the array is free and has its new length, even if this finds a fault in its memory. So nothing may look for faults
    // before. It throws for an array that was closed.
    coreOf(array).finishJob(ticket)
  }
  signal?.throwIfAborted()
  if (failure !== undefined) throw failure.error
  if (result === null) throw closed()
  return result
}

async function outcomeOf(promise) {
  try {
    return { result: await promise }
  } catch (error) {
    return { failure: { error } }
  }
}

/** Waits for a promise that cannot be cancelled, until a signal aborts. */
export async function unlessAborted(options, begin) {
  const signal = toSignal(options)
  signal?.throwIfAborted()
  const promise = begin()
  if (signal === undefined) return promise
  const { promise: aborted, onAbort } = rejectedOnAbort(signal)
  signal.addEventListener('abort', onAbort, { once: true })
  // Code of the user may have aborted it in `begin`.
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function rejectedOnAbort(signal) {
  let onAbort
  const promise = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason)
  })
  return { promise, onAbort }
}
