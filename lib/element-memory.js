// The memory of one array as JavaScript reaches it: typed arrays on the mapped window, and the few numbers that the core and
// JavaScript both read and write.

import { faults } from './faults.js'
import { FAULTS_SEEN, WRITABLE, capacityOf, lengthOf } from './state.js'
import { BUFFER_LIMIT } from './views.js'

/**
 * After so many calls to the core, JavaScript makes typed arrays on the memory: they cost as much as some calls, and where
 * Node.js has no external SharedArrayBuffer it counts the memory as in use.
 */
const CALLS_BEFORE_MAPPING = 16

export class ElementMemory {
  /** A typed array on the first part of the window; without elements until some were asked for. */
  elements
  /** The same where methods may write elements; else without elements. */
  writable
  /** The numbers that state.js names. */
  words
  /** Whether pages that were written to are the array's own. The core alone can tell whether some are lost. */
  isCopyOnWrite
  #core
  #type
  #misses = 0

  constructor(core, type, isCopyOnWrite) {
    this.#core = core
    this.#type = type
    this.isCopyOnWrite = isCopyOnWrite
    this.words = new Uint32Array(core.stateBuffer())
    this.release()
  }

  get length() {
    return lengthOf(this.words)
  }

  get capacity() {
    return capacityOf(this.words)
  }

  /** Whether the process had no fault since the core last found the array sound. */
  get isSound() {
    return faults() === this.words[FAULTS_SEEN]
  }

  /** Whether an element is within reach of the typed arrays, which are made or widened for it after some calls. */
  reaches(at) {
    // Not of a faulty array: the core gives no memory of it, but serves the elements before the fault.
    if (at >= this.elements.length && ++this.#misses >= CALLS_BEFORE_MAPPING && this.isSound) this.#widen()
    // The core takes the first write to a copy-on-write array, and lets JavaScript write from then on.
    this.writable = this.words[WRITABLE] === 0 ? this.#type.none : this.elements
    return at < this.elements.length
  }

  /** Lets the typed arrays go, before their memory goes. */
  release() {
    this.elements = this.#type.none
    this.writable = this.#type.none
  }

  #widen() {
    const { View } = this.#type
    const limit = Math.floor(BUFFER_LIMIT / View.BYTES_PER_ELEMENT)
    if (this.elements.length >= Math.min(this.capacity, limit)) return
    // The call gives the old memory up: if anything fails after it, the old typed arrays must be gone.
    this.release()
    const buffer = this.#core.elementsBuffer(BUFFER_LIMIT)
    this.elements = new View(buffer, 0, Math.floor(buffer.byteLength / View.BYTES_PER_ELEMENT))
  }
}
