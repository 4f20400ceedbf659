// The buffers and typed arrays on the elements of one array, in place: each the same object until the length changes.

import { constants } from 'node:buffer'
import { bufferOf } from '../native.js'
import { clampBound } from './arguments.js'
import { sharedBufferOn } from './shared-buffers.js'
import { isDetached } from './buffers.js'

/** Bytes one buffer of this runtime can span: 2^32 on Node 20. */
export const BUFFER_LIMIT = constants.MAX_LENGTH

export class Views {
  #array
  #View
  #buffer
  #view
  #sharedBuffer
  #sharedView

  /** Of an array that is open, for as long as it is. */
  constructor(array, View) {
    this.#array = array
    this.#View = View
  }

  get buffer() {
    const { byteLength, length } = this.#array
    if (byteLength === 0) return this.#emptyBuffer()
    if (this.#buffer?.byteLength !== byteLength) this.#buffer = bufferOf(this.#array, 0, length, BUFFER_LIMIT)
    return this.#buffer
  }

  /** No external buffer is empty; an ordinary one may be detached by its user. */
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
    const array = this.#array
    if (this.#sharedBuffer?.byteLength !== array.byteLength) this.#sharedBuffer = sharedBufferOn(array, BUFFER_LIMIT)
    return this.#sharedBuffer
  }

  get sharedView() {
    const { sharedBuffer } = this
    if (this.#sharedView?.buffer !== sharedBuffer) {
      // With its length said: a view that would follow a growing buffer is many times slower.
      this.#sharedView = new this.#View(sharedBuffer, 0, this.#array.length)
    }
    return this.#sharedView
  }

  /** Elements from a bound to before another, in place; of what one buffer cannot span, on a buffer of its own. */
  subarray(start, end) {
    const { byteLength, length } = this.#array
    const View = this.#View
    const from = clampBound(start, length, 0)
    const count = Math.max(clampBound(end, length, length) - from, 0)
    if (byteLength <= BUFFER_LIMIT) return new View(this.buffer, from * View.BYTES_PER_ELEMENT, count)
    return count === 0 ? new View(0) : new View(bufferOf(this.#array, from, from + count, BUFFER_LIMIT))
  }
}
