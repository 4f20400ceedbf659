// Buffers and typed arrays of the runtime's own: as memory for results, and as bytes that users hand in.

import { isAnyArrayBuffer, isTypedArray } from 'node:util/types'
import { requireAvailable } from '../native.js'
import { invalidArgType, outOfMemory } from './errors.js'

const valuesOf = Object.getPrototypeOf(Int8Array.prototype).values
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Int8Array.prototype), Symbol.toStringTag).get

/** The core asks the system about no fewer bytes: that takes a tenth of a millisecond. */
const MUCH = 2 ** 26

/**
 * A typed array of `length` elements.
 * @throws {Error} ENOMEM if that much memory is not free. The runtime would reserve it, and the process would be killed while it
 * fills the array.
 */
export function allocate(View, length) {
  const bytes = length * View.BYTES_PER_ELEMENT
  if (bytes >= MUCH) requireAvailable(bytes)
  try {
    return new View(length)
  } catch {
    throw outOfMemory(bytes)
  }
}

/** Shared memory of the runtime's own. */
export function allocateShared(bytes, options) {
  try {
    return new SharedArrayBuffer(bytes, options)
  } catch {
    throw outOfMemory(bytes)
  }
}

/** Whether a value is a typed array of a type's own kind, whichever class or realm it comes from. */
export function isOwnView(type, value) {
  return isTypedArray(value) && kindOf.call(value) === type.View.name
}

/** Whether a value is elements in memory, of whatever kind. */
export const isMemory = isTypedArray

/** The bytes of a buffer or view, in place. */
export function bytesOf(value, name) {
  try {
    // Of a view that its buffer has shrunk under nothing else tells.
    if (isTypedArray(value)) valuesOf.call(value)
    if (isAnyArrayBuffer(value)) return new Uint8Array(value)
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  } catch {
    throw invalidArgType(name, 'a buffer that is not detached, or a view inside its bounds', value)
  }
  throw invalidArgType(name, 'an ArrayBuffer, a SharedArrayBuffer, or a view on one', value)
}

/** Whether an ArrayBuffer's memory was taken from it. Node 20 has no `detached` to ask. */
export function isDetached(buffer) {
  try {
    void new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}
