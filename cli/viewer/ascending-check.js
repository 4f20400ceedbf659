// Whether x values ascend: a viewer finds elements by their x.

import { BLOCK, valuesOf } from '../blocks.js'

/** Values that one step reads. */
const STEP = 1 << 22

export class AscendingCheck {
  #array
  /** How many values ascend. */
  #done = 0
  /** What is wrong with the next one. */
  problem

  constructor(array) {
    this.#array = array
  }

  /** Reads on by one step, as far as `length`, or looks again at a value that was wrong. Returns whether more are to be read. */
  step(length) {
    try {
      // The file was truncated.
      if (this.#array.length < this.#done) this.#done = 0
      this.problem = undefined
      const stop = Math.min(this.#done + STEP, length)
      while (this.#done < stop && !this.problem) this.#readTo(Math.min(this.#done + BLOCK, stop))
      return this.#done < length && !this.problem
    } catch (error) {
      this.#done = 0
      this.problem = error.message
      return false
    }
  }

  #readTo(stop) {
    const start = Math.max(this.#done - 1, 0)
    const wrong = firstWrong(valuesOf(this.#array, start, stop))
    this.#done = wrong < 0 ? stop : start + wrong
    if (wrong >= 0)
      this.problem = `x values are not in ascending order, which a viewer needs: that of element ${this.#done} is NaN, or less than the one before; mmap-array plot draws any order`
  }
}

/** The index of the first value that is NaN or less than the one before. */
function firstWrong(values) {
  for (let index = 0; index < values.length; index++) {
    // A comparison with NaN is false.
    if (!(values[index] >= values[Math.max(index - 1, 0)])) return index
  }
  return -1
}
