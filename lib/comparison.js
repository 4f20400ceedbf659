// Elements compared by exact mathematical value, numbers and bigints alike; characters by code point.

import { typeMismatch } from './errors.js'

const isNumeric = (value) => typeof value === 'number' || typeof value === 'bigint'

/** Whether a value has a length and elements; a string does not count. */
export function isArrayLike(value) {
  return typeof value === 'object' && value !== null && Number.isInteger(value.length) && value.length >= 0
}

/** NaN equals nothing. */
export function equalValues(a, b) {
  if (isNumeric(a) && isNumeric(b)) {
    // `==` compares a number with a bigint exactly; both are known to be one or the other.
    // oxlint-disable-next-line eqeqeq
    return a == b
  }
  return typeof a === 'string' && a === b
}

/**
 * -1, 0 or 1; NaN where a NaN decides.
 * @throws {TypeError} ERR_TYPE_MISMATCH for a character and a number, and for what is neither
 */
export function compareValues(a, b) {
  if (typeof a === 'string' && typeof b === 'string') return Math.sign(a.codePointAt(0) - b.codePointAt(0))
  if (!isNumeric(a) || !isNumeric(b)) {
    throw typeMismatch(`Characters have no order among numbers, nor among anything else: ${typeof a} and ${typeof b}`)
  }
  if (a < b) return -1
  if (a > b) return 1
  return equalValues(a, b) ? 0 : NaN
}
