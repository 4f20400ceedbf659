// Halves: floats of 16 bits, which Node 20 and 22 have no typed array for.

import { halfValues } from '../native.js'

const HIDDEN_BIT = 1 << 10
const SIGN = 0x8000
const INFINITE = 0x7c00
const NAN = 0x7e00
/** From here on a number rounds to infinity. */
export const HALF_OVERFLOW = 65520
/** The exponent of the smallest normal half. Smaller halves have the same unit. */
const LEAST_EXPONENT = -14
/** Above this number, doubles are integers: adding and subtracting it rounds to an integer, ties to even. */
const INTEGERS = 2 ** 52

/** By exponent from the least, how many units of the last place are in 1. */
const UNITS = Float64Array.from({ length: 16 - LEAST_EXPONENT }, (_, at) => 2 ** (10 - (LEAST_EXPONENT + at)))

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

/** The bits of the half nearest to a number, ties to even. */
export function halfBits(number) {
  double[0] = number
  const high = words[1]
  const sign = (high >>> 16) & SIGN
  const magnitude = Math.abs(number)
  if (!(magnitude < HALF_OVERFLOW)) return magnitude === magnitude ? sign | INFINITE : NAN
  const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, LEAST_EXPONENT) - LEAST_EXPONENT
  const units = magnitude * UNITS[exponent] + INTEGERS - INTEGERS
  // If the units round up to the next exponent, the sum carries into it.
  return sign | (exponent * HIDDEN_BIT + units)
}

let halves
/** The number of a half, by its bits. */
export function halfOfBits(bits) {
  halves ??= halfValues()
  return halves[bits]
}
