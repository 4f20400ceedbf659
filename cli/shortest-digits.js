// Numbers of float32 and float16 with the fewest digits that tell them from their neighbours: the double of a float32 has
// 16 digits, of which 9 at most mean something.

import { isComplex } from './blocks.js'
import { isBeyondSafe } from './text/numbers.js'

/**
 * By typecode: bits of the mantissa, the least exponent of a normal number, how many digits every number can be told by,
 * and how many digits such a number always keeps.
 */
const SIZES = {
  f: { bits: 24, least: -126, most: 9, kept: 6 },
  e: { bits: 11, least: -14, most: 5, kept: 3 },
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/**
 * @param {string} typecode
 * @returns {(value: T) => T} gives the number with the fewest digits that the type reads as `value`;
 *   `value` itself for other types
 * @template T
 */
export function shortening(typecode) {
  if (isComplex({ typecode })) {
    const part = shortening(typecode[1])
    return ({ re, im }) => ({ re: part(re), im: part(im) })
  }
  const size = SIZES[typecode]
  return size === undefined ? (value) => value : (value) => shortest(value, size)
}

function shortest(value, { bits, least, most, kept }) {
  // Whole numbers keep all of their digits: they may be counts, and be read as integers.
  if (Number.isSafeInteger(value) || isBeyondSafe(value) || !Number.isFinite(value)) return value
  double[0] = value
  const exponent = ((words[1] >>> 20) & 0x7ff) - 1023
  const half = 2 ** (Math.max(exponent, least) - bits)
  const size = Math.abs(value)
  // Below a power of two, numbers lie half as far apart.
  const isPower = size === 2 ** exponent && exponent > least
  // The middle of two numbers is read as the even one.
  const isEven = (size / half) % 4 === 0
  const isNear = (distance, most) => distance < most || (isEven && distance === most)
  const fits = (short) => isNear(short - size, half) && isNear(size - short, isPower ? half / 2 : half)
  // Normal numbers always keep some digits, so fewer need not be tried.
  for (let digits = exponent < least ? 1 : kept; digits <= most; digits++) {
    const short = nearest(size, digits)
    if (fits(short)) return Math.sign(value) * short
    const next = isPower ? above(size, digits) : short
    if (fits(next)) return Math.sign(value) * next
  }
  return value
}

/** The nearest number of so many digits; of two, the one whose last digit is even, as NumPy takes it. */
function nearest(size, digits) {
  const text = size.toPrecision(digits)
  const short = Number(text)
  // JavaScript takes the larger of two.
  if (short <= size || !/[13579](?:e.*)?$/.test(text)) return short
  const longer = size.toPrecision(digits + 1)
  const isMiddle = /5(?:e.*)?$/.test(longer) && Number(longer) === size
  return isMiddle ? besides(size, digits, -1n) : short
}

/** The next larger number of so many digits. */
function above(size, digits) {
  const short = Number(size.toPrecision(digits))
  return short > size ? short : besides(size, digits, 1n)
}

/** The number of so many digits that is a step of the last one away from the nearest. */
function besides(size, digits, step) {
  const [mantissa, exponent] = size.toExponential(digits - 1).split('e')
  return Number(`${BigInt(mantissa.replace('.', '')) + step}e${Number(exponent) - digits + 1}`)
}
