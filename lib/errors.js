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

/** @param {string} [hint] a sentence: what to do instead */
export function invalidArgType(name, expected, value, hint) {
  const message = `The "${name}" argument must be ${expected}. Received ${described(value)}${sentence(hint)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

const sentence = (text) => (text === undefined ? '' : `. ${text}`)

/** For the empty object that a structured clone makes of an array, if the runtime cannot refuse to make one. */
export function emptyHandle() {
  const message =
    'The "handle" argument must be the result of handle(). Received {}, which arrives if an MmapArray is serialized, or is posted on Node.js 20. Send array.handle()'
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** For a list of another length, or a value that is not a list. */
export function invalidList(name, expected, value) {
  const message = `The "${name}" argument must be ${expected}. Received ${describedList(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

function describedList(value) {
  try {
    if (Array.isArray(value)) return `an Array of ${Number(value.length)}`
  } catch {
    // As in `described`.
  }
  return described(value)
}

/** For a value that is not a source of elements. */
export function invalidItems(name, type, value) {
  const length = name === 'init' ? 'a length, ' : ''
  return invalidArgType(name, `${length}an array of ${type.label} or an iterable of its elements`, value)
}

/** What may be written for a type that is no record. */
const typeNames = (typecodes) =>
  `one of ${typecodes.join(', ')}, a name such as float64, f64 or <f8, the constructor of a typed array`

/** A longer text is no name of a type. */
const LONGEST_NAME = 30

/** A value that is no type, and what may be meant by it. */
const describedType = (value) =>
  described(value) + (typeof value === 'string' && value.length <= LONGEST_NAME ? hintOf(value) : '')

/** For a key of an object that the call does not know: a misspelt option or field would otherwise be ignored. */
export function unknownKey(what, key, known) {
  return coded(new TypeError(`Unknown ${what} '${key}'. Expected ${known}`), 'ERR_INVALID_ARG_TYPE')
}

/** For one argument more than a method takes, where a method of the same name in another library takes it. */
export function surplusArgument(operation, taken, value) {
  const message = `${operation} takes ${taken} only. Received one more argument: ${described(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** @param {string} [hint] a sentence: what to do instead */
export function invalidTypecode(typecodes, value, hint) {
  const message = `The "typecode" argument must be ${typeNames(typecodes)} or a record type. Received ${describedType(value)}${sentence(hint)}`
  return coded(new TypeError(message), 'ERR_INVALID_TYPECODE')
}

export function invalidFieldType(field, typecodes, value) {
  return invalidRecordType(
    `the type of the field '${field}' must be ${typeNames(typecodes)} or [type, count] with one of these. Received ${describedType(value)}`,
  )
}

export function invalidRecordType(reason) {
  return coded(new TypeError(`The record type is invalid: ${reason}`), 'ERR_INVALID_RECORD_TYPE')
}

/** For options in the place of a type. */
export function optionsAsType(usage) {
  return invalidRecordType(`the names of its fields are those of options. The type comes before the options: ${usage}`)
}

export function typeMismatch(message) {
  return coded(new TypeError(message), 'ERR_TYPE_MISMATCH')
}

/** For elements of another type than an array's, or than a field's. */
export function elementTypeMismatch(type, found, taker = 'An array') {
  const message = `${taker} of ${type.label} takes elements of the same type only. Received ${found}`
  // Other typed arrays hold bigints, which `from` refuses, or wrap around, which `new MmapArray` refuses.
  const isSimple = /^a (?:Int|Uint|Float)/.test(found) && type.meaning === 'float' && type.View.name.startsWith('Float')
  const convert = isSimple ? `${type.View.name}.from(items)` : 'new MmapArray(type, items)'
  return typeMismatch(`${message}. Convert it first, with ${convert}`)
}

/** For numbers from which an array of characters is to be made, and the other way round. */
export function notConverted(type, other) {
  const message = `An array of ${type.label} cannot be made from one of ${other.label}`
  return typeMismatch(`${message}, because numbers and characters are not converted into each other`)
}

/** For a call that works on some types only. */
export function unfitType(operation, needed, type) {
  return typeMismatch(`${operation} needs ${needed}. This array is of ${type.label}`)
}

/** As Node prints a value that is out of range: strings without quotes, bigints with their n. */
function numeral(value) {
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

const rangeText = (name, requirement, received) =>
  `The value of "${name}" is out of range. It must be ${requirement}. Received ${numeral(received)}`

export function outOfRange(name, requirement, received) {
  return coded(new RangeError(rangeText(name, requirement, received)), 'ERR_OUT_OF_RANGE')
}

export function valueOutOfRange(requirement, received, name = 'value') {
  return coded(new RangeError(rangeText(name, requirement, received)), 'ERR_VALUE_OUT_OF_RANGE')
}

/** @param name of the index, or of a coordinate along an axis of that length */
export function indexOutOfRange(index, length, name = 'index') {
  const requirement = length === 0 ? 'The array is empty' : `It must be >= -${length} and < ${length}`
  const message = `The value of "${name}" is out of range. ${requirement}. Received ${index}`
  return coded(new RangeError(message), 'ERR_INDEX_OUT_OF_RANGE')
}

/**
 * @param axes the number of axes that the array has
 * @param received the number of coordinates
 */
export function wrongCoordinates(axes, received) {
  const accepted = axes > 1 ? `one flat index, or ${axes} coordinates: one for each axis` : 'one index'
  const dimensions = ['no dimension', 'one dimension'][axes] ?? `${axes} dimensions`
  const message = `get and set of an array of ${dimensions} take ${accepted}. Received ${received} coordinates`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** For a number of elements, or an index, that does not end with a whole row. */
export function partialRow(name, rowLength, received) {
  const requirement = `a multiple of ${rowLength}, the number of elements in a row`
  return coded(new RangeError(rangeText(name, requirement, received)), 'ERR_PARTIAL_ROW')
}

/** For a list in the place of a row, or of the elements along another axis. */
export function wrongRow(list, rule) {
  return coded(new RangeError(`${list} must ${rule}`), 'ERR_PARTIAL_ROW')
}

export function valueNotFound(value) {
  return coded(new Error(`The value was not found in the array. Received ${described(value)}`), 'ERR_VALUE_NOT_FOUND')
}

export function closed(what = 'array') {
  return coded(new Error(`The ${what} is closed`), 'ERR_CLOSED')
}

export function busy(operation) {
  const message = `The array is busy: ${operation} must wait for the pending asynchronous call on its elements. Await that promise first`
  return coded(new Error(message), 'ERR_BUSY')
}

/** For a follower whose file has become shorter than what it has given. */
export function truncatedFile(length, next) {
  const message = `The file was truncated to ${length} elements, and the follower is at element ${next}`
  return coded(
    new Error(`${message}. Pass truncated: 'restart' to begin again at the first element`),
    'ERR_MEMORY_FAULT',
  )
}

/** For a follower that is to begin beyond the end of the file. */
export function beyondFile(length, next) {
  const message = `The file has ${length} elements, so the follower cannot begin at element ${next}`
  return coded(new Error(`${message}. Pass truncated: 'restart' to begin at the first element`), 'ERR_MEMORY_FAULT')
}

/** For a file that is missing, and that these flags do not make. */
export function missingFile(cause) {
  const message = `${cause.message}. The option { flags: 'w+' } makes a new file`
  return Object.assign(new Error(message), cause)
}

export function noPath() {
  const message = 'reopen needs an array with a path. This one is in anonymous memory, or was opened from a descriptor'
  return coded(new Error(message), 'ERR_NO_PATH')
}

export function handleVersion(received, readable) {
  const message = `The handle has version ${received}, but this package reads version ${readable}. Install the same version of mmap-array on both sides`
  return coded(new Error(message), 'ERR_HANDLE_VERSION')
}

export function unsupportedRuntime(feature) {
  return coded(new Error(`This runtime has no ${feature}`), 'ERR_UNSUPPORTED_RUNTIME')
}

export function outOfMemory(bytes) {
  return coded(new RangeError(`A copy of ${bytes} bytes does not fit into memory`), 'ENOMEM')
}
