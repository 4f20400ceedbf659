// Buffers and typed arrays that the runtime allocates: memory for results, and bytes that users pass.

import { Buffer, constants } from 'node:buffer'
import { isAnyArrayBuffer, isTypedArray } from 'node:util/types'
import { requireAvailable } from '../native.js'
import { invalidArgType, outOfMemory } from './errors.js'

const valuesOf = Object.getPrototypeOf(Int8Array.prototype).values
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Int8Array.prototype), Symbol.toStringTag).get

/** Smaller typed arrays are filled with zeros faster than a Buffer is made. */
const UNFILLED_FROM = 2 ** 14

/** Smaller allocations are not checked, because a check takes 0.1 ms. */
const CHECKED_FROM = 2 ** 26

/**
 * A typed array of `length` elements.
 * @throws {Error} ENOMEM if that much memory is not free. The runtime would reserve it, and the process would be killed while it
 * fills the array.
 */
export function allocate(View, length) {
  return allocateWith(length * View.BYTES_PER_ELEMENT, () => new View(length))
}

/** The same for a caller that writes every element: the memory is not filled with zeros first, which takes a third of a copy's time. */
export function allocateUnfilled(View, length) {
  const bytes = length * View.BYTES_PER_ELEMENT
  if (bytes < UNFILLED_FROM || bytes > constants.MAX_LENGTH) return allocate(View, length)
  return allocateWith(bytes, () => new View(Buffer.allocUnsafeSlow(bytes).buffer))
}

function allocateWith(bytes, make) {
  if (bytes >= CHECKED_FROM) requireAvailable(bytes)
  try {
    return make()
  } catch {
    throw outOfMemory(bytes)
  }
}

/** Shared memory that the runtime allocates. */
export function allocateShared(bytes, options) {
  try {
    return new SharedArrayBuffer(bytes, options)
  } catch {
    throw outOfMemory(bytes)
  }
}

/** Whether a value is a typed array of the kind of a type, from any realm. */
export function isOwnView(type, value) {
  return isTypedArray(value) && kindOf.call(value) === type.View.name
}

/** Whether a value is a typed array of any type. */
export const isMemory = isTypedArray

/** The bytes of a buffer or view, without a copy. */
export function bytesOf(value, name) {
  try {
    // Throws if the buffer has shrunk below the view, which no property tells.
    if (isTypedArray(value)) valuesOf.call(value)
    if (isAnyArrayBuffer(value)) return new Uint8Array(value)
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  } catch {
    throw invalidArgType(name, 'a buffer that is not detached, or a view inside its bounds', value)
  }
  throw invalidArgType(name, 'an ArrayBuffer, a SharedArrayBuffer, or a view on one', value)
}

/** Whether an ArrayBuffer is detached. Node 20 has no property that tells. */
export function isDetached(buffer) {
  try {
    void new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}
