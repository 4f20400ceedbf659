// Values that a file of text does not have: which texts say so, and what becomes of them.

import { DataError, UsageError } from '../failures.js'
import { isDecimal } from './decimals.js'

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
  const numbers = new Set(
    more
      .map((text) => text.trim())
      .filter(isDecimal)
      .map(Number),
  )
  return numbers.size > 0 ? (value) => numbers.has(Number(value)) : () => false
}

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
