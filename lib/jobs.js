// Work on other threads, and the signals that call it off.

import { isMainThread } from 'node:worker_threads'
import { callOff, endWaiting, forgetJob, settle, stopWaiting } from '../native.js'
import { toOptions } from './arguments.js'
import { coreOf, isClosed, requireOpen } from './core-array.js'
import { closed, invalidArgType } from './errors.js'

let lastTicket = 0

/** What is under way here: by ticket, what has it wait no more. */
const pending = new Map()

let hasEnded = false

/** Node waits for its pool at the end, and a pipe may be silent for ever. A worker that the main thread ends is not told. */
function stopAllWaiting() {
  hasEnded = true
  if (isMainThread) endWaiting()
  else for (const stop of pending.values()) stop()
}

/** Before other listeners, one of which may throw; again, where somebody has removed them all. */
function stopAtExit() {
  if (!process.listeners('exit').includes(stopAllWaiting)) process.prependListener('exit', stopAllWaiting)
}

if (isMainThread) stopAtExit()

function begun(ticket, stop) {
  stopAtExit()
  pending.set(ticket, stop)
  if (hasEnded) stop()
}

function over(ticket) {
  pending.delete(ticket)
  if (pending.size === 0 && !isMainThread) process.off('exit', stopAllWaiting)
}

/** @returns {AbortSignal | undefined} that of the options */
function toSignal(options) {
  const { signal } = toOptions(options, ['signal'])
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw invalidArgType('options.signal', 'an AbortSignal', signal)
}

/**
 * Does work on an array that can be called off, and waits until it is over: an array whose work was aborted is free again.
 * @param {(ticket: number) => Promise<unknown>} begin gives `false` or null where it was called off
 */
export async function run(array, options, begin) {
  const signal = toSignal(options)
  signal?.throwIfAborted()
  lastTicket = (lastTicket + 1) % 2 ** 32
  const ticket = lastTicket
  const onAbort = () => {
    if (!isClosed(array)) callOff(coreOf(array), ticket)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  let work
  try {
    requireOpen(array)
    work = begin(ticket)
  } catch (error) {
    signal?.removeEventListener('abort', onAbort)
    // It may have been begun before it was refused.
    if (!isClosed(array)) forgetJob(coreOf(array), ticket)
    throw error
  }
  begun(ticket, () => {
    if (!isClosed(array)) stopWaiting(coreOf(array), ticket)
  })
  const { result, failure } = await outcomeOf(work)
  over(ticket)
  try {
    signal?.removeEventListener('abort', onAbort)
  } finally {
    requireOpen(array)
    // The array is free again and as long as the work made it, also where its memory turns out not to be sound.
    settle(coreOf(array))
  }
  signal?.throwIfAborted()
  if (failure !== undefined) throw failure.error
  if (result === false || result === null) throw closed()
  return result
}

async function outcomeOf(promise) {
  try {
    return { result: await promise }
  } catch (error) {
    return { failure: { error } }
  }
}

/** Waits for what cannot be called off, but no longer than a signal lets it. */
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
