// Jobs: work on other threads, and the signals that cancel it.

import { isMainThread } from 'node:worker_threads'
import { shutdown } from '../native.js'
import { toOptions } from './arguments.js'
import { coreOf, isClosed, requireOpen } from './core-array.js'
import { closed, invalidArgType } from './errors.js'

let lastTicket = 0

/** The arrays of the jobs that this thread has under way, by ticket. */
const pending = new Map()

let hasEnded = false

function cancel(array, ticket) {
  if (!isClosed(array)) coreOf(array).cancelJob(ticket)
}

/** Node waits for its pool at the end, and a pipe may be silent for ever. The main thread does it for workers too, which are not told. */
function cancelAll() {
  hasEnded = true
  if (isMainThread) shutdown()
  else for (const [ticket, array] of pending) cancel(array, ticket)
}

/** Before other listeners, one of which may throw; again, if somebody has removed them all. */
function cancelAtExit() {
  if (!process.listeners('exit').includes(cancelAll)) process.prependListener('exit', cancelAll)
}

if (isMainThread) cancelAtExit()

function begun(array, ticket) {
  cancelAtExit()
  pending.set(ticket, array)
  if (hasEnded) cancel(array, ticket)
}

function over(ticket) {
  pending.delete(ticket)
  if (pending.size === 0 && !isMainThread) process.off('exit', cancelAll)
}

/** @returns {AbortSignal | undefined} that of the options */
function toSignal(options) {
  const { signal } = toOptions(options, ['signal'])
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw invalidArgType('options.signal', 'an AbortSignal', signal)
}

/**
 * Does a job on an array that can be cancelled, and waits until it is over: an array whose job was aborted is free again.
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
    // It may have been begun before it was refused.
    if (!isClosed(array)) coreOf(array).finishJob(ticket)
    throw error
  }
  begun(array, ticket)
  const { result, failure } = await outcomeOf(job)
  over(ticket)
  try {
    signal?.removeEventListener('abort', onAbort)
  } finally {
    // The array is free again and as long as the job made it, also if a fault is found in its memory: nothing that asks for faults may
    // come before this call. It throws for an array that was closed.
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

/** Waits for what cannot be cancelled, but no longer than a signal lets it. */
export async function unlessAborted(options, begin) {
  const signal = toSignal(options)
  signal?.throwIfAborted()
  const promise = begin()
  if (signal === undefined) return promise
  const { promise: aborted, onAbort } = rejectedOnAbort(signal)
  signal.addEventListener('abort', onAbort, { once: true })
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
