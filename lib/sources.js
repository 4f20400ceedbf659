// What arrays are filled from: memory of the same type, or any iterable of elements.

import { isAnyArrayBuffer, isTypedArray } from 'node:util/types'
import { requireAvailable } from '../native.js'
import { invalidArgType, outOfMemory, typeMismatch } from './errors.js'

const valuesOf = Object.getPrototypeOf(Int8Array.prototype).values
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Int8Array.prototype), Symbol.toStringTag).get

/** The core asks the system about no fewer bytes: that takes a tenth of a millisecond. */
const MUCH = 2 ** 26

/**
 * A typed array of `length` elements.
 * @throws {Error} ENOMEM where there is not so much memory: the runtime would take it, and the process end when it is filled
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

/** Elements taken from an iterable, in a typed array that grows. */
class Staging {
  #codec
  #values
  #length = 0

  constructor(type, codec, expected) {
    this.#codec = codec
    this.#values = allocate(type.View, expected)
  }

  add(value) {
    const stored = this.#codec.encode(value)
    if (this.#length === this.#values.length) {
      const wider = allocate(this.#values.constructor, this.#length * 2)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.#length++] = stored
  }

  /** The bytes of what was added so far. */
  get bytes() {
    return new Uint8Array(this.#values.buffer, 0, this.#length * this.#values.BYTES_PER_ELEMENT)
  }
}

const FEW = 16
/** No more is believed at first: an Array may have 2^32 holes, and a Proxy around one any length. */
const MANY = 2 ** 20

function expectedLength(iterable) {
  const length = Array.isArray(iterable) ? iterable.length : FEW
  return Number.isSafeInteger(length) ? Math.min(Math.max(length, FEW), MANY) : FEW
}

/**
 * Takes the elements of an iterable in, all of them before any memory is looked up.
 * @param name of the argument, for the error about it
 * @returns {{ bytes: Uint8Array, failure?: { error: unknown } }} those before the first bad one, and what was wrong
 */
export function stage(type, codec, iterable, name = 'items') {
  if (iterable === null || iterable === undefined || typeof iterable[Symbol.iterator] !== 'function') {
    throw invalidArgType(name, `an array of typecode '${type.code}' or an iterable of its elements`, iterable)
  }
  const staging = new Staging(type, codec, expectedLength(iterable))
  try {
    for (const value of iterable) staging.add(value)
  } catch (error) {
    return { bytes: staging.bytes, failure: { error } }
  }
  return { bytes: staging.bytes }
}

/** The elements of a real Array, all or nothing. */
export function stageList(type, codec, list) {
  const staging = new Staging(type, codec, expectedLength(list))
  for (let index = 0; index < list.length; index++) staging.add(list[index])
  return staging.bytes
}

/** The error for an array of another type. */
export function otherType(type, found) {
  return typeMismatch(`An array of typecode '${type.code}' takes elements of the same type only. Received ${found}`)
}

/** The code points of a text. */
export function stageText(type, codec, text) {
  const staging = new Staging(type, codec, Math.max(text.length, FEW))
  for (const character of text) staging.add(character)
  return staging.bytes
}
