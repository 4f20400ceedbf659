// SharedArrayBuffers on mapped memory: the runtime's own where it makes them, else a growable one of V8's whose pages
// are replaced by ours.

import { hasSharedBuffers, probeOverlay, sweepOverlays } from '../native.js'
import { unsupportedRuntime } from './errors.js'
import { allocateShared } from './buffers.js'

/** Enough for a page of any size in use. */
const SCRATCH_BYTES = 65536

let overlayWorks

/** Whether V8's pages can be replaced here; tried once on a scratch buffer. */
function canOverlay() {
  overlayWorks ??= tryOverlay()
  return overlayWorks
}

function tryOverlay() {
  const { bun, deno, v8 } = process.versions
  // Only a growable buffer of V8's is made of pages of its own.
  if (bun || deno || !v8 || typeof SharedArrayBuffer.prototype.grow !== 'function') return false
  const scratch = new Uint8Array(growable(SCRATCH_BYTES), 0, SCRATCH_BYTES)
  scratch[0] = 1
  return probeOverlay(scratch) && scratch[0] === 2
}

/** A buffer in pages of its own, which can grow no further than it is. */
const growable = (bytes) => allocateShared(bytes, { maxByteLength: bytes })

/** V8 frees what was collected a moment later, on a thread of its own, and tells nobody. */
const [A_MOMENT, A_WHILE] = [1000, 60_000]
let sweep
function sweepIn(milliseconds) {
  sweep ??= setTimeout(() => {
    sweep = undefined
    // Others may look at them still.
    if (sweepOverlays()) sweepIn(Math.min(2 * milliseconds, A_WHILE))
  }, milliseconds).unref()
}
const collected = new FinalizationRegistry(() => sweepIn(A_MOMENT))

/** A SharedArrayBuffer on all `bytes` of an array that is open. */
export function sharedBufferOn(core, bytes, limit) {
  if (bytes === 0) return new SharedArrayBuffer(0)
  if (hasSharedBuffers() || bytes > limit) return core.sharedBuffer(limit)
  if (!canOverlay()) throw unsupportedRuntime('SharedArrayBuffer on memory that is not its own')
  const buffer = growable(bytes)
  core.mapOver(buffer, new Uint8Array(buffer, 0, bytes))
  collected.register(buffer)
  return buffer
}
