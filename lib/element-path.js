// The path of single elements, for arrays of one typecode: a typed array, an index, a check. `element-paths.js` imports
// this module once for each typecode, so that V8 compiles and inlines it for that typecode alone: code that serves many
// types is several times slower. What is not in reach here goes to the class below, which serves every type.

import { closed } from './errors.js'
import { ArrayIterator } from './iteration.js'
import * as state from './state.js'

// An import is looked up at each use, a constant is not.
const { CAPACITY, LENGTH } = state

/** After so many elements that only the state told to be there, it is worth it to look at exactly the elements. */
const READS_BEFORE_EXACT = 64

/**
 * The class of arrays of one typecode.
 * @param {typeof import('./mmap-array.js').MmapArray} Base
 * @param {{ View: Function }} type
 * @param {import('./elements.js').Codec} codec
 * @param {(array, onChange: (elements, writable: boolean) => void) => Float64Array} follow gives the state of an array,
 *   and calls back with its memory whenever that is another, and before the core may make the array shorter
 */
export function elementPathOf(Base, { View }, { encode, decode, zero }, follow) {
  const NONE = new View(0)

  class Path extends Base {
    #state
    /** A typed array on the mapped window, or on the first part of it. */
    #readable
    /** The same where methods may write; else nothing. */
    #writable
    /**
     * Both again, but of no more than the elements: one comparison tells, and a loop asks nothing of the state. Nothing
     * until it is worth it, and again from before the array may get shorter.
     */
    #exact
    #exactWritable
    #misses = 0

    constructor(from, origin) {
      super(from, origin)
      this.#state = follow(this, (elements, writable) => {
        this.#readable = elements
        this.#writable = writable ? elements : NONE
        this.#unsettle()
      })
    }

    #unsettle() {
      this.#exact = NONE
      this.#exactWritable = NONE
    }

    /** Whether an index is one of an element in reach. */
    #reaches(index) {
      if (typeof index !== 'number' || index >>> 0 !== index || !(index < this.#state[LENGTH])) return false
      const elements = this.#readable
      if (index >= elements.length) return false
      if (++this.#misses > READS_BEFORE_EXACT) {
        this.#misses = 0
        this.#exact = elements.subarray(0, this.#state[LENGTH])
        this.#exactWritable = this.#writable === elements ? this.#exact : NONE
      }
      return true
    }

    get length() {
      return this.#state[LENGTH]
    }

    get(index) {
      const exact = this.#exact
      if (typeof index === 'number' && index >>> 0 === index && index < exact.length) {
        return decode === null ? exact[index] : decode(exact[index])
      }
      if (!this.#reaches(index)) return super.get(index)
      return decode === null ? this.#readable[index] : decode(this.#readable[index])
    }

    at(index) {
      const exact = this.#exact
      if (typeof index === 'number' && index >>> 0 === index && index < exact.length) {
        return decode === null ? exact[index] : decode(exact[index])
      }
      if (!this.#reaches(index)) return super.at(index)
      return decode === null ? this.#readable[index] : decode(this.#readable[index])
    }

    set(index, value) {
      const exact = this.#exactWritable
      if (typeof index === 'number' && index >>> 0 === index && index < exact.length) exact[index] = encode(value)
      else if (this.#writable !== NONE && this.#reaches(index)) this.#readable[index] = encode(value)
      else super.set(index, value)
    }

    append(value) {
      const state = this.#state
      const length = state[LENGTH]
      if (length < state[CAPACITY]) {
        const elements = this.#writable
        if (length < elements.length) {
          elements[length] = encode(value)
          state[LENGTH] = length + 1
          return
        }
      }
      super.append(value)
    }

    pop(index) {
      const state = this.#state
      const last = state[LENGTH] - 1
      // Only a reserved array has room behind its end, and keeps it.
      if (index === undefined && last >= 0 && last + 1 < state[CAPACITY]) {
        const elements = this.#writable
        if (last < elements.length) {
          const value = decode === null ? elements[last] : decode(elements[last])
          if (last < this.#exact.length) this.#unsettle()
          state[LENGTH] = last
          // In the file of a process that is killed it would be there again.
          elements[last] = zero
          return value
        }
      }
      return super.pop(index)
    }

    values() {
      // An empty array may be a closed one.
      return this.#state[LENGTH] === 0 ? super.values() : new Values(this)
    }
  }

  /** As the iterator of every type, but for the calls it makes: these are of one type. */
  class Values {
    #array
    #index = 0

    constructor(array) {
      this.#array = array
    }

    next() {
      const array = this.#array
      if (array !== undefined) {
        const index = this.#index
        if (index < array.length) {
          this.#index = index + 1
          return { value: array.get(index), done: false }
        }
        this.#array = undefined
        if (array.closed) throw closed()
      }
      return { value: undefined, done: true }
    }
  }
  Object.setPrototypeOf(Values.prototype, ArrayIterator.prototype)
  delete Values.prototype.constructor

  const hidden = { configurable: true, enumerable: false, writable: true }
  Object.defineProperty(Path.prototype, Symbol.iterator, { ...hidden, value: Path.prototype.values })
  // Users see one class.
  delete Path.prototype.constructor
  return Path
}
