// An array that other processes change: its length, its pyramid, and the listeners for changes.

import { setTimeout as sleep } from 'node:timers/promises'
import { textOf } from '../text/numbers.js'
import { Pyramid } from './pyramid.js'

/** How often changes are looked for, in milliseconds. */
const INTERVAL = 250

export class LiveArray {
  #array
  #pyramid
  #listeners = new Set()
  #isStopped = false
  /** The error while the elements cannot be read. */
  problem

  constructor(array) {
    this.#array = array
    this.#pyramid = new Pyramid(array)
  }

  get state() {
    const { length } = this.#array
    const built = length - this.#pyramid.buildable + this.#pyramid.built
    return { length, built, ...(this.problem && { problem: this.problem }) }
  }

  columns(start, stop, count) {
    return this.#pyramid.columns(Math.min(start, this.#array.length), Math.min(stop, this.#array.length), count)
  }

  /** @returns {string | undefined} an element, exactly */
  textOf(index) {
    const value = this.#array.at(index)
    return value === undefined ? undefined : textOf(value)
  }

  /** Calls a function at each change until it is told to stop. */
  listen(listener) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stop() {
    this.#isStopped = true
  }

  /** Reads and follows the array until it is stopped. */
  async follow() {
    while (!this.#isStopped) {
      const before = JSON.stringify(this.state)
      await this.#step()
      const isBuilding = this.#pyramid.built < this.#pyramid.buildable
      if (JSON.stringify(this.state) !== before) for (const listener of this.#listeners) listener(this.state)
      if (!isBuilding || this.problem) await sleep(INTERVAL, undefined, { ref: false })
    }
  }

  async #step() {
    try {
      const { length } = this.#array
      if (this.#array.refresh() < length) this.#pyramid.reset()
      await this.#pyramid.build()
      this.problem = undefined
    } catch (error) {
      // The file was truncated, or ends in the middle of an element for a moment: read it again.
      this.#pyramid.reset()
      this.problem = error.message
    }
  }
}
