// Arrays of several dimensions: elements by their coordinates, rows as typed arrays, and rows that are appended.

import { clampBound, toBound, toIndex } from './arguments.js'
import {
  axesOf,
  coreOf,
  isArray,
  isClosed,
  memoryOf,
  openViewsOf,
  requireOpen,
  requireWritable,
  typeOf,
} from './core-array.js'
import { closed, indexOutOfRange, typeMismatch, unfitType, wrongCoordinates, wrongRow } from './errors.js'
import { sourceOf } from './items.js'
import { elementAt, replaceElement } from './single-elements.js'

/** The flat index of the element with some coordinates. */
export function indexOfCoordinates(array, coordinates) {
  const axes = axesOf(array)
  if (isClosed(array)) throw closed()
  if (axes === undefined) throw wrongCoordinates(1, coordinates.length)
  return axes.indexOf(coordinates, memoryOf(array).length)
}

/** The element at some coordinates, of which the first is apart. */
export const elementByCoordinates = (array, first, others) =>
  elementAt(array, indexOfCoordinates(array, [first, ...others]))

/** Replaces the element at some coordinates, behind which the value is. */
export function replaceByCoordinates(array, given) {
  const value = given.pop()
  replaceElement(array, indexOfCoordinates(array, given), value)
}

export const shapeOf = (array) => axesOf(array)?.shapeOf(memoryOf(array).length) ?? [memoryOf(array).length]

/** The axes that the array has now: undefined for one dimension. */
const axesNow = (array) => (shapeOf(array).length === axesOf(array)?.count ? axesOf(array) : undefined)

export const orderOfAxes = (array) => axesNow(array)?.order ?? 'C'

export const stridesOf = (array) => axesNow(array)?.strides.slice() ?? [1]

/** The axes of an open array whose rows are typed arrays. */
function axesWithRows(array, operation) {
  const axes = axesOf(array)
  requireOpen(array)
  if (axes === undefined) throw typeMismatch(`${operation} needs an array of several dimensions. This array has one`)
  if (axes.order === 'C' && axes.count > 0) return axes
  const reason = axes.count === 0 ? 'no dimension' : "order 'F': save the file with np.ascontiguousarray"
  throw typeMismatch(`${operation} needs an array of several dimensions in order 'C'. This array has ${reason}`)
}

/** A row as a typed array on the mapped memory. */
export function rowAt(array, index) {
  const given = toIndex(index)
  const { rowLength } = axesWithRows(array, 'row')
  const [rows] = shapeOf(array)
  const at = given < 0 ? given + rows : given
  if (!(at >= 0 && at < rows)) throw indexOutOfRange(given, rows)
  return openViewsOf(array).subarray(at * rowLength, (at + 1) * rowLength)
}

/** An iterator of rows. Without a stop it sees rows that are appended meanwhile. */
export function rowsOf(array, start, stop) {
  const [from, to] = [toBound(start, 'start'), toBound(stop, 'stop')]
  axesWithRows(array, 'rows')
  const [rows] = shapeOf(array)
  return rowsFrom(array, clampBound(from, rows, 0), clampBound(to, rows, Infinity))
}

function* rowsFrom(array, first, end) {
  for (let at = first; at < Math.min(shapeOf(array)[0], end); at++) yield rowAt(array, at)
  requireOpen(array)
}

/** What the constructor of scijs' ndarray takes. */
export function ndarrayOf(array) {
  requireOpen(array)
  if (typeOf(array).isObject) throw unfitType('ndarray', 'an array of real numbers or characters', typeOf(array))
  const data = openViewsOf(array).view
  return { data, shape: shapeOf(array), stride: stridesOf(array), offset: 0 }
}

/** Whether a value that is appended has the elements of a row. An element is no iterable object. */
export const isRow = (value) =>
  typeof value === 'object' && value !== null && typeof value[Symbol.iterator] === 'function'

/** Appends exactly one row. */
export function appendRow(array, row) {
  const { rowLength } = axesOf(array)
  const source = sourceOf(array, row, 'row', 1)
  if (isArray(row)) requireOpen(row)
  const count = isArray(row) ? memoryOf(row).length : source.length / typeOf(array).itemsize
  // If the length is fixed, the core says so.
  if (count !== rowLength && rowLength > 0) {
    requireWritable(array, 'append')
    throw wrongRow('The row', `have ${rowLength} elements. Received ${count}`)
  }
  if (isArray(row)) coreOf(array).extend(source)
  else coreOf(array).appendRow(source)
}
