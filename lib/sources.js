// Elements of a known type that are in memory already.

import { bytesOf, isMemory, isOwnView } from './buffers.js'
import { coreOf, isArray, typeOf } from './core-array.js'
import { elementTypeMismatch } from './errors.js'

/**
 * Items that are in memory and have a type: the core of an array, or the bytes of a typed array.
 * @param taker what takes them, for errors
 * @returns undefined for all other items
 * @throws {TypeError} ERR_TYPE_MISMATCH for elements of another type
 */
export function sourceInMemory(type, items, name, taker) {
  if (isArray(items)) {
    const other = typeOf(items)
    if (other.key !== type.key) throw elementTypeMismatch(type, `one of ${other.label}`, taker)
    return coreOf(items)
  }
  if (!isMemory(items)) return undefined
  if (!isOwnView(type, items)) throw elementTypeMismatch(type, `a ${items[Symbol.toStringTag]}`, taker)
  return bytesOf(items, name)
}
