// Floats from decimal text, rounded once: from the text to the type itself.

import { DataError } from '../failures.js'
import { decimalOf, isDecimal } from './decimals.js'
import { roundableDecimal } from './rounding.js'
import { shownText } from './shown-text.js'

/** Words that Python's float() reads, in any case of their letters. */
const SPECIAL = /^([+-]?)(?:(inf|infinity)|nan)$/i

/** Zeros at the end of the longest number that a type of integers holds. */
const MOST_ZEROS = 19

/** The smallest double that each type rounds to infinity. */
const BEYOND = { e: 65520, f: 2 ** 128 - 2 ** 103, d: Infinity }

/**
 * Whether a type rounds a finite number to infinity.
 * @param {string} code of a float
 */
export const overflows = (code, number) => Math.abs(number) >= BEYOND[code] && Number.isFinite(number)

/**
 * A reader of floats of a type. Those of `e` come as doubles that a half rounds as it would the text.
 * @param {{ code: string, name: string }} type
 * @param {boolean} [isAssumed] whether no option names the type: then it has to hold all digits of an integer
 * @returns {(text: string, shown?: string) => number | undefined} undefined if the text is not a number
 * @throws {DataError} for a number that would become infinity, and for an integer that loses digits in a type that no option names
 */
export function floatReader({ code, name }, isAssumed = false) {
  const read = code === 'd' ? Number : roundableDecimal
  const beyond = BEYOND[code]
  return (text, shown = text) => {
    if (!isDecimal(text)) return specialIn(text)
    const number = read(text)
    if (number >= beyond || number <= -beyond)
      throw new DataError(`${shownText(shown)} is too large for ${name}; write inf for infinity`)
    if (isAssumed && (number > Number.MAX_SAFE_INTEGER || number < -Number.MAX_SAFE_INTEGER))
      requireExact(text, number, name)
    return number
  }
}

function requireExact(text, number, name) {
  const { isNegative, digits, exponent } = decimalOf(text)
  if (exponent < 0 || exponent > MOST_ZEROS) return
  const integer = BigInt(digits + '0'.repeat(exponent)) * (isNegative ? -1n : 1n)
  if (integer === BigInt(number)) return
  const type =
    BigInt.asIntN(64, integer) === integer ? 'i64' : BigInt.asUintN(64, integer) === integer ? 'u64' : undefined
  // The fewest digits that make a double are its own, where the text cannot be an integer of 8 bytes: 1.5e20, 123456789012345670000.
  if ((type === undefined || /[.e]/i.test(text)) && digits === decimalOf(String(number)).digits) return
  const keeps = type === undefined ? 'no type keeps them' : `--type ${type} keeps them`
  throw new DataError(`${shownText(text)} has more digits than ${name}: ${keeps}, --type f64 rounds`)
}

function specialIn(text) {
  const match = SPECIAL.exec(text)
  if (!match) return undefined
  if (match[2] === undefined) return NaN
  return match[1] === '-' ? -Infinity : Infinity
}
