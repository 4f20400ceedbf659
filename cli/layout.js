// The layout of a file: its dimensions, and which of them varies fastest. A raw file is one row.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { BLOCK, blocksOf, decoded, isComplex } from './blocks.js'
import { DataError, UsageError } from './failures.js'
import { ForeignElements } from './npy/foreign-elements.js'
import { holdsBooleans, readHeader } from './npy/header.js'
import { noteFurtherArrays, open } from './opening.js'
import { holdsRecords, toType, typeNameOf } from './record-types.js'
import { nameOf } from './type-names.js'

/** How many elements are reordered at once: at most 64 MiB. */
const CHUNK = 1 << 23
/** The same for elements that come as objects. */
const CHUNK_OF_OBJECTS = 1 << 18
/** Slices between two turns of the event loop, which handles signals. */
const TURN = 1 << 12

/**
 * Opens a FILE for reading, also if `open` refuses its byte order or alignment.
 * @returns {{ elements: object, layout: import('./npy/header.js').Layout }} `elements` is an array or a ForeignElements
 */
export function openWithLayout(path, values) {
  const elements = openAny(path, values)
  try {
    return { elements, layout: layoutOf(elements) }
  } catch (error) {
    elements.close()
    throw error
  }
}

/** @returns {import('./npy/header.js').Layout} of an array, or of one field of records */
export function layoutOf(elements) {
  const { shape, order, field, perRecord } = elements
  const layout = { shape, fortranOrder: order === 'F', isBoolean: holdsBooleans(elements) }
  if (perRecord !== undefined && isTransposed({ ...layout, shape: shape.slice(0, -1) }))
    throw new UsageError(`'${field}' has several values, and the file is in Fortran order: ${field}[0] is one of them`)
  return layout
}

function openAny(path, values) {
  try {
    return open(path, values)
  } catch (error) {
    if (error.code !== 'ERR_UNSUPPORTED_NPY') throw error
    const header = readHeader(path)
    // No typecode has such elements.
    if (header.typecode === undefined) throw error
    const wanted = toType(values.type, values)
    if (wanted !== undefined && typeNameOf(wanted) !== nameOf(header.typecode))
      throw new DataError(`${path} holds ${nameOf(header.typecode)}, not ${typeNameOf(wanted)}`, { cause: error })
    const elements = new ForeignElements(path, header)
    noteFurtherArrays(path, header.dataStart + elements.length * elements.itemsize)
    return elements
  }
}

/** The name of the type of elements. */
export const kindOf = ({ elements, layout }) => (layout.isBoolean ? 'bool' : typeNameOf(elements.typecode))

/** The number of elements. A length of 0 makes an array empty, even if the product of the others overflows. */
export const countOf = (shape) => (shape.includes(0) ? 0 : shape.reduce((count, length) => count * length, 1))

export const shapeText = (shape) => (shape.length === 0 ? '()' : shape.join(' × '))

/** The index or the coordinates of an element, from its position in the order of the rows (the last index varies fastest). */
export function coordinatesOf(shape, index) {
  if (shape.length === 1) return index
  const coordinates = []
  let rest = index
  for (const length of shape.toReversed()) {
    coordinates.unshift(rest % length)
    rest = Math.floor(rest / length)
  }
  return coordinates
}

export const placeText = (place) => (Array.isArray(place) ? `(${place.join(', ')})` : `${place}`)

/** The position of an element in the order of the rows, from its position in Fortran order. */
export function rowIndexOf(shape, index) {
  const strides = rowStrides(shape)
  let [rest, found] = [index, 0]
  for (const [axis, length] of shape.entries()) {
    found += (rest % length) * strides[axis]
    rest = Math.floor(rest / length)
  }
  return found
}

/** Whether the elements are not in the order of the rows. */
export const isTransposed = ({ shape, fortranOrder }) =>
  fortranOrder && shape.filter((length) => length !== 1).length > 1

/**
 * Blocks of elements in the order of the rows: the last index varies fastest.
 * @param {{ start?: number, stop?: number }} bounds rows: of the first dimension
 * @yields {{ start: number, values: ArrayLike<number | bigint | string> }}
 */
export async function* blocksInRowOrder({ elements, layout }, { start = 0, stop = layout.shape[0] ?? 1 } = {}) {
  const each = countOf(layout.shape.slice(1))
  let at = start * each
  if (!isTransposed(layout)) {
    yield* blocksOf(elements, { start: at, stop: stop * each })
    return
  }
  for await (const chunk of chunksInRowOrder(elements, layout.shape, start, stop)) {
    for (let done = 0; done < chunk.length; done += BLOCK) {
      const values = decoded(elements, partOf(chunk, done, done + BLOCK))
      yield { start: at, values }
      at += values.length
    }
  }
}

/**
 * Boxes of elements that follow each other in the order of the rows: single indices of the first dimensions, a range of
 * the next one, all of the rest.
 */
async function* chunksInRowOrder(elements, shape, first, last) {
  if (countOf(shape) === 0) return
  const strides = columnStrides(shape)
  const chunk = holdsRecords(elements) || isComplex(elements) ? CHUNK_OF_OBJECTS : CHUNK
  const axis = shape.findIndex((_, at) => countOf(shape.slice(at + 1)) <= chunk)
  const height = Math.max(Math.floor(chunk / countOf(shape.slice(axis + 1))), 1)
  const [from, to] = axis === 0 ? [first, last] : [0, shape[axis]]
  const outer = shape.slice(0, axis).map((length, at) => (at === 0 ? [first, last] : [0, length]))
  for (const indices of combinations(outer)) {
    const base = indices.reduce((sum, index, at) => sum + index * strides[at], 0)
    for (let at = from; at < to; at += height) {
      const extents = [Math.min(height, to - at), ...shape.slice(axis + 1)]
      yield await boxInRowOrder(elements, base + at * strides[axis], extents, strides.slice(axis))
    }
  }
}

/** Copies a box by slices along its longest dimension. */
async function boxInRowOrder(elements, base, extents, strides) {
  const targets = rowStrides(extents)
  const longest = extents.indexOf(Math.max(...extents))
  const [count, step, apart] = [extents[longest], strides[longest], targets[longest]]
  const others = extents.map((extent, at) => (at === longest ? [0, 1] : [0, extent]))
  let box
  let slices = 0
  for (const indices of combinations(others)) {
    slices += 1
    if (slices % TURN === 0) await nextTurn()
    const start = indices.reduce((sum, index, at) => sum + index * strides[at], base)
    const target = indices.reduce((sum, index, at) => sum + index * targets[at], 0)
    const part = elements.slice(start, start + (count - 1) * step + 1, step)
    box ??= new part.constructor(countOf(extents))
    if (apart === 1 && !Array.isArray(part)) box.set(part, target)
    else for (let index = 0; index < count; index++) box[target + index * apart] = part[index]
  }
  return box
}

/** Records and complex numbers come as an Array. */
const partOf = (values, start, stop) =>
  Array.isArray(values) ? values.slice(start, stop) : values.subarray(start, stop)

/** All combinations of one index of each range, the last of which varies fastest. */
function* combinations(ranges) {
  const indices = ranges.map(([first]) => first)
  if (ranges.some(([first, last]) => first >= last)) return
  for (;;) {
    yield indices
    let at = ranges.length - 1
    while (at >= 0 && ++indices[at] === ranges[at][1]) {
      indices[at] = ranges[at][0]
      at -= 1
    }
    if (at < 0) return
  }
}

/** How far apart two elements lie that follow each other in a dimension, where the last varies fastest. */
const rowStrides = (shape) => shape.map((_, at) => countOf(shape.slice(at + 1)))
/** The same where the first varies fastest. */
const columnStrides = (shape) => shape.map((_, at) => countOf(shape.slice(0, at)))
