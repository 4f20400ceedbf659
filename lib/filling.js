// What arrays are filled with, on its way to the core: another array of the same type as it is, everything else as bytes.

import { isAnyArrayBuffer } from 'node:util/types'
import { invalidArgType } from './errors.js'
import * as sources from './sources.js'

/**
 * Elements of an array's own type that lie in memory: another array, or a typed array.
 * @returns {'array' | 'memory' | undefined} undefined for anything else
 * @throws {TypeError} ERR_TYPE_MISMATCH for elements of another type
 */
export function kindOf(access, array, items) {
  const [type, other] = [access.typeOf(array), access.typeOf(items)]
  if (other !== undefined) {
    if (other !== type) throw sources.otherType(type, `one of typecode '${other.code}'`)
    return 'array'
  }
  if (!sources.isMemory(items)) return undefined
  if (!sources.isOwnView(type, items)) throw sources.otherType(type, `a ${items[Symbol.toStringTag]}`)
  return 'memory'
}

/**
 * Hands items to the core. Elements of an iterable before a bad one are handed over before its error is thrown.
 * @param {{ array: (array) => void, bytes: (bytes: Uint8Array) => void }} to
 */
export function handOver(access, array, items, to) {
  if (handOverMemory(access, array, items, to)) return
  access.requireChangeable(array)
  const { bytes, failure } = sources.stage(access.typeOf(array), access.codecOf(array), items)
  if (bytes.length > 0 || failure === undefined) to.bytes(bytes)
  if (failure !== undefined) throw failure.error
}

/** The same, but all of the elements or none; `name` is the argument's, for the error about it. */
export function handOverAll(access, array, items, to, name) {
  if (handOverMemory(access, array, items, to, name)) return
  access.requireChangeable(array)
  to.bytes(sources.bytesOf(staged(access, array, items, name)))
}

function handOverMemory(access, array, items, to, name = 'items') {
  const kind = kindOf(access, array, items)
  if (kind === 'array') to.array(items)
  if (kind === 'memory') to.bytes(sources.bytesOf(items, name))
  return kind !== undefined
}

/** Items as they are where they lie in memory; else all of them taken in, since that runs code of their user's. */
export function takenIn(access, array, items, name) {
  const isThere = sources.isMemory(items) || access.typeOf(items) !== undefined
  return isThere ? items : staged(access, array, items, name)
}

/** All the elements of an iterable, as a typed array of the array's own kind. */
function staged(access, array, iterable, name) {
  const type = access.typeOf(array)
  const { bytes, failure } = sources.stage(type, access.codecOf(array), iterable, name)
  if (failure !== undefined) throw failure.error
  return new type.View(bytes.buffer, 0, bytes.length / type.View.BYTES_PER_ELEMENT)
}

/** The constructor's initializer: as extend, but arrays of other types are taken element by element. */
export function initialize(access, methods, array, init) {
  const [type, other] = [access.typeOf(array), access.typeOf(init)]
  const isText = type.meaning === 'character'
  if (typeof init === 'string') {
    if (!isText) throw invalidArgType('init', `no string, for typecode '${type.code}'`, init)
    methods.fromunicode.call(array, init)
  } else if (isAnyArrayBuffer(init)) {
    methods.frombytes.call(array, init)
  } else if (other !== undefined && other !== type) {
    if ((other.meaning === 'character') !== isText) throw sources.otherType(type, `one of typecode '${other.code}'`)
    methods.extend.call(array, init.values())
  } else if (sources.isMemory(init) && !sources.isOwnView(type, init)) {
    sources.bytesOf(init, 'init')
    methods.extend.call(array, init.values())
  } else {
    methods.extend.call(array, init)
  }
}
