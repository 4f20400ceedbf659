// Floats from decimal text, rounded once: from the text to the type itself.

import { DataError } from '../failures.js'
import { isDecimal } from './decimals.js'
import { roundableDecimal } from './rounding.js'

/** What Python's float() reads besides digits, whatever the case of its letters. */
const SPECIAL = /^([+-]?)(?:(inf|infinity)|nan)$/i

/** The first double beyond each type: it lies in the middle, and would be rounded to infinity. */
const BEYOND = { e: 65520, f: 2 ** 128 - 2 ** 103, d: Infinity }

/**
 * Whether a type rounds a number to infinity that is none.
 * @param {string} code of a float
 */
export const overflows = (code, number) => Math.abs(number) >= BEYOND[code] && Number.isFinite(number)

/**
 * A reader of floats of a type. Those of `e` come as doubles that a half rounds as it would the text.
 * @param {{ code: string, name: string }} type
 * @returns {(text: string, shown?: string) => number | undefined} undefined for what is no number
 * @throws {DataError} for what would be rounded to infinity
 */
export function floatReader({ code, name }) {
  const read = code === 'd' ? Number : roundableDecimal
  const beyond = BEYOND[code]
  return (text, shown = text) => {
    if (!isDecimal(text)) return specialIn(text)
    const number = read(text)
    if (number >= beyond || number <= -beyond)
      throw new DataError(`'${shown}' is too large for ${name}; write inf where infinity is meant`)
    return number
  }
}

function specialIn(text) {
  const match = SPECIAL.exec(text)
  if (!match) return undefined
  if (match[2] === undefined) return NaN
  return match[1] === '-' ? -Infinity : Infinity
}
