// Items that a caller passes, in the form that the core takes: another array of the same type, or bytes.

import { isAnyArrayBuffer } from 'node:util/types'
import { bytesOf, isMemory, isOwnView } from './buffers.js'
import { axesOf, coreOf, isArray, memoryOf, requireWritable, typeOf } from './core-array.js'
import { invalidItems, notConverted, outOfRange } from './errors.js'
import { sourceInMemory } from './sources.js'
import { stage } from './staging.js'

/**
 * Appends items. Elements of an iterable before a bad one are appended before its error is thrown, unless the array has several
 * dimensions: they would leave part of a row.
 */
export function extend(array, items, name = 'items') {
  const core = coreOf(array)
  const source = sourceInMemory(typeOf(array), items, name)
  if (isArray(items)) return core.extend(source)
  if (source !== undefined) return core.frombytes(source)
  requireWritable(array)
  const { bytes, failure } = stage(array, items, name)
  if (failure !== undefined && axesOf(array) !== undefined) {
    // The length of such an array is fixed. The error of the core says so.
    if (axesOf(array).order === 'F') core.frombytes(new Uint8Array(typeOf(array).itemsize))
    throw failure.error
  }
  if (bytes.length > 0 || failure === undefined) core.frombytes(bytes)
  if (failure !== undefined) throw failure.error
}

/**
 * Items for the core: the core of another array, or bytes. Throws for a bad item.
 * @param axis that the items are along, if the array has several: 1 for those of one row
 */
export function sourceOf(array, items, name, axis = 0) {
  const source = sourceInMemory(typeOf(array), items, name)
  if (source !== undefined) return source
  requireWritable(array, name === 'row' ? 'append' : 'extend')
  return collect(array, items, name, axis)
}

/**
 * The bytes of all the elements of an iterable.
 * @param axis that its items are along, if the array has several
 */
export function collect(array, iterable, name, axis = 0) {
  const { bytes, failure } = stage(array, iterable, name, axis)
  if (failure !== undefined) throw failure.error
  return bytes
}

/**
 * The constructor's initializer: as extend, but arrays of other types are taken element by element. A length was used when the
 * array was opened. If it fails, the array is closed. `methods` are those of the class itself, even if a subclass overrides them.
 * @param count that the option `shape` says, if it does
 */
export function initialize(methods, array, init, count) {
  if (init === undefined || typeof init === 'number') return
  try {
    addInitial(methods, array, init)
    const { length } = memoryOf(array)
    if (length !== (count ?? length)) throw outOfRange('init', `${count} elements long, as options.shape says`, length)
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
    if (!isText) throw invalidItems('init', type, init)
    methods.fromunicode.call(array, init)
  } else if (isAnyArrayBuffer(init)) {
    methods.frombytes.call(array, init)
  } else if (other !== undefined && other.key !== type.key) {
    if ((other.meaning === 'character') !== isText) throw notConverted(type, other)
    methods.extend.call(array, init.values())
  } else if (isMemory(init) && !isOwnView(type, init)) {
    bytesOf(init, 'init')
    methods.extend.call(array, init.values())
  } else {
    extend(array, init, 'init')
  }
}
