// Indices and slices for each dimension of a file, as NumPy writes them: 3,: and :,-1 and ...,0.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { blockSizeOf, valuesOf } from './blocks.js'
import { toSlice } from './command-line.js'
import { DataError, UsageError } from './failures.js'
import { countOf, shapeText } from './layout.js'

const FORM = 'START:STOP:STEP in whole numbers, with a space before the next one'
/** Slices between two turns of the event loop, which handles signals. */
const TURN = 1 << 10

/** Numbers, with a comma or a colon among them. A number alone is not one: a picture is not of one element. */
const PLACES = /^[-\d\s:,.]*[:,][-\d\s:,.]*$/

/** Whether a word chooses elements rather than names a file. */
export const isPlaces = (word) => PLACES.test(word)

/** Whether a word has an index or a slice for each dimension. */
export const isPerAxis = (word) => word.includes(',') || word === '...'

/**
 * @param {string} word an index or a slice of a dimension
 * @returns {{ start: number, step: number, count: number, isIndex: boolean }}
 */
export function toPlaces(word, length, axis) {
  const where = axis === undefined ? '' : ` in dimension ${axis}`
  if (word.includes(':')) return { ...placesOf(toSlice(word, 'a slice', FORM), length), isIndex: false }
  if (!/^-?\d+$/.test(word)) throw new UsageError(`${word || "''"} is not an index or a slice`)
  const index = Number(word) < 0 ? Number(word) + length : Number(word)
  if (index >= 0 && index < length) return { start: index, step: 1, count: 1, isIndex: true }
  throw new DataError(`there is no element ${word}${where}: there are ${length}`)
}

/** The indices of a slice in an array of a length, by Python's rules. */
function placesOf({ start, stop, step = 1 }, length) {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (at, none) => {
    if (at === undefined) return none
    return at < 0 ? Math.max(at + length, lowest) : Math.min(at, highest)
  }
  const [first, end] = [bound(start, step > 0 ? lowest : highest), bound(stop, step > 0 ? highest : lowest)]
  return { start: first, step, count: Math.max(Math.ceil((end - first) / step), 0) }
}

/**
 * @param {string} word indices and slices with commas between them
 * @param {import('./npy/header.js').Layout} layout
 * @returns {Array<{ start: number, step: number, count: number, isIndex: boolean, stride: number }>} one for each dimension; `stride` is how
 *   far apart two elements lie in the file that follow each other in it
 */
export function toAxes(word, { shape, fortranOrder }) {
  const words = word.split(',')
  // As in NumPy: a comma may follow the last one.
  if (words.at(-1).trim() === '') words.pop()
  if (words.some((one) => one.trim() === ''))
    throw new UsageError(`'${word}' has an empty index: write : for a whole dimension`)
  const given = filled(
    words.map((one) => one.trim()),
    shape,
    word,
  )
  return given.map((one, axis) => ({
    ...toPlaces(one, shape[axis], axis),
    stride: countOf(fortranOrder ? shape.slice(0, axis) : shape.slice(axis + 1)),
  }))
}

/** A word for each dimension: those that are left out are whole. */
function filled(words, shape, all) {
  const dots = words.indexOf('...')
  if (dots !== words.lastIndexOf('...')) throw new UsageError(`'${all}' has more than one ...`)
  const count = words.length - (dots >= 0 ? 1 : 0)
  if (count > shape.length) {
    const dimensions = shape.length === 1 ? '1 dimension' : `${shape.length} dimensions`
    throw new DataError(
      `'${all}' has ${count} ${count === 1 ? 'index' : 'indices'}, and the file has ${dimensions}: ${shapeText(shape)}`,
    )
  }
  const missing = Array.from({ length: shape.length - count }, () => ':')
  return dots < 0 ? [...words, ...missing] : words.toSpliced(dots, 1, ...missing)
}

/** The shape of the elements that axes choose. */
export const shapeOf = (axes) => axes.filter(({ isIndex }) => !isIndex).map(({ count }) => count)

/**
 * The chosen elements in the order of the rows.
 * @yields {ArrayLike<unknown>} parts of a row: of the last dimension that has a slice
 */
export async function* elementsOf(array, axes) {
  let done = 0
  for (const run of runsOf(axes)) {
    done += 1
    if (done % TURN === 0) await nextTurn()
    yield* placed(array, run)
  }
}

/**
 * Where the chosen elements from `from` to before `to` lie, in the order of the rows.
 * @yields {{ start: number, step: number, count: number }} a part of a row, whose elements are evenly apart in the file
 */
export function* runsOf(axes, from = 0, to = countOf(shapeOf(axes))) {
  const outer = axes.filter(({ isIndex }) => !isIndex)
  const last = outer.pop() ?? { start: 0, step: 1, count: 1, stride: 1 }
  const base = axes.filter(({ isIndex }) => isIndex).reduce((sum, { start, stride }) => sum + start * stride, 0)
  const step = last.step * last.stride
  for (let done = from; done < to;) {
    const skipped = done % last.count
    const part = Math.min(last.count - skipped, to - done)
    let [rest, at] = [Math.floor(done / last.count), base]
    for (const axis of outer.toReversed()) {
      at += (axis.start + (rest % axis.count) * axis.step) * axis.stride
      rest = Math.floor(rest / axis.count)
    }
    yield { start: at + last.start * last.stride + skipped * step, step, count: part }
    done += part
  }
}

/** Elements that are evenly apart, block by block. */
export async function* placed(array, { start, step, count }) {
  const block = blockSizeOf(array)
  for (let done = 0; done < count; done += block) {
    // The event loop handles signals between two blocks.
    if (count > block) await nextTurn()
    const part = Math.min(block, count - done)
    const first = start + done * step
    const behind = first + part * step
    // A stop before element 0 is left out, since a negative one would count from the end.
    yield valuesOf(array, first, behind < 0 ? undefined : Math.min(behind, array.length), step)
  }
}
