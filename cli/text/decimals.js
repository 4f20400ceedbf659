// Decimal numbers: which text is one, and its exact digits.

import { UsageError } from '../failures.js'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Whether a text is a decimal number, with a point and an exponent or without. */
export const isDecimal = (text) => NUMBER.test(text)

/**
 * The digits of a decimal number, without zeros at their ends: the number is digits * 10 ** exponent.
 * @param {string} text for which `isDecimal` is true
 * @returns {{ isNegative: boolean, digits: string, exponent: number }} no digits for zero
 */
export function decimalOf(text) {
  const [, sign, whole, fraction, exponent] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text)
  const all = whole + fraction
  let start = 0
  let stop = all.length
  while (start < stop && all[start] === '0') start += 1
  while (stop > start && all[stop - 1] === '0') stop -= 1
  return {
    isNegative: sign === '-',
    digits: all.slice(start, stop),
    exponent: Number(exponent ?? 0) - fraction.length + (all.length - stop),
  }
}

/**
 * Reads numbers with other marks, such as 1.234,5.
 * @param {{ thousands?: string, decimal?: string }} marks
 * @returns {((text: string) => string | undefined) | undefined} gives the text with a point and without groups, or undefined
 *   if the text is not such a number; undefined instead of a function if the marks are the usual ones
 */
export function plainTextOf({ thousands, decimal }) {
  if (thousands === undefined && decimal === undefined) return undefined
  const point = decimal ?? '.'
  for (const [name, mark] of Object.entries({ thousands, decimal })) {
    if (mark !== undefined && !/^[^\da-z+"\r\n-]$/iu.test(mark))
      throw new UsageError(`--${name} takes one character other than a digit, a letter or a sign, not '${mark}'`)
  }
  if (thousands === point) throw new UsageError(`--thousands and --decimal are both '${point}'`)
  const [group, comma] = [thousands, point].map((mark) => (mark === undefined ? undefined : escaped(mark)))
  const whole = group === undefined ? String.raw`\d*` : String.raw`(?:[1-9]\d{0,2}(?:${group}\d{3})+|\d*)`
  const number = new RegExp(`^[+-]?${whole}(?:${comma}\\d*)?(?:e[+-]?\\d+)?$`, 'iu')
  return (text) => {
    if (!number.test(text)) return undefined
    const joined = thousands === undefined ? text : text.replaceAll(thousands, '')
    return joined.replace(point, '.')
  }
}

const escaped = (mark) => `\\u{${mark.codePointAt(0).toString(16)}}`
