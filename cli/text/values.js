// Reads one value of a type from the text of a field.

import { isComplex } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { nameOf } from '../type-names.js'
import { dateReader, notATime } from './dates.js'
import { complexReader } from './complex.js'
import { plainTextOf } from './decimals.js'
import { floatReader } from './floats.js'
import { integerReader, requireRounding } from './integers.js'
import { isUsuallyMissing, missingMessage, missingNumbers, missingPolicy } from './missing.js'
import { shownText } from './shown-text.js'

/** The longest text that is read as a number: more digits would only take time. */
const LONGEST = 20_000

const [I64, U64] = [2n ** 63n, 2n ** 64n]
const LIMITS = {
  b: [-128, 127],
  B: [0, 255],
  h: [-32768, 32767],
  H: [0, 65535],
  i: [-2147483648, 2147483647],
  I: [0, 4294967295],
  q: [-I64, I64 - 1n],
  Q: [0n, U64 - 1n],
}
Object.assign(LIMITS, { l: LIMITS.q, L: LIMITS.Q })

/** The value of a field that stands for a missing value. */
export const MISSING = Symbol('missing')

/**
 * Makes the reader of a file's fields.
 * @param {{ typecode: string, isAssumed?: boolean, dates?: string, round?: string, thousands?: string, decimal?: string, missing?: string,
 *   missingText?: string[] }} options
 * @returns {{ read(text: string): unknown, isTitle(text: string): boolean, isComplex: boolean, missing: { action: string, value?: unknown } }}
 *   `read` gives MISSING if --missing is given, and throws a DataError for a missing value otherwise
 */
export function valueReader({ typecode, isAssumed, dates, round, thousands, decimal, missing, missingText }) {
  const parse = parserOf(typecode, { isAssumed, dates, round })
  const plain = plainTextOf({ thousands, decimal })
  const ownTexts = new Set(missingText?.map((text) => text.trim()))
  const isMissingNumber = missingNumbers(missingText, plain)
  const isDate = dates !== undefined
  const policy = missingPolicy(missing, isDate ? (word) => notATime(word) ?? parse(word) : parse, { isDate })
  const isRefused = policy.action === 'refuse'
  const parsed = (word) => {
    if (plain === undefined) return parse(word)
    const text = plain(word)
    // Words such as inf have no marks.
    return text === undefined ? (/\d/.test(word) ? undefined : parse(word)) : parse(text, word)
  }
  const read = (text) => {
    const word = text.trim()
    if (ownTexts.has(word)) return absent(word)
    if (isMissingNumber?.(word) && word.length <= LONGEST) return absent(word)
    const value = word.length > LONGEST ? undefined : parsed(word)
    if (value === undefined) {
      if (isUsuallyMissing(word)) return absent(word)
      throw new DataError(`${shownText(text)} ${whyNot(word, isDate)}`)
    }
    // NaN is a value of floats, but a missing value if --missing is given.
    if (!isRefused && value !== value) return MISSING
    return value
  }
  const absent = (word) => {
    if (!isRefused) return MISSING
    const what = word === '' ? 'a value is missing' : `${shownText(word)} stands for a missing value`
    throw new DataError(missingMessage(what))
  }
  const isValue = (word) => {
    try {
      return parsed(word) !== undefined
    } catch {
      return true
    }
  }
  return {
    read,
    missing: policy,
    isComplex: isComplex({ typecode }),
    isTitle: (text) => isTitle(text) && !ownTexts.has(text.trim()) && !isValue(text.trim()),
  }
}

function whyNot(word, isDate) {
  if (word.length > LONGEST)
    return `is too long: only texts of up to ${LONGEST.toLocaleString('en')} characters are read`
  const what = isDate ? 'not a date' : 'not a number'
  if (!SPREADSHEET_ERROR.test(word)) return `is ${what}`
  return `is ${what}: it may be an error of a spreadsheet; --missing-text takes it for a missing value`
}

/** `#WERT!`, `#NAME?`, `#NV`, `#N/A`, `Err:502`: spreadsheets write them in the language of their user. */
const SPREADSHEET_ERROR = /^#\S*[!?]$|^#(?=\P{Lu}*\p{Lu})[^\p{Ll}\s]+$|^Err:\s*\d/u
/** Values and missing values in letters, without their marks: `(inf)`, `N.A.` */
const WORDS = /^(?:inf|infinity|nan|true|false|na|null|none|nat)$/i

/** Whether a text of the first line is a title. It is not if it may be a value or a mistyped one: `(1e5)`, `$5 EUR`, `#NV`. */
export function isTitle(text) {
  const word = text.trim()
  if (!/\p{L}/u.test(word) || /^[^\p{L}]*\p{N}/u.test(word) || isUsuallyMissing(word)) return false
  return !SPREADSHEET_ERROR.test(word) && !WORDS.test(word.replaceAll(/[\p{P}\p{S}\p{Z}]/gu, ''))
}

function parserOf(code, { isAssumed, dates, round }) {
  if (dates !== undefined) {
    requireRounding(round)
    if (!'ql'.includes(code)) throw new UsageError(`--dates makes int64, not ${nameOf(code)}: leave out --type`)
    return dateReader(dates, round)
  }
  const name = nameOf(code)
  const limits = LIMITS[code]
  if (limits !== undefined) return integerReader({ name, min: limits[0], max: limits[1] }, round)
  if (round !== undefined) throw new UsageError(`--round is for integers and dates, not for ${name}`)
  if (isComplex({ typecode: code })) return complexReader({ code, name })
  return floatReader({ code, name }, isAssumed)
}
