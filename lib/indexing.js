// `arr[i]`: a Proxy behind the prototype of the class. Only names that the class does not have reach it, which are mostly
// indices.

import { invalidArgType } from './errors.js'

/** The number of an index key. Undefined for a name. `arr[1.5]` is an index without an element. */
function numberOf(key) {
  if (typeof key !== 'string') return undefined
  const number = Number(key)
  return String(number) === key ? number : undefined
}

/**
 * An object to put behind a prototype.
 * @param {(receiver: unknown) => boolean} isArray
 */
export function indexedPrototype(isArray) {
  return new Proxy(
    {},
    {
      get(target, key, receiver) {
        const index = numberOf(key)
        if (index === undefined || !isArray(receiver)) return Reflect.get(target, key, receiver)
        return Number.isInteger(index) ? receiver.at(index) : undefined
      },
      set(target, key, value, receiver) {
        const index = numberOf(key)
        if (index === undefined) return Reflect.set(target, key, value, receiver)
        // The receiver is a Proxy around an array or inherits from one. A property of its own would only look like an element.
        if (!isArray(receiver)) throw invalidArgType('this', 'an MmapArray itself, to write an element', receiver)
        receiver.set(index, value)
        return true
      },
      // No `has`: that trap does not get the receiver, so `i in arr` is false.
    },
  )
}
