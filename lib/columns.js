// One field of many records: columns as typed arrays, and the calls with { field } that are no search.

import { toBound, toIndex } from './arguments.js'
import { allocate, bytesOf } from './buffers.js'
import { codecFor } from './codecs.js'
import { codecOf, coreOf, memoryOf, requireOpen, typeOf } from './core-array.js'
import { invalidArgType, outOfRange, typeMismatch } from './errors.js'
import { subjectOf } from './field-options.js'
import { sourceInMemory } from './items.js'
import { fieldNamed } from './record-types.js'

const NO_BYTES = new Uint8Array(0)

/** The bounds of a range, as the core takes them. */
const toBounds = (start, stop) => [toBound(start, 'start'), toBound(stop, 'stop')]

/** A typed array of the values of a field. */
export function column(array, name, start, stop) {
  const { number, type, count = 1 } = fieldNamed(typeOf(array), name)
  const bounds = toBounds(start, stop)
  const records = coreOf(array).sliceLength(...bounds)
  const { View, itemsize } = type
  const values = allocate(View, (records * count * itemsize) / View.BYTES_PER_ELEMENT)
  coreOf(array).column(number, bytesOf(values), ...bounds)
  return values
}

/** Stores values in a field of the records from an index on. */
export function setColumn(array, name, values, start = 0) {
  const field = fieldNamed(typeOf(array), name)
  const first = toIndex(start, 'start')
  const source = sourceInMemory(field.type, values, 'values', `The field '${name}'`) ?? collected(array, field, values)
  coreOf(array).setColumn(field.number, source, fromStart(array, first))
}

/** An index from the start, for one that may count from the end. */
function fromStart(array, index) {
  const { length } = memoryOf(array)
  if (index >= -length) return index < 0 ? index + length : index
  throw outOfRange('start', `>= -${length}, the number of records`, index)
}

/** The bytes of all the values of an iterable. */
function collected(array, { number, name, type, count = 1 }, values) {
  if (values === null || values === undefined || typeof values[Symbol.iterator] !== 'function') {
    throw invalidArgType(
      'values',
      `a typed array of ${type.label} or an iterable of values of the field '${name}'`,
      values,
    )
  }
  // Throws what the call would throw, before code of the user runs.
  coreOf(array).setColumn(number, NO_BYTES, 0)
  const { check, write } = codecOf(array).fields[number]
  const checked = Array.from(values, (value) => check(value))
  const size = count * type.itemsize
  const bytes = allocate(Uint8Array, checked.length * size)
  const data = new DataView(bytes.buffer)
  for (const [at, value] of checked.entries()) write(data, at * size, value)
  return bytes
}

/**
 * The value that the core compares elements or a field with, and the number of the field.
 * @returns {[needle: unknown, number?: number]} the needle is undefined if nothing can equal the value
 */
function needleFor(array, value, options, operation) {
  const { type, number } = subjectOf(array, options, operation)
  if (number !== undefined && type.isObject) {
    throw typeMismatch(`${operation} needs a field of one number or one character, not of ${type.label}`)
  }
  const needle = codecFor(type).needle(value)
  requireOpen(array)
  return [needle, number]
}

/** The number of elements of a range, or of values of a field, that equal a value. */
export function count(array, value, start, stop, options) {
  const bounds = toBounds(start, stop)
  const [needle, number] = needleFor(array, value, options, 'count')
  return needle === undefined ? 0 : coreOf(array).count(needle, ...bounds, number)
}

/** The index of the first element, or of the first value of a field, that equals a value; -1 if there is none. */
export function find(array, value, start, stop, options) {
  const [first, last] = [toBound(start, 'start') ?? 0, toBound(stop, 'stop') ?? Infinity]
  const [needle, number] = needleFor(array, value, options, 'index')
  return needle === undefined ? -1 : coreOf(array).index(needle, first, last, number)
}

/** The sum of a range: a number, or a bigint; an object for complex numbers. */
export function sum(array, start, stop, options) {
  const bounds = toBounds(start, stop)
  const { type, number } = subjectOf(array, options, 'sum')
  requireOpen(array)
  if (type.meaning === 'character') throw typeMismatch(`There is no sum of characters (${type.label})`)
  const found = coreOf(array).sum(...bounds, number)
  return type.meaning === 'complex' ? { re: found[0], im: found[1] } : found
}

/**
 * The least or the greatest element of a range, or value of a field.
 * @param {'min' | 'max'} which
 */
export function extreme(array, which, start, stop, options) {
  const bounds = toBounds(start, stop)
  const { type, number } = subjectOf(array, options, which)
  return codecFor(type).present(coreOf(array)[which](...bounds, number))
}
