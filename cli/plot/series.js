// The least and the greatest element of each column of a picture.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { valuesOf } from '../blocks.js'
import { doublesOf } from '../envelopes.js'

/** Elements between two turns of the event loop. */
const TURN = 1 << 23

/**
 * A column for each part of a range, or for each element if there are fewer elements.
 * @param {{ start: number, stop: number, columns: number, isShown?(value: number): boolean }} options
 * @returns {Promise<{ columns: Array<{ at: number, min: number, max: number }>, isWhole: boolean, leftOut: boolean }>} `at` is
 *   the first element of a column; one of nothing that can be shown has NaN twice. `isWhole`: every element is a column
 */
export async function seriesOf(array, { start, stop, columns: wanted, isShown = Number.isFinite }, onProgress) {
  const length = Math.max(stop - start, 0)
  const count = Math.min(wanted, length)
  const begin = (column) => start + Math.floor((column * length) / count)
  const group = Math.max(Math.floor((TURN / length) * count), 1)
  const columns = []
  let leftOut = false
  for (let first = 0; first < count; first += group) {
    const last = Math.min(first + group, count)
    const { min, max } = doublesOf(array, array.envelope(last - first, begin(first), begin(last)))
    // As the envelope divides the group, so that no element is between two columns.
    const boundary = (index) => begin(first) + Math.floor((index * (begin(last) - begin(first))) / (last - first))
    for (let index = 0; index < min.length; index++) {
      const at = boundary(index)
      const column = { at, min: min[index], max: max[index] }
      if (isShown(column.min) && isShown(column.max)) columns.push(column)
      else {
        leftOut = true
        columns.push({ at, ...rangeOf(array, at, boundary(index + 1), isShown) })
      }
    }
    onProgress(begin(last) - start)
    await nextTurn()
  }
  return { columns, isWhole: count === length, leftOut }
}

/** Element by element: some of them cannot be shown. */
function rangeOf(array, start, stop, isShown) {
  const range = { min: Infinity, max: -Infinity }
  const SOME = 1 << 16
  for (let at = start; at < stop; at += SOME) {
    for (const element of valuesOf(array, at, Math.min(at + SOME, stop))) {
      const value = Number(element)
      if (!isShown(value)) continue
      if (value < range.min) range.min = value
      if (value > range.max) range.max = value
    }
  }
  return range.min <= range.max ? range : { min: NaN, max: NaN }
}

/** The range of all columns; undefined if there is nothing to show. */
export function extentOf(columns) {
  let [least, greatest] = [Infinity, -Infinity]
  for (const { min, max } of columns) {
    if (min < least) least = min
    if (max > greatest) greatest = max
  }
  return least <= greatest ? [least, greatest] : undefined
}
