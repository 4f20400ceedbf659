// Sums, extremes, and searches for a value: among all elements, or in one field of each record.

import { toBound } from './arguments.js'
import { codecFor } from './codecs.js'
import { coreOf, requireOpen } from './core-array.js'
import { typeMismatch } from './errors.js'
import { subjectOf } from './field-options.js'

/** The bounds of a range, as the core takes them. Spread into its calls, they would cost 0.2 us. */
const toRange = (start, stop) => [toBound(start, 'start') ?? 0, toBound(stop, 'stop') ?? Infinity]

/**
 * The value that the core compares elements or a field with, and the number of the field.
 * @returns {{ needle: unknown, number?: number }} the needle is undefined if nothing can equal the value
 */
function needleFor(array, value, options, operation) {
  const { type, number } = subjectOf(array, options, operation)
  if (number !== undefined && type.isObject) {
    throw typeMismatch(`${operation} needs a field of one real number or one character. The field is of ${type.label}`)
  }
  const needle = codecFor(type).needle(value)
  requireOpen(array)
  return { needle, number }
}

/** The number of elements of a range, or of values of a field, that equal a value. */
export function count(array, value, start, stop, options) {
  const [first, last] = toRange(start, stop)
  const { needle, number } = needleFor(array, value, options, 'count')
  return needle === undefined ? 0 : coreOf(array).count(needle, first, last, number)
}

/** The index of the first element, or of the first value of a field, that equals a value; -1 if there is none. */
export function find(array, value, start, stop, options) {
  const [first, last] = toRange(start, stop)
  const { needle, number } = needleFor(array, value, options, 'index')
  return needle === undefined ? -1 : coreOf(array).index(needle, first, last, number)
}

/** The sum of a range: a number, or a bigint; an object for complex numbers. */
export function sum(array, start, stop, options) {
  const [first, last] = toRange(start, stop)
  const { type, number } = subjectOf(array, options, 'sum')
  requireOpen(array)
  if (type.meaning === 'character') throw typeMismatch(`sum needs numbers. Received characters, of ${type.label}`)
  const found = coreOf(array).sum(first, last, number)
  return type.meaning === 'complex' ? { re: found[0], im: found[1] } : found
}

/**
 * The least or the greatest element of a range, or value of a field.
 * @param {'min' | 'max'} which
 */
export function extreme(array, which, start, stop, options) {
  const [first, last] = toRange(start, stop)
  const { type, number } = subjectOf(array, options, which)
  return codecFor(type).present(coreOf(array)[which](first, last, number))
}
