// The path of one element of arrays whose elements are objects: complex numbers and records. As element-path.js, each method handles
// the usual call, and all other calls go to `super`. All types share this class; what differs is in `read` and `store`, of which the
// first record types have copies of their own.

import { requireNone } from './arguments.js'
import { codecOf, memoryOf, typeOf } from './core-array.js'
import { faults } from './faults.js'
import { appendRow, indexOfCoordinates, isRow } from './rows.js'
import { appendChecked, setChecked } from './single-elements.js'
import * as state from './state.js'

const { BEYOND, END, FAULTS_SEEN, LENGTH, ROOM } = state
const faultCount = faults

/**
 * The classes of the arrays whose elements are objects: of those of one dimension, and of the others.
 * @param {typeof import('./mmap-array.js').MmapArray} Base
 */
export function objectPath(Base) {
  class Path extends Base {
    #memory
    #itemsize
    #read
    #store
    #fields

    constructor(opening) {
      super(opening)
      const { fieldsByName, read, store } = codecOf(this)
      this.#memory = memoryOf(this)
      this.#itemsize = typeOf(this).itemsize
      this.#read = read
      this.#store = store
      this.#fields = fieldsByName
    }

    get length() {
      const length = this.#memory.words[LENGTH]
      return length === BEYOND ? super.length : length
    }

    /** @param another a second coordinate, which an array of one dimension does not have */
    get(index, another = undefined) {
      if (typeof index === 'number' && index >>> 0 === index && another === undefined) {
        const { data, elements, words } = this.#memory
        const itemsize = this.#itemsize
        const at = index * itemsize
        // A detached typed array has no length, whereas a DataView throws.
        if (index < words[LENGTH] && at + itemsize <= elements.length) {
          const value = this.#read(data, at)
          // After the last field.
          if (faultCount() === words[FAULTS_SEEN]) return value
        }
      }
      return another === undefined ? super.get(index) : super.get(index, another)
    }

    at(index) {
      if (typeof index === 'number' && index >>> 0 === index) {
        const { data, elements, words } = this.#memory
        const itemsize = this.#itemsize
        const at = index * itemsize
        if (index < words[LENGTH] && at + itemsize <= elements.length) {
          const value = this.#read(data, at)
          if (faultCount() === words[FAULTS_SEEN]) return value
        }
      }
      return super.at(index)
    }

    set(index, value, another = undefined) {
      const memory = this.#memory
      const isWithin = typeof index === 'number' && index >>> 0 === index && index < memory.words[LENGTH]
      if (isWithin && another === undefined) {
        const bytes = this.#store(memory, index, value)
        if (bytes !== undefined) setChecked(this, index, bytes)
      } else if (another === undefined) {
        super.set(index, value)
      } else {
        super.set(index, value, another)
      }
    }

    getField(index, name) {
      const field = this.#fields.get(name)
      if (field !== undefined && typeof index === 'number' && index >>> 0 === index) {
        const { data, elements, words } = this.#memory
        const itemsize = this.#itemsize
        const at = index * itemsize
        if (index < words[LENGTH] && at + itemsize <= elements.length) {
          const value = field.read(data, at + field.offset)
          if (faultCount() === words[FAULTS_SEEN]) return value
        }
      }
      return super.getField(index, name)
    }

    setField(index, name, value) {
      const field = this.#fields.get(name)
      if (field !== undefined && typeof index === 'number' && index >>> 0 === index && field.fits(value)) {
        const { data, words, writable } = this.#memory
        const itemsize = this.#itemsize
        const at = index * itemsize
        const isWithin = index < words[LENGTH] && at + itemsize <= writable.length
        if (isWithin && faultCount() === words[FAULTS_SEEN]) {
          field.write(data, at + field.offset, value)
          if (faultCount() === words[FAULTS_SEEN]) return
        }
      }
      super.setField(index, name, value)
    }

    append(value) {
      const bytes = this.#store(this.#memory, END, value)
      if (bytes !== undefined) appendChecked(this, bytes)
    }

    pop(index) {
      const { data, words, writable } = this.#memory
      const last = words[LENGTH] - 1
      const itemsize = this.#itemsize
      const at = last * itemsize
      // Only a reserved array has capacity behind its end, and keeps it.
      if (index === undefined && last >= 0 && last + 1 < words[ROOM] && at + itemsize <= writable.length) {
        const popped = this.#read(data, at)
        if (faultCount() === words[FAULTS_SEEN]) {
          words[LENGTH] = last
          // If the process is killed, the popped element must not come back in the file.
          writable.fill(0, at, at + itemsize)
          return popped
        }
      }
      return super.pop(index)
    }
  }

  class Shaped extends Path {
    get(...coordinates) {
      return super.get(coordinates.length < 2 ? coordinates[0] : indexOfCoordinates(this, coordinates))
    }

    set(...given) {
      const value = given.length < 2 ? undefined : given.pop()
      super.set(given.length < 2 ? given[0] : indexOfCoordinates(this, given), value)
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

  // Users see one class.
  delete Path.prototype.constructor
  delete Shaped.prototype.constructor
  return { Path, Shaped }
}
