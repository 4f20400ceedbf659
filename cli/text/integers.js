// Integers from decimal text, exactly: never by way of a double, which has 53 bits.

import { DataError, UsageError } from '../failures.js'
import { decimalOf, isDecimal } from './decimals.js'
import { shownText } from './shown-text.js'

/** No integer of 64 bits has more digits. */
const MOST_DIGITS = 20
const SHORT = /^[+-]?\d{1,15}$/

/** By the value of --round: whether the integer next to zero grows by one because of its fraction. */
const ROUNDINGS = {
  nearest: ({ half, isOdd }) => half > 0 || (half === 0 && isOdd),
  floor: ({ isNegative }) => isNegative,
  ceil: ({ isNegative }) => !isNegative,
  trunc: () => false,
}

/** The same for numbers that are doubles already. */
const ROUNDINGS_OF_NUMBERS = { nearest: roundHalfToEven, floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc }

/** @returns {(value: number) => number} the rounding that --round names */
export function numberRounding(name) {
  requireRounding(name)
  return ROUNDINGS_OF_NUMBERS[name]
}

function roundHalfToEven(value) {
  const below = Math.floor(value)
  const part = value - below
  if (part === 0.5) return below % 2 === 0 ? below : below + 1
  return part < 0.5 ? below : below + 1
}

export function requireRounding(name) {
  if (name === undefined || Object.hasOwn(ROUNDINGS, name)) return
  throw new UsageError(`--round takes ${Object.keys(ROUNDINGS).join(', ')}, not '${name}'`)
}

/**
 * A reader of integers of a type.
 * @param {{ name: string, min: number | bigint, max: number | bigint }} type the name is for messages; bigints make bigints
 * @param {string} [round] how to round a fraction; without it a fraction is an error
 * @returns {(text: string, shown?: string) => number | bigint | undefined} undefined if the text is not a decimal number
 * @throws {DataError} for a fraction, and for a number that the type does not hold
 */
export function integerReader({ name, min, max }, round) {
  requireRounding(round)
  const isBig = typeof min === 'bigint'
  const outside = (shown) => new DataError(`${shownText(shown)} does not fit ${name}, which holds ${min} to ${max}`)
  return (text, shown = text) => {
    if (SHORT.test(text)) {
      const number = Number(text)
      if (number < min || number > max) throw outside(shown)
      return isBig ? BigInt(number) : number + 0
    }
    if (!isDecimal(text)) return undefined
    const integer = integerOf(decimalOf(text), round, shown)
    if (integer === undefined || integer < min || integer > max) throw outside(shown)
    return isBig ? integer : Number(integer)
  }
}

/** @returns {bigint | undefined} undefined if it is too large for every type */
function integerOf({ isNegative, digits, exponent }, round, shown) {
  // The position of the decimal point among the digits.
  const point = digits.length + exponent
  if (digits === '') return 0n
  if (exponent < 0 && round === undefined)
    throw new DataError(
      `${shownText(shown)} has a fraction; --round nearest, floor, ceil or trunc makes an integer of it`,
    )
  if (point > MOST_DIGITS) return undefined
  if (exponent >= 0) return signed(BigInt(digits + '0'.repeat(exponent)), isNegative)
  const size = BigInt(digits.slice(0, Math.max(point, 0)) || '0')
  const grows = ROUNDINGS[round]({ half: comparedToHalf(digits, point), isNegative, isOdd: size % 2n === 1n })
  return signed(grows ? size + 1n : size, isNegative)
}

/** Negative if the digits after the point are less than a half, 0 for a half, positive for more. */
function comparedToHalf(digits, point) {
  if (point < 0) return -1
  if (digits[point] !== '5') return digits[point] > '5' ? 1 : -1
  return digits.length > point + 1 ? 1 : 0
}

const signed = (size, isNegative) => (isNegative ? -size : size)
