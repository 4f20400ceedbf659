// Points by their x values: one for each element, or the least and the greatest of each column of a picture.

import { blocksOf } from '../blocks.js'

/** The ends of an axis without a finite x: nothing is drawn. */
const NOWHERE = [0, 0]

/**
 * @param {{ x: object, y: object }} arrays of the same length
 * @param {{ start: number, stop: number, columns: number, axis: object, isShown(value: number): boolean }} options
 * @returns {Promise<{ columns: Array<{ at: number, min: number, max: number }>, isWhole: boolean, isSorted: boolean, leftOut: boolean,
 *   isXLeftOut: boolean }>} a column without a number that can be shown has NaN twice, and one without an x is missing
 */
export async function pointsByX({ x, y }, { start, stop, columns, axis, isShown }, onProgress) {
  const isWhole = stop - start <= columns
  const points = isWhole ? new Points() : new Columns(axis.domain ?? NOWHERE, columns)
  let before = -Infinity
  const found = { isWhole, isSorted: true, leftOut: false, isXLeftOut: false }
  const others = blocksOf(y, { start, stop })
  for await (const { start: at, values } of pairsOf(blocksOf(x, { start, stop }), others)) {
    for (let index = 0; index < values.count; index++) {
      const place = axis.toX(Number(values.x[index]))
      if (!Number.isFinite(place)) {
        found.isXLeftOut = true
        continue
      }
      if (place < before) found.isSorted = false
      before = place
      const value = Number(values.y[index])
      const shown = isShown(value)
      if (!shown) found.leftOut = true
      points.add(place, shown ? value : NaN)
    }
    onProgress(at + values.count - start)
  }
  return { ...found, columns: points.toColumns() }
}

/** Blocks of x and y together. The size of their elements decides how many each block has. */
async function* pairsOf(xs, ys) {
  const x = { iterator: xs, values: [], at: 0 }
  const y = { iterator: ys, values: [], at: 0 }
  for (let start; ;) {
    for (const side of [x, y]) {
      if (side.at < side.values.length) continue
      const { value, done } = await side.iterator.next()
      if (done) return
      side.values = value.values
      side.at = 0
      if (side === x) start = value.start
    }
    const count = Math.min(x.values.length - x.at, y.values.length - y.at)
    const part = ({ values, at }) => values.slice(at, at + count)
    yield { start: start + x.at, values: { x: part(x), y: part(y), count } }
    x.at += count
    y.at += count
  }
}

/** Every element is a point. */
class Points {
  #columns = []

  add(at, value) {
    this.#columns.push({ at, min: value, max: value })
  }

  toColumns() {
    return this.#columns
  }
}

/** The range of the elements in each column. */
class Columns {
  #first
  #width
  #min
  #max
  #isUsed

  constructor([first, last], count) {
    this.#first = first
    // Far ends may be further apart than the largest double.
    this.#width = last / count - first / count
    this.#min = new Float64Array(count).fill(Infinity)
    this.#max = new Float64Array(count).fill(-Infinity)
    this.#isUsed = new Uint8Array(count)
  }

  add(at, value) {
    const column = this.#width > 0 ? Math.floor(at / this.#width - this.#first / this.#width) : 0
    const index = Math.min(column, this.#min.length - 1)
    this.#isUsed[index] = 1
    if (value < this.#min[index]) this.#min[index] = value
    if (value > this.#max[index]) this.#max[index] = value
  }

  toColumns() {
    return Array.from(this.#isUsed, (isUsed, index) => {
      const [min, max] = [this.#min[index], this.#max[index]]
      const at = this.#first + (index + 1 / 2) * this.#width
      return isUsed && (min <= max ? { at, min, max } : { at, min: NaN, max: NaN })
    }).filter(Boolean)
  }
}
