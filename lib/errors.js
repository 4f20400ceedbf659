// The errors that JavaScript itself finds: its own classes, with a stable `code`. The core throws the rest.

import { inspect } from 'node:util'

/** What a wrong value was, in Node's words. */
export function described(value) {
  if (value === null || value === undefined) return `${value}`
  if (typeof value === 'function') return `function ${value.name || '<anonymous>'}`
  if (typeof value === 'object') {
    const name = constructorName(value)
    return name === undefined ? inspect(value, { depth: -1 }) : `an instance of ${name}`
  }
  const text = inspect(value, { colors: false, maxStringLength: 25 })
  return `type ${typeof value} (${text})`
}

function constructorName(value) {
  try {
    return value.constructor?.name || undefined
  } catch {
    // A getter of the user's threw; the description does without the name.
    return undefined
  }
}

function coded(error, code) {
  error.code = code
  return error
}

export function invalidArgType(name, expected, value) {
  const message = `The "${name}" argument must be ${expected}. Received ${described(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

export function invalidTypecode(typecodes, value) {
  const message = `The "typecode" argument must be one of ${typecodes}, or the constructor of a typed array. Received ${described(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_TYPECODE')
}

export function typeMismatch(message) {
  return coded(new TypeError(message), 'ERR_TYPE_MISMATCH')
}

export function outOfRange(name, requirement, received) {
  const message = `The value of "${name}" is out of range. It must be ${requirement}. Received ${String(received)}`
  return coded(new RangeError(message), 'ERR_OUT_OF_RANGE')
}

export function valueOutOfRange(requirement, received) {
  const message = `The value of "value" is out of range. It must be ${requirement}. Received ${String(received)}`
  return coded(new RangeError(message), 'ERR_VALUE_OUT_OF_RANGE')
}

export function indexOutOfRange(index, length) {
  const requirement = length === 0 ? 'The array is empty' : `It must be >= -${length} and < ${length}`
  const message = `The value of "index" is out of range. ${requirement}. Received ${index}`
  return coded(new RangeError(message), 'ERR_INDEX_OUT_OF_RANGE')
}

export function valueNotFound(value) {
  return coded(new Error(`${inspect(value, { depth: 0 })} is not in the array`), 'ERR_VALUE_NOT_FOUND')
}

export function closed() {
  return coded(new Error('The array is closed'), 'ERR_CLOSED')
}

export function outOfMemory(bytes) {
  return coded(new RangeError(`A copy of ${bytes} bytes does not fit into memory`), 'ENOMEM')
}
