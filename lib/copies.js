// Copies of an array: slices, and new arrays in memory. `Class` is always MmapArray itself, which this file cannot import.

import { allocate, allocateUnfilled, bytesOf, isMemory } from './buffers.js'
import { axesOf, codecOf, coreOf, isArray, memoryOf, requireOpen, typeOf } from './core-array.js'
import { outOfRange } from './errors.js'
import { collect } from './items.js'
import { shapeOf } from './rows.js'
import { BEYOND } from './state.js'

const LONGEST_LIST = 2 ** 32 - 1

/** Throws if an Array cannot have that many elements. */
export function requireListLength(length) {
  if (length > LONGEST_LIST) throw outOfRange('length', `<= ${LONGEST_LIST} for a list`, length)
}

/** A slice, as a typed array. As an Array if elements are objects. */
export function copiedSlice(array, bounds) {
  const length = coreOf(array).sliceLength(...bounds)
  return copyOf(typeOf(array), codecOf(array), length, (bytes) => coreOf(array).slice(bytes, ...bounds))
}

/**
 * Some elements, in the form in which a slice gives them.
 * @param {(bytes: Uint8Array) => void} fill copies them
 */
export function copyOf({ View, isObject, itemsize }, codec, length, fill) {
  if (isObject) requireListLength(length)
  const copy = isObject ? allocate(Uint8Array, length * itemsize) : allocateUnfilled(View, length)
  fill(bytesOf(copy))
  return isObject ? listOf(codec, copy, itemsize) : copy
}

/** The elements in bytes. */
function listOf({ read }, bytes, itemsize) {
  const data = new DataView(bytes.buffer)
  const list = []
  for (let at = 0; at < bytes.length; at += itemsize) list.push(read(data, at))
  return list
}

/** A copy of the same shape. In order 'F', and with rows without elements, it has one dimension. */
export function copyInShape(array, Class) {
  requireOpen(array)
  const shape = axesOf(array)?.rowLength > 0 ? shapeOf(array) : undefined
  return new Class(typeOf(array).code, array, { capacity: memoryOf(array).length, shape })
}

/** A copy of one dimension, with room for more elements. */
function copyWithRoom(array, room, Class) {
  requireOpen(array)
  return new Class(typeOf(array).code, array, { capacity: memoryOf(array).length + room })
}

export function concatenated(array, other, Class) {
  requireOpen(array)
  const isCollected = !isMemory(other) && !isArray(other)
  // Items of an iterable are collected first, because iterating runs code of the user.
  const items = isCollected ? collect(array, other, 'other') : other
  const added = isArray(items)
    ? memoryOf(items).length
    : Math.floor(bytesOf(items, 'other').length / typeOf(array).itemsize)
  return grownCopy(array, added, Class, (copy) => (isCollected ? copy.frombytes(items) : copy.extend(items)))
}

export function repeated(array, times, Class) {
  const { length } = memoryOf(array)
  // The core throws the same error, but only after the elements were copied.
  const most = Math.floor(2 ** 53 / (length * typeOf(array).itemsize))
  if (times > most) throw outOfRange('times', `<= ${most}, which makes 2^53 bytes`, times)
  return grownCopy(array, length * (times - 1), Class, (copy) => copy.repeatInPlace(times))
}

/** A copy with capacity for `added` more elements. If that is out of range, the call that adds them throws. */
function grownCopy(array, added, Class, grow) {
  const copy = copyWithRoom(array, added >= 0 && added < BEYOND ? added : 0, Class)
  try {
    grow(copy)
  } catch (error) {
    copy.close()
    throw error
  }
  return copy
}
