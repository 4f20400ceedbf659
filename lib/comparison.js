// Compares arrays and elements: numbers and bigints by exact mathematical value, characters by code point.

import { inspect } from 'node:util'
import { isOwnView } from './buffers.js'
import { characterAt, quietly } from './characters.js'
import { codecOf, coreOf, isArray, requireOpen, typeOf } from './core-array.js'
import { isOneCharacter } from './elements.js'
import { invalidArgType, typeMismatch, unfitType } from './errors.js'
import { equalScalars, isNumeric } from './fields.js'

/** Whether a value has a length and elements. A string does not count. */
function isArrayLike(value) {
  return typeof value === 'object' && value !== null && Number.isInteger(value.length) && value.length >= 0
}

/** How elements of two arrays are compared: by the type whose elements are objects, if there is one. */
function equalityOf(array, other) {
  if (typeOf(array).isObject) return codecOf(array).equals
  if (!isArray(other) || !typeOf(other).isObject) return equalScalars
  const { equals } = codecOf(other)
  return (value, element) => equals(element, value)
}

const differentKinds = (ours, theirs) =>
  typeMismatch(`compare needs numbers on both sides, or characters on both. Received ${ours} and ${theirs}`)

/**
 * -1, 0 or 1 for the order of two values. NaN if one of them is NaN.
 * @throws {TypeError} ERR_TYPE_MISMATCH for a character and a number, and for other values
 */
function compareValues(a, b) {
  if (typeof a === 'string' && typeof b === 'string') {
    for (const text of [a, b]) {
      if (!isOneCharacter(text))
        throw typeMismatch(
          `compare needs strings of one character each. Received ${inspect(text, { maxStringLength: 25 })}`,
        )
    }
    return Math.sign(a.codePointAt(0) - b.codePointAt(0))
  }
  if (!isNumeric(a) || !isNumeric(b)) throw differentKinds(typeof a, typeof b)
  if (a < b) return -1
  if (a > b) return 1
  return equalScalars(a, b) ? 0 : NaN
}

/** Whether an array has the elements of another array or array-like. */
export function areEqual(array, other) {
  requireOpen(array)
  if (isArray(other)) requireOpen(other)
  if (!isArrayLike(other)) return false
  const { length } = array
  if (other.length !== length) return false
  if (isArray(other) && typeOf(other).key === typeOf(array).key) {
    return coreOf(array).firstDifference(coreOf(other)) < 0
  }
  const equals = equalityOf(array, other)
  const ours = quietReaderOf(array, array)
  const theirs = quietReaderOf(array, other)
  for (let index = 0; index < length; index++) {
    const value = theirs(index)
    // A getter of the other may have changed the array. A getter of the value runs after the element was read.
    if (array.length !== length || !equals(ours(index), value)) return false
  }
  return true
}

function requireOrder(array) {
  if (typeOf(array).isObject) throw unfitType('compare', 'arrays of real numbers or characters', typeOf(array))
}

/** -1, 0 or 1 for the order of two arrays. NaN if the first difference is a NaN. */
export function orderOf(array, other) {
  requireOpen(array)
  requireOrder(array)
  if (!isArrayLike(other)) throw invalidArgType('other', 'an array', other)
  const shorter = Math.min(array.length, other.length)
  const theirs = readerOf(array, other)
  let index = 0
  if (isArray(other)) {
    const [type, theirType] = [typeOf(array), typeOf(other)]
    requireOpen(other)
    requireOrder(other)
    if (theirType.key === type.key) {
      const different = coreOf(array).firstDifference(coreOf(other))
      index = different < 0 ? shorter : different
    } else if (shorter > 0 && (theirType.meaning === 'character') !== (type.meaning === 'character')) {
      throw differentKinds(type.label, theirType.label)
    }
  }
  for (; index < shorter; index++) {
    const value = theirs(index)
    // A getter of the other may have changed the array.
    if (index >= array.length) break
    const order = compareValues(array.get(index), value)
    if (order !== 0) return order
  }
  return Math.sign(array.length - other.length)
}

/** A function that reads an array-like. A typed array of the array's own kind is read as its elements. */
function readerOf(array, other) {
  if (isArray(other)) return (index) => other.get(index)
  const { decode } = codecOf(array)
  if (decode !== null && isOwnView(typeOf(array), other)) return (index) => decode(other[index])
  return (index) => other[index]
}

/** The same, but without an error for an element that is not a character, or a record with one that is not: it equals nothing. */
function quietReaderOf(array, other) {
  const type = typeOf(isArray(other) ? other : array)
  const read = readerOf(array, other)
  if (type.fields?.some((field) => field.type.meaning === 'character')) return (index) => quietly(() => read(index))
  if (type.meaning !== 'character') return read
  return isArray(other) ? (index) => characterAt(other, index) : (index) => quietly(() => read(index))
}
