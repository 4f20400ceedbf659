// Items that a caller hands in, on their way to the core: another array of the same type as it is, everything else as bytes.

import { isAnyArrayBuffer } from 'node:util/types'
import { bytesOf, isMemory, isOwnView } from './buffers.js'
import { isArray, requireWritable, typeOf } from './core-array.js'
import { elementTypeMismatch, invalidArgType } from './errors.js'
import { stage } from './staging.js'

/**
 * Elements of an array's own type that lie in memory: another array, or a typed array.
 * @returns {'array' | 'memory' | undefined} undefined for anything else
 * @throws {TypeError} ERR_TYPE_MISMATCH for elements of another type
 */
export function kindOf(array, items) {
  const type = typeOf(array)
  if (isArray(items)) {
    const other = typeOf(items)
    if (other !== type) throw elementTypeMismatch(type, `one of typecode '${other.code}'`)
    return 'array'
  }
  if (!isMemory(items)) return undefined
  if (!isOwnView(type, items)) throw elementTypeMismatch(type, `a ${items[Symbol.toStringTag]}`)
  return 'memory'
}

/**
 * Passes items to the core. Elements of an iterable before a bad one are passed before its error is thrown.
 * @param {{ array: (array) => void, bytes: (bytes: Uint8Array) => void }} to
 */
export function passItems(array, items, to) {
  if (passMemory(array, items, to, 'items')) return
  requireWritable(array)
  const { bytes, failure } = stage(array, items)
  if (bytes.length > 0 || failure === undefined) to.bytes(bytes)
  if (failure !== undefined) throw failure.error
}

/** The same, but all of the elements or none; `name` is the argument's, for the error about it. */
export function passAllItems(array, items, to, name) {
  if (passMemory(array, items, to, name)) return
  requireWritable(array)
  to.bytes(bytesOf(collect(array, items, name)))
}

function passMemory(array, items, to, name) {
  const kind = kindOf(array, items)
  if (kind === 'array') to.array(items)
  if (kind === 'memory') to.bytes(bytesOf(items, name))
  return kind !== undefined
}

/** Items as they are if they lie in memory. Else all of them, collected first, since that runs code of the user's. */
export function collectItems(array, items, name) {
  return isMemory(items) || isArray(items) ? items : collect(array, items, name)
}

/** All the elements of an iterable, as a typed array of the array's own kind. */
function collect(array, iterable, name) {
  const { bytes, failure } = stage(array, iterable, name)
  if (failure !== undefined) throw failure.error
  const { View } = typeOf(array)
  return new View(bytes.buffer, 0, bytes.length / View.BYTES_PER_ELEMENT)
}

/**
 * The constructor's initializer: as extend, but arrays of other types are taken element by element. If it fails, the array is
 * closed. `methods` are the class's own, whatever a subclass has made of them.
 */
export function initialize(methods, array, init) {
  if (init === undefined) return
  try {
    addInitial(methods, array, init)
  } catch (error) {
    methods.close.call(array)
    throw error
  }
}

function addInitial(methods, array, init) {
  const type = typeOf(array)
  const other = isArray(init) ? typeOf(init) : undefined
  const isText = type.meaning === 'character'
  if (typeof init === 'string') {
    if (!isText) throw invalidArgType('init', `no string, for typecode '${type.code}'`, init)
    methods.fromunicode.call(array, init)
  } else if (isAnyArrayBuffer(init)) {
    methods.frombytes.call(array, init)
  } else if (other !== undefined && other !== type) {
    if ((other.meaning === 'character') !== isText) throw elementTypeMismatch(type, `one of typecode '${other.code}'`)
    methods.extend.call(array, init.values())
  } else if (isMemory(init) && !isOwnView(type, init)) {
    bytesOf(init, 'init')
    methods.extend.call(array, init.values())
  } else {
    methods.extend.call(array, init)
  }
}
