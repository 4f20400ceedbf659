// The errors that JavaScript itself finds: its own classes, with a stable `code`. The core throws the rest.

import { inspect } from 'node:util'
import { hintOf } from './type-hints.js'

/** A wrong value in Node's words. */
export function described(value) {
  try {
    return description(value)
  } catch {
    // A getter or printer of the user threw. The error is still about the value.
    return `type ${typeof value}`
  }
}

function description(value) {
  if (value === null || value === undefined) return `${value}`
  if (typeof value === 'function') return `function ${value.name || '<anonymous>'}`
  if (typeof value === 'object') {
    const name = value.constructor?.name
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 })
  }
  const text = inspect(value, { colors: false, maxStringLength: 25 })
  return `type ${typeof value} (${text})`
}

function coded(error, code) {
  error.code = code
  return error
}

export function invalidArgType(name, expected, value) {
  const message = `The "${name}" argument must be ${expected}. Received ${described(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** What may be written for a type that is no record. */
const typeNames = (typecodes) =>
  `one of ${typecodes.join(', ')}, a name such as float64, f64 or <f8, or the constructor of a typed array`

/** A longer text is no name of a type. */
const LONGEST_NAME = 30

/** A value that is no type, and what may be meant by it. */
const describedType = (value) =>
  described(value) + (typeof value === 'string' && value.length <= LONGEST_NAME ? hintOf(value) : '')

export function invalidTypecode(typecodes, value) {
  const message = `The "typecode" argument must be a record type, or ${typeNames(typecodes)}. Received ${describedType(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_TYPECODE')
}

export function invalidFieldType(field, typecodes, value) {
  return invalidRecordType(
    `the type of the field '${field}' must be ${typeNames(typecodes)}, or [type, count] with one of these. Received ${describedType(value)}`,
  )
}

export function invalidRecordType(reason) {
  return coded(new TypeError(`The record type is invalid: ${reason}`), 'ERR_INVALID_RECORD_TYPE')
}

export function typeMismatch(message) {
  return coded(new TypeError(message), 'ERR_TYPE_MISMATCH')
}

/** For elements of another type than an array's, or than a field's. */
export function elementTypeMismatch(type, found, taker = 'An array') {
  return typeMismatch(`${taker} of ${type.label} takes elements of the same type only. Received ${found}`)
}

/** As Node prints a value that is out of range: strings without quotes, bigints with their n. */
function numeral(value) {
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

export function outOfRange(name, requirement, received) {
  const message = `The value of "${name}" is out of range. It must be ${requirement}. Received ${numeral(received)}`
  return coded(new RangeError(message), 'ERR_OUT_OF_RANGE')
}

export function valueOutOfRange(requirement, received, name = 'value') {
  const message = `The value of "${name}" is out of range. It must be ${requirement}. Received ${numeral(received)}`
  return coded(new RangeError(message), 'ERR_VALUE_OUT_OF_RANGE')
}

/** @param name of the index, or of a coordinate along an axis of that length */
export function indexOutOfRange(index, length, name = 'index') {
  const requirement = length === 0 ? 'The array is empty' : `It must be >= -${length} and < ${length}`
  const message = `The value of "${name}" is out of range. ${requirement}. Received ${index}`
  return coded(new RangeError(message), 'ERR_INDEX_OUT_OF_RANGE')
}

/** @param axes how many the array has */
export function wrongCoordinates(axes) {
  const ways = axes === 1 ? 'one index, because this array has one dimension' : waysOf(axes)
  return coded(
    new TypeError(`get and set take ${ways}. Received another number of coordinates`),
    'ERR_INVALID_ARG_TYPE',
  )
}

const waysOf = (axes) =>
  axes === 0
    ? 'a flat index, because this array has no dimension'
    : `a flat index, or a coordinate for each of the ${axes} axes of this array`

export function partialRow(message) {
  return coded(new RangeError(message), 'ERR_PARTIAL_ROW')
}

export function valueNotFound(value) {
  return coded(new Error(`The value is not in the array. Received ${described(value)}`), 'ERR_VALUE_NOT_FOUND')
}

export function closed(what = 'array') {
  return coded(new Error(`The ${what} is closed`), 'ERR_CLOSED')
}

export function busy(operation) {
  const message = `The array is busy: ${operation} must wait until the pending asynchronous call on its elements has finished`
  return coded(new Error(message), 'ERR_BUSY')
}

/** For a follower whose file has become shorter than what it has given, or was asked to begin with. */
export function truncatedFile(length, next) {
  const message = `The file was truncated to ${length} elements, and element ${next} is the next one to give`
  return coded(new Error(message), 'ERR_MEMORY_FAULT')
}

export function noPath() {
  const message = 'The array has no path: it is in anonymous memory, or was opened by a descriptor'
  return coded(new Error(message), 'ERR_NO_PATH')
}

export function handleVersion(received, readable) {
  const message = `The handle has version ${received}, and this package reads version ${readable}: install the same version of mmap-array on both sides`
  return coded(new Error(message), 'ERR_HANDLE_VERSION')
}

export function unsupportedRuntime(feature) {
  return coded(new Error(`This runtime has no ${feature}`), 'ERR_UNSUPPORTED_RUNTIME')
}

export function outOfMemory(bytes) {
  return coded(new RangeError(`A copy of ${bytes} bytes does not fit into memory`), 'ENOMEM')
}
