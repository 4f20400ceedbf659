// Items that a caller passes, in the form that the core takes: another array of the same type, or bytes.

import { isAnyArrayBuffer } from 'node:util/types'
import { bytesOf, isMemory, isOwnView } from './buffers.js'
import { coreOf, isArray, requireWritable, typeOf } from './core-array.js'
import { elementTypeMismatch, invalidArgType } from './errors.js'
import { stage } from './staging.js'

/**
 * Items that are in memory and have a type: the core of an array, or the bytes of a typed array.
 * @param taker what takes them, for errors
 * @returns undefined for all other items
 * @throws {TypeError} ERR_TYPE_MISMATCH for elements of another type
 */
export function sourceInMemory(type, items, name, taker) {
  if (isArray(items)) {
    const other = typeOf(items)
    if (other.key !== type.key) throw elementTypeMismatch(type, `one of ${other.label}`, taker)
    return coreOf(items)
  }
  if (!isMemory(items)) return undefined
  if (!isOwnView(type, items)) throw elementTypeMismatch(type, `a ${items[Symbol.toStringTag]}`, taker)
  return bytesOf(items, name)
}

/** Appends items. Elements of an iterable before a bad one are appended before its error is thrown. */
export function extend(array, items, name = 'items') {
  const core = coreOf(array)
  const source = sourceInMemory(typeOf(array), items, name)
  if (isArray(items)) return core.extend(source)
  if (source !== undefined) return core.frombytes(source)
  requireWritable(array)
  const { bytes, failure } = stage(array, items, name)
  if (bytes.length > 0 || failure === undefined) core.frombytes(bytes)
  if (failure !== undefined) throw failure.error
}

/** Items for the core: the core of another array, or bytes. Throws for a bad item. */
export function sourceOf(array, items, name) {
  const source = sourceInMemory(typeOf(array), items, name)
  if (source !== undefined) return source
  requireWritable(array)
  return collect(array, items, name)
}

/** The bytes of all the elements of an iterable. */
export function collect(array, iterable, name) {
  const { bytes, failure } = stage(array, iterable, name)
  if (failure !== undefined) throw failure.error
  return bytes
}

/**
 * The constructor's initializer: as extend, but arrays of other types are taken element by element. A length was used when the
 * array was opened. If it fails, the array is closed. `methods` are those of the class itself, even if a subclass overrides them.
 */
export function initialize(methods, array, init) {
  if (init === undefined || typeof init === 'number') return
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
    if (!isText) throw invalidArgType('init', `other than a string, for ${type.label}`, init)
    methods.fromunicode.call(array, init)
  } else if (isAnyArrayBuffer(init)) {
    methods.frombytes.call(array, init)
  } else if (other !== undefined && other.key !== type.key) {
    if ((other.meaning === 'character') !== isText) throw elementTypeMismatch(type, `one of ${other.label}`)
    methods.extend.call(array, init.values())
  } else if (isMemory(init) && !isOwnView(type, init)) {
    bytesOf(init, 'init')
    methods.extend.call(array, init.values())
  } else {
    extend(array, init, 'init')
  }
}
