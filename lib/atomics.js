// Atomic changes of one element, for all threads, processes and programs that have the memory mapped.
//
// `Atomics` works on every typed array of integers, also on one that is on no SharedArrayBuffer: V8 and JavaScriptCore run the same
// locked instruction for both. The bits of floats are seen as integers.

import { halfBits } from '../native.js'
import { toIndex } from './arguments.js'
import { codecFor } from './codecs.js'
import { codecOf, coreOf, memoryOf, positionOf, typeOf } from './core-array.js'
import { scalarCodec } from './elements.js'
import { typeMismatch } from './errors.js'
import { HALVES_ARE_BITS, TYPECODES } from './typecodes.js'

const { add: addInteger, compareExchange: swapInteger, exchange: exchangeInteger, load } = Atomics

/** Integers. Each operation takes a typed array on the memory, an index and checked values, and gives the element before. */
const INTEGERS = { Bits: undefined, add: addInteger, exchange: exchangeInteger, compareExchange: swapInteger }

/**
 * The same for floats, on a typed array of their bits.
 * @param Bits the class of that typed array
 * @param toBits gives the bits of a number, rounded to the type
 * @param toNumber gives the number of bits
 */
function floats(Bits, toBits, toNumber) {
  return {
    Bits,
    add(bits, at, value) {
      const addend = toNumber(toBits(value))
      for (;;) {
        const old = load(bits, at)
        const number = toNumber(old)
        if (swapInteger(bits, at, old, toBits(number + addend)) === old) return number
      }
    },
    exchange: (bits, at, value) => toNumber(exchangeInteger(bits, at, toBits(value))),
    compareExchange(bits, at, expected, replacement) {
      const next = toBits(replacement)
      if (!Number.isNaN(expected)) return toNumber(swapInteger(bits, at, toBits(expected), next))
      // A NaN may have other bits, and JavaScript cannot tell. The caller must be able to tell by the old element whether it was
      // replaced, so any NaN will do.
      for (;;) {
        const old = load(bits, at)
        const number = toNumber(old)
        if (!Number.isNaN(number) || swapInteger(bits, at, old, next) === old) return number
      }
    },
  }
}

/** Floats that typed arrays convert. */
function typedFloats({ View }, Bits) {
  const float = new View(1)
  const integer = new Bits(float.buffer)
  const toBits = (number) => {
    float[0] = number
    return integer[0]
  }
  const toNumber = (bits) => {
    integer[0] = bits
    return float[0]
  }
  return floats(Bits, toBits, toNumber)
}

/** From here on a number rounds beyond the largest half. */
const HALF_OVERFLOW = 65520

/** Halves on a runtime without Float16Array. */
function halves(type) {
  const toBits = (number) => halfBits(Math.abs(number) < HALF_OVERFLOW ? number : number * Infinity)
  return floats(Uint16Array, toBits, codecFor(type).decode)
}

function operationsOf(type) {
  if (type.meaning !== 'float') return INTEGERS
  if (type.code === 'e' && HALVES_ARE_BITS) return halves(type)
  return typedFloats(type, { e: Uint16Array, f: Int32Array, d: BigInt64Array }[type.code])
}

/** The operations of the types that have some. */
const NUMBERS = new Map(
  TYPECODES.filter(({ meaning }) => ['integer', 'bigint', 'float'].includes(meaning)).map((type) => [
    type,
    {
      operations: operationsOf(type),
      checkExpected: scalarCodec(type, 'expected').check,
      checkReplacement: scalarCodec(type, 'replacement').check,
    },
  ]),
)

function numbersOf(array, operation) {
  const type = typeOf(array)
  const numbers = NUMBERS.get(type)
  if (numbers !== undefined) return numbers
  throw typeMismatch(`${operation} needs an array of integers or real numbers, this one is of ${type.label}`)
}

/** The typed array for operations on an element. Undefined if only the core can reach it, or must check it first. */
function within(memory, { Bits }, at) {
  // Checked before the change too: a call that throws changes nothing.
  if (!memory.reachesWritable(at) || !memory.isChecked) return undefined
  return Bits === undefined ? memory.writable : memory.writableBits(Bits)
}

/** The element before a change, which the core checks if there was a fault meanwhile. The change is not made again. */
function checked(array, at, old) {
  if (!memoryOf(array).isChecked) coreOf(array).get(at)
  return old
}

/** Adds to an element. Gives the element before. */
export function add(array, index, value) {
  const { operations } = numbersOf(array, 'add')
  const at = positionOf(array, toIndex(index))
  const addend = codecOf(array).check(value)
  const bits = within(memoryOf(array), operations, at)
  if (bits === undefined) return coreOf(array).add(at, addend)
  return checked(array, at, operations.add(bits, at, addend))
}

/** Replaces an element. Gives the element before. */
export function exchange(array, index, value) {
  const { operations } = numbersOf(array, 'exchange')
  const at = positionOf(array, toIndex(index))
  const next = codecOf(array).check(value)
  const bits = within(memoryOf(array), operations, at)
  if (bits === undefined) return coreOf(array).exchange(at, next)
  return checked(array, at, operations.exchange(bits, at, next))
}

/** Replaces an element if it is the expected one. Gives the element before. */
export function compareExchange(array, index, expected, replacement) {
  const { operations, checkExpected, checkReplacement } = numbersOf(array, 'compareExchange')
  const at = positionOf(array, toIndex(index))
  const [old, next] = [checkExpected(expected), checkReplacement(replacement)]
  const bits = within(memoryOf(array), operations, at)
  if (bits === undefined) return coreOf(array).compareExchange(at, old, next)
  return checked(array, at, operations.compareExchange(bits, at, old, next))
}
