// The memory of one array for JavaScript: typed arrays on the mapped window, and the state that the core and JavaScript share.

import { faults } from './faults.js'
import { FAULTS_SEEN, WRITABLE, capacityOf, lengthOf } from './state.js'
import { BUFFER_LIMIT } from './views.js'

/**
 * Below this many calls to the core, typed arrays on the memory cost more than they save. Besides, Node.js without external
 * SharedArrayBuffers counts the memory as in use.
 */
const CALLS_BEFORE_MAPPING = 16

const NO_DATA = new DataView(new ArrayBuffer(0))

export class ElementMemory {
  /** A typed array on the first part of the window; empty until some calls have read elements. If elements are objects, the bytes. */
  elements
  /** The same if methods may write elements. Otherwise an empty one. */
  writable
  /** The same memory, if elements are objects. Never read after `elements` was found too short, because it may be detached. */
  data
  /** The words of state.js. */
  words
  /** Whether written pages belong to this array alone. Only the core can tell whether some are lost. */
  isCopyOnWrite
  #core
  #type
  #misses = 0
  #bits

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

  get byteLength() {
    return lengthOf(this.words) * this.#type.itemsize
  }

  get capacity() {
    return capacityOf(this.words)
  }

  /** Whether the core has checked the array since the last fault of the process, and found none in it. */
  get isChecked() {
    return faults() === this.words[FAULTS_SEEN]
  }

  /** Whether an element is within reach of the typed arrays, which are made or widened for it after some calls. */
  reaches(at) {
    // Not for a faulty array: the core refuses its memory, but returns the elements before the fault.
    if (!this.#has(this.elements, at) && ++this.#misses >= CALLS_BEFORE_MAPPING && this.isChecked) this.#widen()
    // The first write to a copy-on-write array goes through the core. After that JavaScript may write.
    this.writable = this.words[WRITABLE] === 0 ? this.#type.none : this.elements
    return this.#has(this.elements, at)
  }

  /** Whether an element is within reach, and methods may write it. */
  reachesWritable(at) {
    return this.reaches(at) && this.#has(this.writable, at)
  }

  /**
   * The same memory as `writable`, as integers of the same size, if an element of it is within reach.
   * @param Bits their typed array, always the same for an array
   */
  writableBits(Bits) {
    return (this.#bits ??= new Bits(this.writable.buffer, 0, this.writable.length))
  }

  #has(typedArray, at) {
    return at < (this.#type.isObject ? Math.floor(typedArray.length / this.#type.itemsize) : typedArray.length)
  }

  /** Drops the typed arrays, before their memory is released. */
  release() {
    this.elements = this.#type.none
    this.writable = this.#type.none
    this.data = NO_DATA
    this.#bits = undefined
  }

  #widen() {
    const { View, isObject, itemsize } = this.#type
    const limit = Math.floor(BUFFER_LIMIT / itemsize)
    if (this.#has(this.elements, Math.min(this.capacity, limit) - 1)) return
    // The call releases the old memory. If anything fails after it, the old typed arrays must be gone.
    this.release()
    const buffer = this.#core.elementsBuffer(BUFFER_LIMIT)
    if (isObject) {
      this.elements = new Uint8Array(buffer)
      this.data = new DataView(buffer)
    } else {
      this.elements = new View(buffer, 0, Math.floor(buffer.byteLength / itemsize))
    }
  }
}
