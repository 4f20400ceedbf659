// SharedArrayBuffers on mapped memory: the runtime's own if it makes them, else a growable one of V8's with our pages mapped over
// its own.

import { MmapArray as Core, hasSharedBuffers, sweepOverlays } from '../native.js'
import { unsupportedRuntime } from './errors.js'
import { allocateShared } from './buffers.js'

/** Enough for a page of any size in use. */
const SCRATCH_BYTES = 65536

let overlayWorks

/** Whether pages can be mapped over V8's here; tried once, on a scratch buffer. */
function canOverlay() {
  overlayWorks ??= tryOverlay()
  return overlayWorks
}

function tryOverlay() {
  const { bun, deno, v8 } = process.versions
  // Only a growable buffer of V8's is made of pages of its own.
  if (bun || deno || !v8 || typeof SharedArrayBuffer.prototype.grow !== 'function') return false
  const core = new Core('B')
  try {
    core.frombytes(new Uint8Array(SCRATCH_BYTES).fill(1))
    const scratch = growable(SCRATCH_BYTES)
    const bytes = new Uint8Array(scratch, 0, SCRATCH_BYTES)
    core.mapOver(scratch, bytes)
    return bytes[0] === 1
  } finally {
    core.close()
  }
}

/** A buffer in pages of its own, which cannot grow. */
const growable = (bytes) => allocateShared(bytes, { maxByteLength: bytes })

/** V8 frees the memory of a collected buffer a moment later, on another thread and without notice. */
const [A_MOMENT, A_WHILE] = [1000, 60_000]
let sweep
function sweepIn(milliseconds) {
  sweep ??= setTimeout(() => {
    sweep = undefined
    // Another thread may still use some.
    if (sweepOverlays()) sweepIn(Math.min(2 * milliseconds, A_WHILE))
  }, milliseconds).unref()
}
const collected = new FinalizationRegistry(() => sweepIn(A_MOMENT))

/** A SharedArrayBuffer on all `bytes` of an array that is open. */
export function sharedBufferOn(core, bytes, limit) {
  if (bytes === 0) return new SharedArrayBuffer(0)
  if (hasSharedBuffers() || bytes > limit) return core.sharedBuffer(limit)
  if (!canOverlay()) throw unsupportedRuntime('SharedArrayBuffer over external memory')
  const buffer = growable(bytes)
  core.mapOver(buffer, new Uint8Array(buffer, 0, bytes))
  collected.register(buffer)
  return buffer
}
