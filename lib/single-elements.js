// Reading and writing one element of any type, or a field of a record: in mapped memory if it is within reach, and else through the core.

import { toIndex } from './arguments.js'
import { fieldNamed } from './record-types.js'
import { boundOf, codecOf, coreOf, memoryOf, positionOf, typeOf } from './core-array.js'

/** The element at an index. */
export function elementAt(array, index) {
  const at = positionOf(array, toIndex(index))
  const memory = memoryOf(array)
  const codec = codecOf(array)
  if (memory.reaches(at)) {
    const { isObject, itemsize } = typeOf(array)
    const stored = isObject ? codec.read(memory.data, at * itemsize) : memory.elements[at]
    if (memory.isChecked) return codec.decode === null ? stored : codec.decode(stored)
  }
  return codec.present(coreOf(array).get(at))
}

/** Replaces an element. */
export function replaceElement(array, index, value) {
  const given = toIndex(index)
  positionOf(array, given)
  // Runs code of the user if the element is an object, so the position is looked up again.
  setChecked(array, given, codecOf(array).check(value))
}

/**
 * Replaces an element by a value that is checked.
 * @param checked what `check` of the codec gave
 */
export function setChecked(array, index, checked) {
  const at = positionOf(array, index)
  const memory = memoryOf(array)
  // Also checked before the store, because a call that throws changes nothing.
  if (memory.reachesWritable(at) && memory.isChecked) {
    const { isObject, itemsize } = typeOf(array)
    if (isObject) memory.writable.set(checked, at * itemsize)
    else memory.writable[at] = codecOf(array).toStored(checked)
    if (memory.isChecked) return
  }
  coreOf(array).set(at, checked)
}

/** Appends a value that is checked. */
export function appendChecked(array, checked) {
  const memory = memoryOf(array)
  // Lets the next append work without the core. Called before this append, because nothing may fail after it.
  if (memory.length < memory.capacity) memory.reaches(memory.length)
  boundOf(array, 'append')(checked)
}

/** The value of a field of the record at an index. */
export function fieldAt(array, index, name) {
  const given = toIndex(index)
  const { number } = fieldNamed(typeOf(array), name)
  const at = positionOf(array, given)
  const memory = memoryOf(array)
  const { offset, read } = codecOf(array).fields[number]
  if (memory.reaches(at)) {
    const value = read(memory.data, at * typeOf(array).itemsize + offset)
    if (memory.isChecked) return value
  }
  return read(dataOf(coreOf(array).get(at)), offset)
}

/** Replaces the value of a field. */
export function replaceField(array, index, name, value) {
  const given = toIndex(index)
  const { number } = fieldNamed(typeOf(array), name)
  positionOf(array, given)
  const { check, count = 1, offset, type, write } = codecOf(array).fields[number]
  // Runs code of the user if the field is no scalar, so the position is looked up again.
  const checked = check(value)
  const at = positionOf(array, given)
  const memory = memoryOf(array)
  if (memory.reachesWritable(at) && memory.isChecked) {
    write(memory.data, at * typeOf(array).itemsize + offset, checked)
    if (memory.isChecked) return
  }
  // Only the bytes of the field: others may write the other fields meanwhile.
  const bytes = new Uint8Array(count * type.itemsize)
  write(new DataView(bytes.buffer), 0, checked)
  coreOf(array).setField(at, number, bytes)
}

const dataOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
