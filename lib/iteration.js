// Iterators over a live array: they see what is appended meanwhile, and end for good once they came to the end.

import { closed } from './errors.js'

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

class ArrayIterator {
  #array
  #index = 0
  #pick

  constructor(array, pick) {
    this.#array = array
    this.#pick = pick
  }

  next() {
    const array = this.#array
    if (array !== undefined) {
      const index = this.#index
      if (index < array.length) {
        this.#index = index + 1
        return { value: this.#pick(array, index), done: false }
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

const value = (array, index) => array.get(index)
const entry = (array, index) => [index, array.get(index)]
const key = (_, index) => index

export const valuesOf = (array) => new ArrayIterator(array, value)
export const entriesOf = (array) => new ArrayIterator(array, entry)
export const keysOf = (array) => new ArrayIterator(array, key)
