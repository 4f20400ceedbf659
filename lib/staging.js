// Elements of an iterable, checked and collected in ordinary memory before the core is called, because iterating runs code of
// the user.

import { allocate } from './buffers.js'
import { axesOf, codecOf, typeOf } from './core-array.js'
import { invalidItems } from './errors.js'
import { faults } from './faults.js'
import { RowStaging } from './row-staging.js'
import { BEYOND, END, FAULTS_SEEN, LENGTH, ROOM } from './state.js'

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
    if (this.#length === this.#values.length) this.#values = wider(this.#values)
    this.#values[this.#length++] = stored
  }

  /** Adds elements that are in memory. */
  addBytes(bytes) {
    const size = this.#values.BYTES_PER_ELEMENT
    const end = this.#length + bytes.length / size
    while (end > this.#values.length) this.#values = wider(this.#values)
    new Uint8Array(this.#values.buffer).set(bytes, this.#length * size)
    this.#length = end
  }

  /** How many elements were added so far. */
  get length() {
    return this.#length
  }

  /** The bytes of what was added so far. */
  get bytes() {
    return new Uint8Array(this.#values.buffer, 0, this.#length * this.#values.BYTES_PER_ELEMENT)
  }
}

/** The same for elements that are objects. It is like an ElementMemory, in which `store` of the codec stores elements. */
class ObjectStaging {
  #codec
  #itemsize
  #bytes
  #memory

  constructor(array, expected) {
    const { itemsize } = typeOf(array)
    this.#codec = codecOf(array)
    this.#itemsize = itemsize
    const words = new Uint32Array(FAULTS_SEEN + 1)
    words[FAULTS_SEEN] = faults()
    this.#memory = { writable: undefined, data: undefined, words }
    this.#use(allocate(Uint8Array, Math.min(expected, Math.ceil(MOST_BYTES / itemsize)) * itemsize))
  }

  #use(bytes) {
    this.#bytes = bytes
    this.#memory.writable = bytes
    this.#memory.data = new DataView(bytes.buffer)
    this.#memory.words[ROOM] = Math.min(bytes.length / this.#itemsize, BEYOND)
  }

  add(value) {
    const { words } = this.#memory
    const bytes = this.#codec.store(this.#memory, END, value)
    if (bytes === undefined) return
    // There is no room. Or memory somewhere in the process had a fault, which means nothing here.
    words[FAULTS_SEEN] = faults()
    if (words[LENGTH] === words[ROOM]) this.#use(wider(this.#bytes))
    this.#bytes.set(bytes, words[LENGTH] * this.#itemsize)
    words[LENGTH]++
  }

  addBytes(bytes) {
    const { words } = this.#memory
    const end = words[LENGTH] + bytes.length / this.#itemsize
    while (end > words[ROOM]) this.#use(wider(this.#bytes))
    this.#bytes.set(bytes, words[LENGTH] * this.#itemsize)
    words[LENGTH] = end
  }

  get length() {
    return this.#memory.words[LENGTH]
  }

  get bytes() {
    return this.#bytes.subarray(0, this.#memory.words[LENGTH] * this.#itemsize)
  }
}

function stagingFor(array, expected, axis = 0) {
  const staging = typeOf(array).isObject ? new ObjectStaging(array, expected) : new Staging(array, expected)
  return axesOf(array) === undefined ? staging : new RowStaging(array, staging, axis)
}

function wider(values) {
  const copy = allocate(values.constructor, values.length * 2)
  copy.set(values)
  return copy
}

/** The shortest first allocation. */
const LEAST_LENGTH = 16
/** The longest first allocation, because an Array may have 2^32 holes, and a Proxy around one may have any length. */
const MOST_LENGTH = 2 ** 20
/** The same in bytes, for elements that are objects. */
const MOST_BYTES = 2 ** 24

function expectedLength(iterable) {
  const length = Array.isArray(iterable) ? iterable.length : LEAST_LENGTH
  return Number.isSafeInteger(length) ? Math.min(Math.max(length, LEAST_LENGTH), MOST_LENGTH) : LEAST_LENGTH
}

/**
 * Collects the elements of an iterable, all of them before any memory is looked up.
 * @param name of the argument, for the error about it
 * @param axis that the items are along, if the array has several
 * @returns {{ bytes: Uint8Array, failure?: { error: unknown } }} those before the first bad one, and its error
 */
export function stage(array, iterable, name = 'items', axis = 0) {
  if (iterable === null || iterable === undefined || typeof iterable[Symbol.iterator] !== 'function') {
    throw invalidItems(name, typeOf(array), iterable)
  }
  const staging = stagingFor(array, expectedLength(iterable), axis)
  try {
    for (const value of iterable) staging.add(value)
  } catch (error) {
    return { bytes: staging.bytes, failure: { error } }
  }
  return { bytes: staging.bytes }
}

/** The elements of a real Array, all or nothing. */
export function stageList(array, list) {
  const staging = stagingFor(array, expectedLength(list))
  for (let index = 0; index < list.length; index++) staging.add(list[index])
  return staging.bytes
}

/** The code points of a text. */
export function stageText(array, text) {
  const staging = stagingFor(array, Math.max(text.length, LEAST_LENGTH))
  for (const character of text) staging.add(character)
  return staging.bytes
}
