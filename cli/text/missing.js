// Missing values: which texts stand for them, and what they become.

import { DataError, UsageError } from '../failures.js'
import { decimalOf, isDecimal } from './decimals.js'

/** Texts that stand for missing values, in any case of their letters. */
const TEXTS = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '#n/a', '<na>', 'nat', '\\n'])

/** The message for a missing value, if --missing is not given. */
export const missingMessage = (what = 'a value is missing') =>
  `${what}; --missing nan, skip or a value says what it becomes`

export const isUsuallyMissing = (text) => text.length <= 4 && TEXTS.has(text.toLowerCase())

/**
 * Tells whether a field is one of the numbers among the texts, in any notation: -999 is also -999.0. It compares decimal text,
 * since values may be rounded.
 * @param {string[]} [more] the texts
 * @param {(text: string) => string | undefined} [plain] gives a number without the marks of this file (decimals.js)
 * @returns {((text: string) => boolean) | undefined} undefined if none of the texts is a number
 */
export function missingNumbers(more = [], plain = (text) => text) {
  const texts = more.map((text) => plain(text.trim()) ?? text.trim()).filter(isDecimal)
  if (texts.length === 0) return undefined
  // Doubles are faster, and differ for most other numbers.
  const doubles = new Set(texts.map(Number))
  const exact = new Set(texts.map((text) => keyOf(decimalOf(text))))
  return (field) => {
    const text = plain(field)
    return text !== undefined && doubles.has(Number(text)) && isDecimal(text) && exact.has(keyOf(decimalOf(text)))
  }
}

const keyOf = ({ isNegative, digits, exponent }) =>
  digits === '' ? '0' : `${isNegative ? '-' : ''}${digits}e${exponent}`

/**
 * Reads --missing: what missing values become.
 * @param {string | undefined} word of --missing: skip, or a value such as nan or 0
 * @param {(text: string) => unknown} read a value of the type at hand
 * @param {{ isDate: boolean }} kind of the values
 * @returns {{ action: 'refuse' | 'skip' | 'replace', value?: unknown }}
 */
export function missingPolicy(word, read, { isDate }) {
  if (word === undefined) return { action: 'refuse' }
  if (word === 'skip') return { action: 'skip' }
  try {
    const value = read(word)
    if (value !== undefined) return { action: 'replace', value }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new UsageError(`--missing: ${error.message}`)
  }
  const what = isDate ? 'skip, nat or a date such as 2024-03-01' : 'skip or a value of the type'
  throw new UsageError(`--missing takes ${what}, not '${word}'`)
}
