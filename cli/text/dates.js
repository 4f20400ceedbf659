// ISO 8601 dates, as NumPy writes datetime64, as integers: units since the beginning of 1970.

import { DataError, UsageError } from '../failures.js'
import { shownText } from './shown-text.js'

/** How many nanoseconds each unit has, by NumPy's name. */
const UNITS = {
  D: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
}

const DATE = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?$/i
const DAY = 86_400_000
/** 18 digits are attoseconds: more than any clock has. */
const MOST_DIGITS = 18
const NOT_A_TIME = -(2n ** 63n)
const [LEAST, GREATEST] = [NOT_A_TIME + 1n, 2n ** 63n - 1n]

/** NumPy's "not a time", the least integer. */
export const notATime = (word) => (word.toLowerCase() === 'nat' ? NOT_A_TIME : undefined)

/**
 * A reader of dates.
 * @param {string} unit of the integers: D, h, m, s, ms, us, ns
 * @param {string} [round] how to round a fraction of a unit; without it a fraction is an error
 * @returns {(text: string, shown?: string) => bigint | undefined} undefined if the text is not a date
 */
export function dateReader(unit, round) {
  if (!Object.hasOwn(UNITS, unit))
    throw new UsageError(`--dates takes a unit, ${Object.keys(UNITS).join(', ')}, not '${unit}'`)
  const scale = 10n ** BigInt(MOST_DIGITS - 9)
  const size = UNITS[unit] * scale
  return (text, shown = text) => {
    const match = DATE.exec(text)
    const fine = match && attosecondsOf(match)
    if (fine === undefined || fine === null) return undefined
    const units = divide(fine, size, round, { shown, unit })
    if (units < LEAST || units > GREATEST)
      throw new DataError(`${shownText(shown)} does not fit int64 in the unit ${unit}`)
    return units
  }
}

function attosecondsOf([, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone]) {
  const [y, mon, d, h, min, s] = [year, month, day, hour, minute, second].map(Number)
  const midnight = new Date(0).setUTCFullYear(y, mon - 1, d)
  const date = new Date(midnight)
  // 31 April would become 1 May.
  if (date.getUTCMonth() !== mon - 1 || date.getUTCDate() !== d) return undefined
  if (h > 23 || min > 59 || s > 59 || fraction.length > MOST_DIGITS) return undefined
  const shift = shiftOf(zone)
  if (shift === undefined) return undefined
  const seconds = Math.floor(midnight / DAY) * 86_400 + h * 3600 + min * 60 + s - shift
  return BigInt(seconds) * 10n ** BigInt(MOST_DIGITS) + BigInt(fraction.padEnd(MOST_DIGITS, '0'))
}

/** How many seconds a zone is ahead of UTC; 0 without a zone. */
function shiftOf(zone) {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60)
}

function divide(fine, size, round, { shown, unit }) {
  const rest = ((fine % size) + size) % size
  const below = (fine - rest) / size
  if (rest === 0n) return below
  if (round === undefined)
    throw new DataError(`${shownText(shown)} is finer than the unit ${unit}; take a finer unit, or give --round`)
  if (round === 'floor' || (round === 'trunc' && below >= 0n)) return below
  if (round === 'nearest') {
    const isUp = rest * 2n > size || (rest * 2n === size && below % 2n !== 0n)
    return isUp ? below + 1n : below
  }
  return below + 1n
}
