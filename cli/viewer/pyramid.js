// The least and the greatest of each block of a growing array, and of blocks of those blocks, for pictures of any part of it.

import { doublesOf } from '../envelopes.js'

/** Elements of a block of the lowest level. */
export const BLOCK = 4096
/** Blocks of a level in one of the next. */
const FAN = 64
/** Elements that one step of building reads. */
const STEP = 1 << 24
/** Elements that one step of checking reads again. */
const RECHECK = 1 << 22

/** Numbers that grow. */
class Doubles {
  values = new Float64Array(64)
  length = 0

  append(more) {
    const needed = this.length + more.length
    if (needed > this.values.length) {
      const wider = new Float64Array(Math.max(needed, 2 * this.values.length))
      wider.set(this.values)
      this.values = wider
    }
    this.values.set(more, this.length)
    this.length = needed
  }

  /** Replaces numbers from an index on. Returns whether any differs. */
  set(from, more) {
    const isChanged = more.some((value, at) => !Object.is(value, this.values[from + at]))
    this.values.set(more, from)
    return isChanged
  }
}

export class Pyramid {
  #array
  /** From the lowest; each has the whole blocks only. */
  #levels = [newLevel()]
  /** The block from which the next step of checking reads. */
  #checked = 0

  constructor(array) {
    this.#array = array
  }

  /** Elements that it knows. */
  get built() {
    return this.#levels[0].min.length * BLOCK
  }

  /** Elements that blocks can be built of by now. */
  get buildable() {
    return this.#array.length - (this.#array.length % BLOCK)
  }

  /** Forgets everything. */
  reset() {
    this.#levels = [newLevel()]
    this.#checked = 0
  }

  /** Reads on by one step, on another thread. */
  async build() {
    const start = this.built
    const stop = Math.min(start + STEP, this.buildable)
    if (stop === start) return
    const range = await this.#array.envelopeAsync((stop - start) / BLOCK, start, stop)
    const { min, max } = doublesOf(this.#array, range)
    // What was forgotten meanwhile does not come back.
    if (this.built === start) this.#append(0, min, max)
  }

  /**
   * Reads some blocks again, on another thread, and goes on from there the next time. Returns whether their elements have changed: other
   * processes may store to elements that were read already.
   */
  async recheck() {
    const levels = this.#levels
    const count = levels[0].min.length
    if (count === 0) return false
    const from = this.#checked < count ? this.#checked : 0
    const to = Math.min(from + RECHECK / BLOCK, count)
    const range = await this.#array.envelopeAsync(to - from, from * BLOCK, to * BLOCK)
    // What was forgotten meanwhile does not come back.
    if (this.#levels !== levels) return true
    this.#checked = to
    const { min, max } = doublesOf(this.#array, range)
    return this.#replace(0, from, min, max)
  }

  /** Replaces blocks of a level and of those above it. Returns whether they differ. */
  #replace(level, from, min, max) {
    const { min: all, max: alsoAll } = this.#levels[level]
    const isChanged = all.set(from, min) | alsoAll.set(from, max)
    if (!isChanged) return false
    const above = this.#levels[level + 1]?.min.length ?? 0
    const first = Math.floor(from / FAN)
    const last = Math.min(Math.ceil((from + min.length) / FAN), above)
    if (first >= last) return true
    const ranges = Array.from({ length: last - first }, (_, at) =>
      this.#rangeIn(level, (first + at) * FAN, (first + at + 1) * FAN),
    )
    const ends = (name) => Float64Array.from(ranges, (range) => range[name])
    this.#replace(level + 1, first, ends('min'), ends('max'))
    return true
  }

  #append(level, min, max) {
    const { min: all, max: alsoAll } = (this.#levels[level] ??= newLevel())
    all.append(min)
    alsoAll.append(max)
    const above = this.#levels[level + 1]?.min.length ?? 0
    const whole = Math.floor(all.length / FAN) - above
    if (whole === 0) return
    const ends = { min: new Float64Array(whole), max: new Float64Array(whole) }
    for (let block = 0; block < whole; block++) {
      const range = this.#rangeIn(level, (above + block) * FAN, (above + block + 1) * FAN)
      ;[ends.min[block], ends.max[block]] = [range.min, range.max]
    }
    this.#append(level + 1, ends.min, ends.max)
  }

  #rangeIn(level, from, to) {
    const { min, max } = this.#levels[level]
    const range = nothing()
    for (let block = from; block < to; block++) widen(range, min.values[block], max.values[block])
    return range
  }

  /**
   * Columns of a range of elements: where each begins, and its least and greatest; NaN where nothing is known. Columns of many
   * blocks begin at blocks.
   * @returns {{ at: Float64Array, min: Float64Array, max: Float64Array }}
   */
  columns(start, stop, wanted) {
    const length = Math.max(stop - start, 0)
    const count = Math.min(wanted, length)
    if (count === 0) return { at: new Float64Array(0), min: new Float64Array(0), max: new Float64Array(0) }
    if (length / count < 2 * BLOCK) return this.#near(start, stop, count)
    const begin = (column) => {
      if (column === count) return stop
      const at = start + Math.floor((column * length) / count)
      return column === 0 ? at : at - (at % BLOCK)
    }
    const found = { at: new Float64Array(count), min: new Float64Array(count), max: new Float64Array(count) }
    for (let column = 0; column < count; column++) {
      const { min, max } = this.#range(begin(column), begin(column + 1))
      found.at[column] = begin(column)
      found.min[column] = min <= max ? min : NaN
      found.max[column] = min <= max ? max : NaN
    }
    return found
  }

  /** Few enough elements to read them. */
  #near(start, stop, count) {
    const ends = doublesOf(this.#array, this.#array.envelope(count, start, stop))
    const at = Float64Array.from(
      { length: count },
      (_, column) => start + Math.floor((column * (stop - start)) / count),
    )
    return { at, ...ends }
  }

  /** The range of any elements: from whole blocks of the highest levels, and from the elements at both ends. */
  #range(start, stop) {
    const range = nothing()
    const firstBlock = Math.ceil(start / BLOCK)
    const lastBlock = Math.min(Math.floor(stop / BLOCK), this.#levels[0].min.length)
    if (firstBlock >= lastBlock) return stop <= this.built + BLOCK ? this.#read(range, start, stop) : range
    this.#read(range, start, firstBlock * BLOCK)
    let block = firstBlock
    while (block < lastBlock) {
      let [level, size] = [0, 1]
      while (block % (size * FAN) === 0 && block + size * FAN <= lastBlock && level + 1 < this.#levels.length) {
        level += 1
        size *= FAN
      }
      const { min, max } = this.#levels[level]
      widen(range, min.values[block / size], max.values[block / size])
      block += size
    }
    // Elements after the last whole block. If they are more than a block, it is not built yet.
    if (stop - lastBlock * BLOCK < BLOCK) this.#read(range, lastBlock * BLOCK, stop)
    return range
  }

  #read(range, start, stop) {
    if (start >= stop) return range
    const { min, max } = doublesOf(this.#array, this.#array.envelope(1, start, stop))
    return widen(range, min[0], max[0])
  }
}

const newLevel = () => ({ min: new Doubles(), max: new Doubles() })
const nothing = () => ({ min: Infinity, max: -Infinity })

/** A NaN widens nothing. */
function widen(range, min, max) {
  if (min < range.min) range.min = min
  if (max > range.max) range.max = max
  return range
}
