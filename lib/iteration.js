// Iterators over a live array. They see elements that are appended meanwhile. An iterator that has ended stays ended.

import { requireOpen } from './core-array.js'
import { closed } from './errors.js'

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

/** The common part. `pick` gives the value of a step. */
export class ArrayIterator {
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
        const value = this.pick(array, index)
        // Only now, so that a step that throws can be tried again.
        this.#index = index + 1
        return { value, done: false }
      }
      this.#array = undefined
      if (array.closed) throw closed()
    }
    return { value: undefined, done: true }
  }

  get [Symbol.toStringTag]() {
    return 'MmapArray Iterator'
  }
}
Object.setPrototypeOf(ArrayIterator.prototype, IteratorPrototype)

class Values extends ArrayIterator {
  pick(array, index) {
    return array.get(index)
  }
}

class Entries extends ArrayIterator {
  pick(array, index) {
    return [index, array.get(index)]
  }
}

class Keys extends ArrayIterator {
  pick(_, index) {
    return index
  }
}

const iteratorOf = (Class) => (array) => {
  requireOpen(array)
  return new Class(array)
}

export const valuesOf = iteratorOf(Values)
export const entriesOf = iteratorOf(Entries)
export const keysOf = iteratorOf(Keys)
