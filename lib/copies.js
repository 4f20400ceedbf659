// Makes new arrays in memory from an array. `Class` is always MmapArray itself, which this file cannot import.

import { bytesOf } from './buffers.js'
import { isArray, memoryOf, requireOpen, typeOf } from './core-array.js'
import { outOfRange } from './errors.js'
import { collectItems } from './items.js'
import { BEYOND } from './state.js'

/** A copy with room for more elements. */
export function copyWithRoom(array, room, Class) {
  requireOpen(array)
  return new Class(typeOf(array).code, array, { capacity: memoryOf(array).length + room })
}

export function concatenated(array, other, Class) {
  requireOpen(array)
  const items = collectItems(array, other, 'other')
  const { BYTES_PER_ELEMENT } = typeOf(array).View
  const added = isArray(items) ? memoryOf(items).length : Math.floor(bytesOf(items, 'other').length / BYTES_PER_ELEMENT)
  return grownCopy(array, added, Class, (copy) => copy.extend(items))
}

export function repeated(array, times, Class) {
  const { length } = memoryOf(array)
  // The core throws the same error, but only after the elements were copied.
  const most = Math.floor(2 ** 53 / (length * typeOf(array).View.BYTES_PER_ELEMENT))
  if (times > most) throw outOfRange('times', `at most ${most}, which gives 2^53 bytes`, times)
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
