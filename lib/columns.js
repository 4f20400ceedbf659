// Columns: one field of many records, as a typed array.

import { toBound, toIndex } from './arguments.js'
import { allocate, allocateUnfilled, bytesOf } from './buffers.js'
import { codecOf, coreOf, memoryOf, typeOf } from './core-array.js'
import { invalidArgType, outOfRange } from './errors.js'
import { fieldNamed } from './record-types.js'
import { sourceInMemory } from './sources.js'

const NO_BYTES = new Uint8Array(0)

/** A typed array of the values of a field. */
export function column(array, name, start, stop) {
  const { number, type, count = 1 } = fieldNamed(typeOf(array), name)
  const bounds = [toBound(start, 'start'), toBound(stop, 'stop')]
  const records = coreOf(array).sliceLength(...bounds)
  const { View, itemsize } = type
  const values = allocateUnfilled(View, (records * count * itemsize) / View.BYTES_PER_ELEMENT)
  coreOf(array).column(number, bytesOf(values), ...bounds)
  return values
}

/** Stores values in a field of the records from an index on. */
export function setColumn(array, name, values, start = 0) {
  const field = fieldNamed(typeOf(array), name)
  const first = toIndex(start, 'start')
  const source = sourceInMemory(field.type, values, 'values', `The field '${name}'`) ?? collected(array, field, values)
  coreOf(array).setColumn(field.number, source, fromStart(array, first))
}

/** An index from the start, for one that may count from the end. */
function fromStart(array, index) {
  const { length } = memoryOf(array)
  if (index >= -length) return index < 0 ? index + length : index
  throw outOfRange('start', `>= -${length}, for ${length} records`, index)
}

/** The bytes of all the values of an iterable. */
function collected(array, { number, name, type, count = 1 }, values) {
  if (values === null || values === undefined || typeof values[Symbol.iterator] !== 'function') {
    throw invalidArgType(
      'values',
      `a typed array of ${type.label} or an iterable of values of the field '${name}'`,
      values,
    )
  }
  // Throws what the call would throw, before code of the user runs.
  coreOf(array).setColumn(number, NO_BYTES, 0)
  const { check, write } = codecOf(array).fields[number]
  const checked = Array.from(values, (value) => check(value))
  const size = count * type.itemsize
  const bytes = allocate(Uint8Array, checked.length * size)
  const data = new DataView(bytes.buffer)
  for (const [at, value] of checked.entries()) write(data, at * size, value)
  return bytes
}
