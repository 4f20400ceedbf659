// The buffers and typed arrays on the elements of one array, in place: each the same object until the length changes.

import { constants } from 'node:buffer'
import { clampBound } from './arguments.js'
import { sharedBufferOn } from './shared-buffers.js'
import { isDetached } from './buffers.js'

/** Bytes one buffer of this runtime can span: 2^32 on Node 20. */
export const BUFFER_LIMIT = constants.MAX_LENGTH

export class Views {
  #core
  #memory
  #View
  #buffer
  #view
  #sharedBuffer
  #sharedView

  /** For an open array, until it is closed. */
  constructor(core, memory, View) {
    this.#core = core
    this.#memory = memory
    this.#View = View
  }

  get #byteLength() {
    return this.#memory.length * this.#View.BYTES_PER_ELEMENT
  }

  get buffer() {
    const byteLength = this.#byteLength
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
    if (this.#view?.buffer !== buffer) this.#view = new this.#View(buffer)
    return this.#view
  }

  get sharedBuffer() {
    const byteLength = this.#byteLength
    if (this.#sharedBuffer?.byteLength !== byteLength) {
      this.#sharedBuffer = sharedBufferOn(this.#core, byteLength, BUFFER_LIMIT)
    }
    return this.#sharedBuffer
  }

  get sharedView() {
    const { sharedBuffer } = this
    if (this.#sharedView?.buffer !== sharedBuffer) {
      // With an explicit length: a view that follows a growing buffer is many times slower.
      this.#sharedView = new this.#View(sharedBuffer, 0, this.#memory.length)
    }
    return this.#sharedView
  }

  /** A view of some elements in place. If one buffer cannot span the array, the view has a buffer of its own. */
  subarray(start, end) {
    const { length } = this.#memory
    const View = this.#View
    const from = clampBound(start, length, 0)
    const count = Math.max(clampBound(end, length, length) - from, 0)
    if (this.#byteLength <= BUFFER_LIMIT) return new View(this.buffer, from * View.BYTES_PER_ELEMENT, count)
    return count === 0 ? new View(0) : new View(this.#core.buffer(from, from + count, BUFFER_LIMIT))
  }
}
