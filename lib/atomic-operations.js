// The atomic operations on the elements of each type, which all threads, processes and programs see at once.
//
// `Atomics` works on every typed array of integers, also on one whose buffer is no SharedArrayBuffer: V8 and JavaScriptCore run the
// same instructions for both. Floats are changed through their bits.

import { codecFor } from './codecs.js'
import { HALF_OVERFLOW, halfBits, halfOfBits } from './halves.js'
import { HALVES_ARE_BITS, TYPECODES } from './typecodes.js'

const { add: addInteger, compareExchange: swapInteger, exchange: exchangeInteger, load } = Atomics

/**
 * The operations of a type. Each of the last three takes a typed array on the memory, an index and values of the type, and gives the
 * element before.
 * - `isOperand(value)` is a quick test of whether they take a value as it is;
 * - `Bits` is the class of the typed array, if it is not that of the elements.
 */
const integers = ({ fits }) => ({
  isOperand: fits,
  Bits: undefined,
  add: addInteger,
  exchange: exchangeInteger,
  compareExchange: swapInteger,
})

/**
 * @param toBits gives the bits of a number, rounded to the type
 * @param toNumber gives the number of bits
 */
function floats({ isOperand, Bits, toBits, toNumber }) {
  return {
    isOperand,
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

const isNumber = (value) => typeof value === 'number'
const isHalf = (value) => isNumber(value) && (Math.abs(value) < HALF_OVERFLOW || !Number.isFinite(value))

/** Floats that a typed array converts. */
function typedFloats(View, Bits, isOperand) {
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
  return floats({ isOperand, Bits, toBits, toNumber })
}

function operationsOf(type) {
  if (type.meaning === 'integer' || type.meaning === 'bigint') return integers(codecFor(type))
  if (type.code === 'd') return typedFloats(Float64Array, BigInt64Array, isNumber)
  if (type.code === 'f') return typedFloats(Float32Array, Int32Array, isNumber)
  if (type.code !== 'e') return undefined
  if (!HALVES_ARE_BITS) return typedFloats(type.View, Uint16Array, isHalf)
  return floats({ isOperand: isHalf, Bits: Uint16Array, toBits: halfBits, toNumber: halfOfBits })
}

const BY_CODE = Object.fromEntries(TYPECODES.map((type) => [type.code, operationsOf(type)]))

/** The operations of a type. Undefined for characters, complex numbers and records. */
export const atomicOperations = ({ code, isObject }) => (isObject ? undefined : BY_CODE[code])

/** For the element path of those types: no value is an operand. */
export const NO_OPERATIONS = { ...BY_CODE.i, isOperand: () => false }
