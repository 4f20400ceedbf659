// Numbers as text, without loss.

import { roundableDecimal } from './rounding.js'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const INTEGER = /^[+-]?\d+$/
const SPECIAL = { nan: NaN, inf: Infinity, infinity: Infinity }

/**
 * @param {string} text
 * @param {boolean} [isNarrow] whether it is for a type that has fewer digits than a double
 * @returns {number | bigint | undefined} a bigint where a number would round an integer
 */
export function numberIn(text, isNarrow = false) {
  const word = text.trim()
  if (NUMBER.test(word)) {
    const number = isNarrow ? roundableDecimal(word) : Number(word)
    if (Number.isSafeInteger(number) || !INTEGER.test(word)) return number
    return BigInt(word.replace('+', ''))
  }
  const [, sign, name] = /^([+-]?)([a-z]+)$/i.exec(word) ?? []
  const special = SPECIAL[name?.toLowerCase()]
  return sign === '-' && special !== undefined ? -special : special
}

/** The shortest digits that give the same number; -0 keeps its sign. */
export const textOf = (value) => (Object.is(value, -0) ? '-0' : String(value))
