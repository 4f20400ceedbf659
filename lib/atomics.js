// Atomic changes of one element, for all types that have them. element-path.js makes the usual ones without a call of these.

import { toIndex } from './arguments.js'
import { atomicOperations } from './atomic-operations.js'
import { codecOf, coreOf, memoryOf, positionOf, typeOf } from './core-array.js'
import { scalarCodec } from './elements.js'
import { unfitType } from './errors.js'

function operationsFor(array, operation) {
  const type = typeOf(array)
  const operations = atomicOperations(type)
  if (operations !== undefined) return operations
  throw unfitType(operation, 'an array of integers or real numbers', type)
}

/** The typed array for operations on an element. Undefined if only the core can reach it, or must check it first. */
function integersAt(array, at, { Bits }) {
  const memory = memoryOf(array)
  // Checked before the change too: a call that throws changes nothing.
  if (!memory.reachesWritable(at) || !memory.isChecked) return undefined
  return Bits === undefined ? memory.writable : memory.writableBits(Bits)
}

/** The element before a change, which the core checks if there was a fault meanwhile. The change is not made twice. */
export function checkedAfter(array, index, old) {
  if (!memoryOf(array).isChecked) coreOf(array).get(index)
  return old
}

/**
 * Changes an element by one value. Gives the element before.
 * @param {'add' | 'exchange'} operation
 */
function changed(array, operation, index, value) {
  const operations = operationsFor(array, operation)
  const at = positionOf(array, toIndex(index))
  const operand = codecOf(array).check(value)
  const integers = integersAt(array, at, operations)
  if (integers === undefined) return coreOf(array)[operation](at, operand)
  return checkedAfter(array, at, operations[operation](integers, at, operand))
}

/** Adds to an element. Gives the element before. */
export const add = (array, index, value) => changed(array, 'add', index, value)

/** Replaces an element. Gives the element before. */
export const exchange = (array, index, value) => changed(array, 'exchange', index, value)

/** Replaces an element if it is the expected one. Gives the element before. */
export function compareExchange(array, index, expected, replacement) {
  const operations = operationsFor(array, 'compareExchange')
  const at = positionOf(array, toIndex(index))
  const [old, next] = [checked(array, expected, 'expected'), checked(array, replacement, 'replacement')]
  const integers = integersAt(array, at, operations)
  if (integers === undefined) return coreOf(array).compareExchange(at, old, next)
  return checkedAfter(array, at, operations.compareExchange(integers, at, old, next))
}

/** Checks a value as the codec of the array does. The codec calls every value `value`; this error calls it by `name`. */
export function checked(array, value, name) {
  const { fits } = codecOf(array)
  return fits?.(value) ? value : scalarCodec(typeOf(array), name).check(value)
}
