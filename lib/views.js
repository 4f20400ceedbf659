// The buffers and typed arrays on the mapped elements of one array. Each is the same object until the length changes.

import { constants } from 'node:buffer'
import { clampBound } from './arguments.js'
import { sharedBufferOn } from './shared-buffers.js'
import { isDetached } from './buffers.js'

/** The largest size of a buffer in this runtime: 2^32 bytes on Node 20. */
export const BUFFER_LIMIT = constants.MAX_LENGTH

/** A view on some elements in a buffer: a typed array, or a DataView on records. */
function viewOn({ View, itemsize }, buffer, first, count) {
  const size = View.BYTES_PER_ELEMENT ?? 1
  return new View(buffer, first * itemsize, (count * itemsize) / size)
}

export class Views {
  #core
  #memory
  #type
  #buffer
  #view
  #sharedBuffer
  #sharedView

  /** For an open array, until it is closed. */
  constructor(core, memory, type) {
    this.#core = core
    this.#memory = memory
    this.#type = type
  }

  get buffer() {
    const { byteLength } = this.#memory
    if (byteLength === 0) return this.#emptyBuffer()
    if (this.#buffer?.byteLength !== byteLength) {
      this.#buffer = this.#core.buffer(0, this.#memory.length, BUFFER_LIMIT)
    }
    return this.#buffer
  }

  /** An external buffer cannot be empty. An ordinary one may be detached by its user. */
  #emptyBuffer() {
    if (this.#buffer?.byteLength !== 0 || isDetached(this.#buffer)) this.#buffer = new ArrayBuffer(0)
    return this.#buffer
  }

  get view() {
    const { buffer } = this
    if (this.#view?.buffer !== buffer) this.#view = viewOn(this.#type, buffer, 0, this.#memory.length)
    return this.#view
  }

  get sharedBuffer() {
    const { byteLength } = this.#memory
    if (this.#sharedBuffer?.byteLength !== byteLength) {
      this.#sharedBuffer = sharedBufferOn(this.#core, byteLength, BUFFER_LIMIT)
    }
    return this.#sharedBuffer
  }

  get sharedView() {
    const { sharedBuffer } = this
    if (this.#sharedView?.buffer !== sharedBuffer) {
      // With an explicit length: a view that follows a growing buffer is many times slower.
      this.#sharedView = viewOn(this.#type, sharedBuffer, 0, this.#memory.length)
    }
    return this.#sharedView
  }

  /** A view on some of the mapped elements. If one buffer cannot span the array, the view has its own buffer. */
  subarray(start, end) {
    const { byteLength, length } = this.#memory
    const type = this.#type
    const from = clampBound(start, length, 0)
    const count = Math.max(clampBound(end, length, length) - from, 0)
    if (byteLength <= BUFFER_LIMIT) return viewOn(type, this.buffer, from, count)
    const buffer = count === 0 ? new ArrayBuffer(0) : this.#core.buffer(from, from + count, BUFFER_LIMIT)
    return viewOn(type, buffer, 0, count)
  }
}
