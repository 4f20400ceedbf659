// The path of one element: the methods of arrays of one typecode that work without the core. Each handles the usual call.
// All other calls go to `super`, which handles every type and throws the errors.
//
// This file is a template. V8 keeps what it learns about a function with its place in the source, and a function that serves
// several types is 4 to 34 times slower, so scripts/element-paths.js copies `elementPath` once for each typecode into
// element-paths.generated.js.

import { requireNone } from './arguments.js'
import { checkedAfter } from './atomics.js'
import { axesOf, memoryOf } from './core-array.js'
import { closed } from './errors.js'
import { faults } from './faults.js'
import { ArrayIterator } from './iteration.js'
import { appendRow, indexOfCoordinates, isRow } from './rows.js'
import * as state from './state.js'

// V8 looks an import up at each use and knows a constant of the file: with imports, a loop over `get` took 2.8 ns an element on
// Node 20, not 2.0.
const { BEYOND, FAULTS_SEEN, LENGTH, ROOM } = state
const faultCount = faults

/** An index that no element has. */
const ENDED = -1

/** An index that is not known yet. */
const UNKNOWN = -1

const always = () => true
const same = (value) => value

/**
 * The classes of the arrays of one typecode: of those of one dimension, and of the others, which are a class of their own so that V8
 * learns about each apart.
 * @param {typeof import('./mmap-array.js').MmapArray} Base
 * @param {import('./elements.js').Codec} codec
 * @param atomics the operations of the type in atomic-operations.js
 */
export function elementPath(Base, { decode, encode, fits, isNumber, zero }, atomics) {
  const element = decode ?? same
  const isStorable = fits ?? always
  const stored = fits === null ? encode : same
  // A result that is known to be a number stays in a register: without this, a loop that adds doubles up took 6.0 ns an element
  // on Node 24, not 4.4.
  const returned = isNumber ? (value) => +value : same
  const { Bits, isOperand, add, exchange, compareExchange } = atomics

  /** The typed array for atomic operations on an element, if it is within reach. */
  const integersAt = (memory, index) => {
    if (typeof index !== 'number' || index >>> 0 !== index) return undefined
    const { words, writable } = memory
    if (index >= words[LENGTH] || index >= writable.length || faultCount() !== words[FAULTS_SEEN]) return undefined
    return Bits === undefined ? writable : memory.writableBits(Bits)
  }

  class Values {
    #array
    #memory
    #index = 0

    constructor(array, memory) {
      this.#array = array
      this.#memory = memory
    }

    next() {
      const index = this.#index
      if (index >>> 0 === index) {
        const { elements, words } = this.#memory
        if (index < words[LENGTH] && index < elements.length) {
          const stored = elements[index]
          if (faultCount() === words[FAULTS_SEEN]) {
            const value = element(stored)
            this.#index = index + 1
            return { value, done: false }
          }
        }
      }
      return this.#rest()
    }

    /** An element from the core, or the end. An iterator that has ended stays ended. */
    #rest() {
      const [array, index] = [this.#array, this.#index]
      if (index !== ENDED) {
        if (index < array.length) {
          const value = array.get(index)
          this.#index = index + 1
          return { value, done: false }
        }
        this.#index = ENDED
        if (array.closed) throw closed()
      }
      return { value: undefined, done: true }
    }
  }
  Object.setPrototypeOf(Values.prototype, ArrayIterator.prototype)
  delete Values.prototype.constructor

  class Path extends Base {
    #memory

    constructor(opening) {
      super(opening)
      this.#memory = memoryOf(this)
    }

    get length() {
      const length = this.#memory.words[LENGTH]
      return length === BEYOND ? super.length : length
    }

    /** @param another a second coordinate, which an array of one dimension does not have */
    get(index, another = undefined) {
      if (typeof index === 'number' && index >>> 0 === index && another === undefined) {
        const { elements, words } = this.#memory
        if (index < words[LENGTH] && index < elements.length) {
          const value = elements[index]
          if (faultCount() === words[FAULTS_SEEN]) return element(value)
        }
      }
      return returned(another === undefined ? super.get(index) : super.get(index, another))
    }

    at(index) {
      if (typeof index === 'number' && index >>> 0 === index) {
        const { elements, words } = this.#memory
        if (index < words[LENGTH] && index < elements.length) {
          const value = elements[index]
          if (faultCount() === words[FAULTS_SEEN]) return element(value)
        }
      }
      return super.at(index)
    }

    set(index, value, another = undefined) {
      if (typeof index === 'number' && index >>> 0 === index && another === undefined && isStorable(value)) {
        const { writable, words } = this.#memory
        // Checked before the store too: a call that throws changes nothing.
        if (index < words[LENGTH] && index < writable.length && faultCount() === words[FAULTS_SEEN]) {
          writable[index] = stored(value)
          if (faultCount() === words[FAULTS_SEEN]) return
        }
      }
      if (another === undefined) super.set(index, value)
      else super.set(index, value, another)
    }

    /** @param another what is left over if the index is one of several coordinates */
    add(index, value, another) {
      const { words } = this.#memory
      const integers = another === undefined ? integersAt(this.#memory, index) : undefined
      if (integers === undefined || !isOperand(value)) return returned(super.add(index, value, another))
      const old = add(integers, index, value)
      return faultCount() === words[FAULTS_SEEN] ? old : checkedAfter(this, index, old)
    }

    exchange(index, value, another) {
      const { words } = this.#memory
      const integers = another === undefined ? integersAt(this.#memory, index) : undefined
      if (integers === undefined || !isOperand(value)) return returned(super.exchange(index, value, another))
      const old = exchange(integers, index, value)
      return faultCount() === words[FAULTS_SEEN] ? old : checkedAfter(this, index, old)
    }

    compareExchange(index, expected, replacement, another) {
      const { words } = this.#memory
      const integers = another === undefined ? integersAt(this.#memory, index) : undefined
      if (integers === undefined || !isOperand(expected) || !isOperand(replacement)) {
        return returned(super.compareExchange(index, expected, replacement, another))
      }
      const old = compareExchange(integers, index, expected, replacement)
      return faultCount() === words[FAULTS_SEEN] ? old : checkedAfter(this, index, old)
    }

    append(value) {
      const { writable, words } = this.#memory
      const length = words[LENGTH]
      const isChecked = faultCount() === words[FAULTS_SEEN]
      if (isChecked && length < words[ROOM] && length < writable.length && isStorable(value)) {
        writable[length] = stored(value)
        if (faultCount() === words[FAULTS_SEEN]) {
          words[LENGTH] = length + 1
          return
        }
      }
      super.append(value)
    }

    pop(index) {
      const { writable, words } = this.#memory
      const last = words[LENGTH] - 1
      // Only a reserved array has capacity behind its end, and keeps it.
      if (index === undefined && last >= 0 && last + 1 < words[ROOM] && last < writable.length) {
        const value = writable[last]
        if (faultCount() === words[FAULTS_SEEN]) {
          const popped = element(value)
          words[LENGTH] = last
          // If the process is killed, the popped element must not come back in the file.
          writable[last] = zero
          return popped
        }
      }
      return super.pop(index)
    }

    values() {
      const memory = this.#memory
      // `super` throws for a closed array, which is empty, and for a copy-on-write array that has lost written pages.
      if (memory.words[LENGTH] === 0 || memory.isCopyOnWrite) super.values()
      return new Values(this, memory)
    }
  }

  /** The flat index of an element, if it is given by a flat index or up to three coordinates, none of which counts from the end. */
  function flatIndex({ count, limits, strides }, given, i, j, k) {
    if (typeof i !== 'number' || i >>> 0 !== i) return UNKNOWN
    if (given === 1) return i
    if (given !== count || i >= limits[0]) return UNKNOWN
    if (typeof j !== 'number' || j >>> 0 !== j || j >= limits[1]) return UNKNOWN
    const index = i * strides[0] + j * strides[1]
    if (given === 2) return index
    if (given !== 3 || typeof k !== 'number' || k >>> 0 !== k || k >= limits[2]) return UNKNOWN
    return index + k * strides[2]
  }

  class Shaped extends Path {
    #axes
    #memory

    constructor(opening) {
      super(opening)
      this.#axes = axesOf(this)
      this.#memory = memoryOf(this)
    }

    get(i, j, k) {
      const given = arguments.length
      const index = flatIndex(this.#axes, given, i, j, k)
      if (index >= 0) {
        const { elements, words } = this.#memory
        if (index < words[LENGTH] && index < elements.length) {
          const value = elements[index]
          if (faultCount() === words[FAULTS_SEEN]) return element(value)
        }
      }
      if (given < 2) return returned(super.get(i))
      // The object `arguments` itself would be made at each call.
      const coordinates = []
      for (let axis = 0; axis < given; axis++) coordinates.push(arguments[axis])
      return returned(super.get(indexOfCoordinates(this, coordinates)))
    }

    set(i, j, k, last) {
      const given = arguments.length - 1
      const value = given === 1 ? j : given === 2 ? k : last
      const index = flatIndex(this.#axes, given, i, j, k)
      if (index >= 0 && isStorable(value)) {
        const { writable, words } = this.#memory
        if (index < words[LENGTH] && index < writable.length && faultCount() === words[FAULTS_SEEN]) {
          writable[index] = stored(value)
          if (faultCount() === words[FAULTS_SEEN]) return
        }
      }
      if (given < 2) return super.set(i, j)
      const coordinates = []
      for (let axis = 0; axis < given; axis++) coordinates.push(arguments[axis])
      super.set(indexOfCoordinates(this, coordinates), arguments[given])
    }

    at(index, another = undefined) {
      requireNone(another, 'at', 'one flat index')
      return super.at(index)
    }

    append(row) {
      if (isRow(row)) appendRow(this, row)
      else super.append(row)
    }
  }

  const hidden = { configurable: true, enumerable: false, writable: true }
  Object.defineProperty(Path.prototype, Symbol.iterator, { ...hidden, value: Path.prototype.values })
  // Users see one class.
  delete Path.prototype.constructor
  delete Shaped.prototype.constructor
  return { Path, Shaped }
}
