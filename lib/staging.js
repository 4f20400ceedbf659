// Elements of an iterable, checked and collected in ordinary memory before the core is called, because iterating runs code of
// the user.

import { allocate } from './buffers.js'
import { codecOf, typeOf } from './core-array.js'
import { invalidArgType } from './errors.js'

/** Elements taken from an iterable, in a typed array that grows. */
class Staging {
  #codec
  #values
  #length = 0

  constructor(array, expected) {
    this.#codec = codecOf(array)
    this.#values = allocate(typeOf(array).View, expected)
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

/** The shortest first allocation. */
const LEAST_LENGTH = 16
/** The longest first allocation, because an Array may have 2^32 holes, and a Proxy around one may have any length. */
const MOST_LENGTH = 2 ** 20

function expectedLength(iterable) {
  const length = Array.isArray(iterable) ? iterable.length : LEAST_LENGTH
  return Number.isSafeInteger(length) ? Math.min(Math.max(length, LEAST_LENGTH), MOST_LENGTH) : LEAST_LENGTH
}

/**
 * Collects the elements of an iterable, all of them before any memory is looked up.
 * @param name of the argument, for the error about it
 * @returns {{ bytes: Uint8Array, failure?: { error: unknown } }} those before the first bad one, and its error
 */
export function stage(array, iterable, name = 'items') {
  if (iterable === null || iterable === undefined || typeof iterable[Symbol.iterator] !== 'function') {
    throw invalidArgType(name, `an array of typecode '${typeOf(array).code}' or an iterable of its elements`, iterable)
  }
  const staging = new Staging(array, expectedLength(iterable))
  try {
    for (const value of iterable) staging.add(value)
  } catch (error) {
    return { bytes: staging.bytes, failure: { error } }
  }
  return { bytes: staging.bytes }
}

/** The elements of a real Array, all or nothing. */
export function stageList(array, list) {
  const staging = new Staging(array, expectedLength(list))
  for (let index = 0; index < list.length; index++) staging.add(list[index])
  return staging.bytes
}

/** The code points of a text. */
export function stageText(array, text) {
  const staging = new Staging(array, Math.max(text.length, LEAST_LENGTH))
  for (const character of text) staging.add(character)
  return staging.bytes
}
