// One or more live arrays in one picture, their x values, and the listeners for changes.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { doublesOf } from '../envelopes.js'
import { AscendingCheck } from './ascending-check.js'
import { LiveArray } from './live-array.js'

/** How often changes of the length are looked for, in milliseconds. */
const INTERVAL = 250
/** How often a part is read again, in milliseconds, while a page is open. */
const RECHECK = 1000

export class LivePicture {
  #series
  #x
  #toX
  /** Whether the x values ascend, as far as they were read. */
  #check
  #listeners = new Set()
  /** How many times elements were found changed. */
  #changes = 0
  #lastRecheck = 0

  /**
   * @param {object[]} arrays
   * @param {{ elements: object, toX(value: number): number }} [x]
   */
  constructor(arrays, x) {
    this.#series = arrays.map((array) => new LiveArray(array))
    this.#x = x?.elements
    this.#toX = x?.toX
    this.#check = x && new AscendingCheck(x.elements)
  }

  /** How many elements the longest series has, as far as there are x values. */
  get length() {
    const longest = Math.max(...this.#series.map(({ length }) => length))
    return this.#x === undefined ? longest : Math.min(longest, this.#x.length)
  }

  get state() {
    const { length } = this
    const unbuilt = Math.max(...this.#series.map((one) => one.unbuilt))
    const problem = [...this.#series, this.#check].map((one) => one?.problem).find(Boolean)
    const lengths = this.#series.map((one) => one.length)
    const built = Math.max(length - unbuilt, 0)
    return { length, lengths, built, changes: this.#changes, ...(problem && { problem }) }
  }

  has(series) {
    return series < this.#series.length
  }

  /**
   * Columns of one series, as a pyramid gives them. With x values also `x`: that of the first element of each column, and that of the last
   * element of the range.
   * @throws {RangeError} if x values do not ascend
   */
  columns(series, start, stop, count) {
    const end = Math.min(stop, this.length)
    const found = this.#series[series].columns(Math.min(start, end), end, count)
    if (this.#x === undefined) return found
    this.#check.step(this.length)
    if (this.#check.problem) throw new RangeError(this.#check.problem)
    const places = found.at.length === 0 ? [] : [...found.at, Math.min(end, this.#series[series].length) - 1]
    return { ...found, x: this.#ascending(places) }
  }

  /** Others may store to x values that were checked already. */
  #ascending(places) {
    const x = Float64Array.from(places, (at) => this.#toX(doublesOf(this.#x, this.#x.envelope(1, at, at + 1)).min[0]))
    if (x.every((value, index) => index === 0 || value >= x[index - 1])) return x
    throw new RangeError('x values are not in ascending order, which a viewer needs; mmap-array plot draws any order')
  }

  /** @returns {string | undefined} an element, exactly */
  textOf(series, index) {
    return this.#series[series].textOf(index)
  }

  /** Calls a function at each change until it is told to stop. */
  listen(listener) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads and follows the arrays until the process ends. */
  async follow() {
    for (;;) {
      const before = JSON.stringify(this.state)
      this.#x?.refresh()
      const isChecking = this.#check?.step(this.length)
      for (const one of this.#series) await one.step()
      await this.#recheck()
      if (JSON.stringify(this.state) !== before) for (const listener of this.#listeners) listener(this.state)
      const isBuilding = this.#series.some((one) => one.unbuilt > 0 && !one.problem)
      if (isBuilding || isChecking) await nextTurn()
      else await sleep(INTERVAL, undefined, { ref: false })
    }
  }

  /** Looks for stores to elements that were read already. Without a page nobody would see them. */
  async #recheck() {
    if (this.#listeners.size === 0 || performance.now() - this.#lastRecheck < RECHECK) return
    const changed = await Promise.all(this.#series.map((one) => one.recheck()))
    if (changed.includes(true)) this.#changes += 1
    this.#lastRecheck = performance.now()
  }
}
