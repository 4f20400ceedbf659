// The path of single elements, for arrays of one typecode: a typed array, an index, a check. `element-paths.js` imports
// this module once for each typecode, so that V8 compiles and inlines it for that typecode alone: code that serves many
// types is several times slower. What is not in reach here goes to the class below, which serves every type.

import { closed } from './errors.js'
import { ArrayIterator } from './iteration.js'

/** Where the core keeps its two numbers in the state both layers share. */
const LENGTH = 0
const CAPACITY = 1

/**
 * The class of arrays of one typecode.
 * @param {typeof import('./mmap-array.js').MmapArray} Base
 * @param {import('./elements.js').Codec} codec
 * @param {(array, onElements: (elements, writable: boolean) => void) => Float64Array} follow gives the state of an array,
 *   and calls back whenever it has other memory
 */
export function elementPathOf(Base, { encode, decode }, follow) {
  class Path extends Base {
    #state
    /** A typed array on the mapped window, or on the first part of it. */
    #readable
    /** The same where methods may write; else nothing. */
    #writable

    constructor(from, origin) {
      super(from, origin)
      this.#state = follow(this, (elements, writable) => {
        this.#readable = elements
        this.#writable = writable ? elements : elements.subarray(0, 0)
      })
    }

    get length() {
      return this.#state[LENGTH]
    }

    get(index) {
      if (typeof index === 'number' && index >>> 0 === index && index < this.#state[LENGTH]) {
        const elements = this.#readable
        if (index < elements.length) return decode === null ? elements[index] : decode(elements[index])
      }
      return super.get(index)
    }

    at(index) {
      if (typeof index === 'number' && index >>> 0 === index && index < this.#state[LENGTH]) {
        const elements = this.#readable
        if (index < elements.length) return decode === null ? elements[index] : decode(elements[index])
      }
      return super.at(index)
    }

    set(index, value) {
      if (typeof index === 'number' && index >>> 0 === index && index < this.#state[LENGTH]) {
        const elements = this.#writable
        if (index < elements.length) {
          elements[index] = encode(value)
          return
        }
      }
      super.set(index, value)
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
          state[LENGTH] = last
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
