// The cells of a matrix's picture. If the matrix has more elements than the picture has cells, a cell is the mean of its elements.

import { blocksInRowOrder } from '../layout.js'

/**
 * @param {{ elements: object, layout: import('../npy/header.js').Layout }} matrix of two dimensions
 * @param {{ start: number, stop: number, rows: number, columns: number, isShown(value: number): boolean }} options `start` and `stop`
 *   are rows of the matrix, `rows` and `columns` the most cells
 * @returns {Promise<{ rows: number, columns: number, means: Float64Array, extent?: [number, number], leftOut: boolean,
 *   isWhole: boolean }>} `means` by rows, NaN in a cell without a number that can be shown; `isWhole`: a cell has one element
 */
export async function heatMapOf({ elements, layout }, { start, stop, rows, columns, isShown }, onProgress) {
  const [height, width] = [Math.max(stop - start, 0), layout.shape[1]]
  const cells = new Cells(
    { height, width },
    { rows: Math.min(rows, height), columns: Math.min(columns, width) },
    isShown,
  )
  if (height > 0 && width > 0) {
    for await (const { values } of blocksInRowOrder({ elements, layout }, { start, stop })) {
      cells.add(values)
      onProgress(cells.count)
    }
  }
  return cells.toMeans()
}

/** What a sum that would overflow is moved to, as a multiple: it is a power of two, so that nothing is rounded. */
const LARGE = 2 ** 600

class Cells {
  count = 0
  #matrix
  #size
  #isShown
  #sums
  /** What did not fit the sums, in multiples of `LARGE`. */
  #overflows
  #counts
  #least
  #greatest
  #leftOut = false

  constructor(matrix, size, isShown) {
    this.#matrix = matrix
    this.#size = size
    this.#isShown = isShown
    const count = size.rows * size.columns
    this.#sums = new Float64Array(count)
    this.#overflows = new Float64Array(count)
    this.#counts = new Float64Array(count)
    this.#least = new Float64Array(count).fill(Infinity)
    this.#greatest = new Float64Array(count).fill(-Infinity)
  }

  /** Takes the next elements in the order of the rows. */
  add(values) {
    const { width } = this.#matrix
    for (let index = 0; index < values.length;) {
      const column = this.count % width
      const part = Math.min(values.length - index, width - column)
      this.#addToRow(values, { index, part, column })
      index += part
      this.count += part
    }
  }

  #addToRow(values, { index, part, column }) {
    const { height, width } = this.#matrix
    const { rows, columns } = this.#size
    const row = Math.floor((Math.floor(this.count / width) * rows) / height) * columns
    let cell = Math.floor((column * columns) / width)
    let end = Math.ceil(((cell + 1) * width) / columns)
    for (let at = 0; at < part; at++) {
      if (column + at >= end) {
        cell += 1
        end = Math.ceil(((cell + 1) * width) / columns)
      }
      const value = Number(values[index + at])
      if (this.#isShown(value)) {
        this.#addToCell(row + cell, value)
      } else {
        this.#leftOut = true
      }
    }
  }

  #addToCell(cell, value) {
    this.#counts[cell] += 1
    if (value < this.#least[cell]) this.#least[cell] = value
    if (value > this.#greatest[cell]) this.#greatest[cell] = value
    const sum = this.#sums[cell] + value
    if (Number.isFinite(sum)) {
      this.#sums[cell] = sum
    } else {
      this.#overflows[cell] += this.#sums[cell] / LARGE
      this.#sums[cell] = value
    }
  }

  #meanOf(cell) {
    const mean = (this.#overflows[cell] / this.#counts[cell]) * LARGE + this.#sums[cell] / this.#counts[cell]
    // Rounding must not make cells of equal elements differ.
    return Math.min(Math.max(mean, this.#least[cell]), this.#greatest[cell])
  }

  toMeans() {
    const means = this.#sums.map((_, cell) => this.#meanOf(cell))
    let [least, greatest] = [Infinity, -Infinity]
    for (const mean of means) {
      if (mean < least) least = mean
      if (mean > greatest) greatest = mean
    }
    const { height, width } = this.#matrix
    const isWhole = this.#size.rows === height && this.#size.columns === width
    const extent = least <= greatest ? [least, greatest] : undefined
    return { ...this.#size, means, extent, leftOut: this.#leftOut, isWhole }
  }
}
