// Values that a file of text does not have: which texts say so, and what becomes of them.

import { DataError, UsageError } from '../failures.js'
import { decimalOf, isDecimal } from './decimals.js'

/** In any case of their letters. */
const TEXTS = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '#n/a', '<na>', 'nat'])

/**
 * @param {string[]} [more] texts that mean the same in this file, as they stand there
 * @returns {(text: string) => boolean}
 */
export function missingTexts(more = []) {
  const own = new Set(more.map((text) => text.trim()))
  return (text) => own.has(text) || (text.length <= 4 && TEXTS.has(text.toLowerCase()))
}

/** Whether a value is one of the numbers among the texts: -999 is also -999.0. */
export function missingNumbers(more = []) {
  const texts = more.map((text) => text.trim()).filter(isDecimal)
  if (texts.length === 0) return () => false
  const numbers = new Set(texts.map(Number))
  // As decimal text, since a double has not all digits of a bigint.
  const integers = new Set(texts.map((text) => keyOf(decimalOf(text))))
  return (value) => (typeof value === 'bigint' ? integers.has(keyOf(decimalOf(String(value)))) : numbers.has(value))
}

const keyOf = ({ isNegative, digits, exponent }) =>
  digits === '' ? '0' : `${isNegative ? '-' : ''}${digits}e${exponent}`

/**
 * What becomes of missing values.
 * @param {string | undefined} word of --missing: skip, or a value such as nan or 0
 * @param {(text: string) => unknown} read a value of the type at hand
 * @returns {{ action: 'refuse' | 'skip' | 'replace', value?: unknown }}
 */
export function missingPolicy(word, read) {
  if (word === undefined) return { action: 'refuse' }
  if (word === 'skip') return { action: 'skip' }
  try {
    const value = read(word)
    if (value !== undefined) return { action: 'replace', value }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new UsageError(`--missing: ${error.message}`)
  }
  throw new UsageError(`--missing takes skip or a value of the type, not '${word}'`)
}
