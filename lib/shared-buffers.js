// SharedArrayBuffers on mapped memory. If the runtime cannot make them, our pages are mapped over those of a growable
// SharedArrayBuffer of V8's.

import { MmapArray as Core, hasSharedBuffers, sweepOverlays } from '../native.js'
import { unsupportedRuntime } from './errors.js'
import { allocateShared } from './buffers.js'

/** At least one page on every system. */
const SCRATCH_BYTES = 65536

let overlayWorks

/** Whether pages can be mapped over V8's. Tried once, with a scratch buffer. */
function canOverlay() {
  overlayWorks ??= tryOverlay()
  return overlayWorks
}

function tryOverlay() {
  const { bun, deno, v8 } = process.versions
  // Only a growable buffer of V8's begins and ends on a page.
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

/** A buffer that begins and ends on a page, and cannot grow. */
const growable = (bytes) => allocateShared(bytes, { maxByteLength: bytes })

/** V8 frees the memory of a collected buffer a moment later, on another thread and without notice. */
const [FIRST_DELAY_MS, LONGEST_DELAY_MS] = [1000, 60_000]
let sweep
function sweepIn(milliseconds) {
  sweep ??= setTimeout(() => {
    sweep = undefined
    // Another thread may still use some of the buffers.
    if (sweepOverlays()) sweepIn(Math.min(2 * milliseconds, LONGEST_DELAY_MS))
  }, milliseconds).unref()
}
const collected = new FinalizationRegistry(() => sweepIn(FIRST_DELAY_MS))

/** A SharedArrayBuffer on all `bytes` of an array that is open. */
export function sharedBufferOn(core, bytes, limit) {
  if (bytes === 0) return new SharedArrayBuffer(0)
  if (hasSharedBuffers() || bytes > limit) return core.sharedBuffer(limit)
  if (!canOverlay()) throw unsupportedRuntime('SharedArrayBuffer over external memory. Send handle() instead')
  const buffer = growable(bytes)
  core.mapOver(buffer, new Uint8Array(buffer, 0, bytes))
  collected.register(buffer)
  return buffer
}
