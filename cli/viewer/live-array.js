// An array that other processes change, and its pyramid.

import { textOf } from '../text/numbers.js'
import { Pyramid } from './pyramid.js'

export class LiveArray {
  #array
  #pyramid
  /** The length at the last look. Fields of the same records see it change together. */
  #length
  /** The error while the elements cannot be read. */
  problem

  constructor(array) {
    this.#array = array
    this.#pyramid = new Pyramid(array)
    this.#length = array.length
  }

  get length() {
    return this.#array.length
  }

  /** How many elements the pyramid does not know yet. */
  get unbuilt() {
    return this.#pyramid.buildable - this.#pyramid.built
  }

  columns(start, stop, count) {
    return this.#pyramid.columns(Math.min(start, this.length), Math.min(stop, this.length), count)
  }

  /** @returns {string | undefined} an element, exactly */
  textOf(index) {
    const value = this.#array.at(index)
    return value === undefined ? undefined : textOf(value)
  }

  /** Takes over what others have appended, and reads a part of it. */
  async step() {
    try {
      const length = this.#length
      this.#length = this.#array.refresh()
      if (this.#length < length) this.#pyramid.reset()
      await this.#pyramid.build()
      this.problem = undefined
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Reads a part again. Returns whether its elements have changed. */
  async recheck() {
    try {
      return await this.#pyramid.recheck()
    } catch (error) {
      this.#fail(error)
      return true
    }
  }

  /** The file was truncated, or ends in the middle of an element for a moment: read it again. */
  #fail(error) {
    this.#pyramid.reset()
    this.problem = error.message
  }
}
