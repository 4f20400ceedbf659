// Rounds numbers once, to float32 or float16. The double in between is already rounded: if it lies in the middle of two numbers
// of the type, we take the next double on the side of the exact number, so that the second rounding goes the right way.

/** The last bits of a double: they are 0 in such a middle, of either type. */
const LAST = 0xfffffffn
/** Integers that every double holds exactly. */
const EXACT = /^[+-]?\d{1,15}$/
const MANTISSA = (1n << 52n) - 1n

const double = new Float64Array(1)
const bits = new BigUint64Array(double.buffer)

/**
 * @param {bigint} integer
 * @returns {number} a double that float32 and float16 round as they would the integer
 */
export function roundableInteger(integer) {
  const nearest = Number(integer)
  const size = integer < 0n ? -integer : integer
  return onSideOf(nearest, () => [size, 0n])
}

/**
 * @param {string} word digits, with a point and an exponent or without
 * @returns {number} a double that float32 and float16 round as they would the number written
 */
export function roundableDecimal(word) {
  const nearest = Number(word)
  if (EXACT.test(word)) return nearest
  return onSideOf(nearest, () => {
    const [, whole, fraction, exponent] = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(word)
    return [BigInt(whole + fraction), BigInt(exponent ?? 0) - BigInt(fraction.length)]
  })
}

/**
 * @param {number} nearest to a number
 * @param {() => [bigint, bigint]} decimal gives digits and exponent of that number, without its sign
 */
function onSideOf(nearest, decimal) {
  double[0] = nearest
  if (nearest === 0 || !Number.isFinite(nearest) || (bits[0] & LAST) !== 0n) return nearest
  const [digits, tens] = decimal()
  const exponent = (bits[0] >> 52n) & 0x7ffn
  const mantissa = exponent === 0n ? bits[0] & MANTISSA : (bits[0] & MANTISSA) | (1n << 52n)
  const twos = (exponent === 0n ? 1n : exponent) - 1075n
  const [number, middle] = [times(digits, 10n, tens) << above(-twos), times(mantissa, 10n, -tens) << above(twos)]
  // The next bits are those of the next double.
  if (number > middle) bits[0] += 1n
  if (number < middle) bits[0] -= 1n
  return double[0]
}

const above = (exponent) => (exponent > 0n ? exponent : 0n)
const times = (factor, base, exponent) => factor * base ** above(exponent)
