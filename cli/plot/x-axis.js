// The x axis: indices of elements, numbers from a file, or times.

import { extentOf, seriesOf } from './series.js'
import { DataError, UsageError } from '../failures.js'
import { shortNumber } from './labels.js'

/** Milliseconds of each unit of time; the names are NumPy's. */
const UNITS = { D: 864e5, h: 36e5, m: 6e4, s: 1000, ms: 1, us: 1e-3, ns: 1e-6 }
const NAMES = {
  D: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
}
/** Times since 1970 below so many are in this unit; the limits lie between the years 1973 and 5138 of two units. */
const LIKELY = [
  [1e11, 's'],
  [1e14, 'ms'],
  [1e17, 'us'],
  [Infinity, 'ns'],
]
/** The last millisecond that a Date holds, in both directions. */
const LAST = 8.64e15
/** Parts of a first look at all x values. */
const PARTS = 256

export const X_OPTIONS = {
  x: { type: 'string', value: 'FILE', description: 'file with an x value for each element; default the index' },
  'x-field': {
    type: 'string',
    value: 'NAME',
    description: 'takes x from this field of the --x file, or of FILE if there is no --x',
  },
  'x-type': {
    type: 'string',
    value: 'number|time',
    description: 'what the x values mean; time counts from 1970, in UTC; default number',
  },
  'x-unit': {
    type: 'string',
    value: 'UNIT',
    description: 'unit of time: D, h, m, s, ms, us or ns; default s, ms, us or ns, by the size of the values',
  },
}

/** @returns {{ isTime: boolean, unit?: string }} what the options say, with their contradictions refused */
export function toXSettings({ x, 'x-field': field, 'x-type': type, 'x-unit': unit }) {
  if (type !== undefined && type !== 'number' && type !== 'time')
    throw new UsageError(`--x-type takes number or time, not '${type}'`)
  if (unit !== undefined && !Object.hasOwn(UNITS, unit))
    throw new UsageError(`--x-unit takes ${Object.keys(UNITS).join(', ')}, not '${unit}'`)
  if (type !== undefined && x === undefined && field === undefined)
    throw new UsageError('--x-type needs --x or --x-field')
  if (unit !== undefined && type !== 'time') throw new UsageError('--x-unit needs --x-type time')
  return { isTime: type === 'time', unit }
}

/**
 * Looks at all x values once.
 * @returns {Promise<{ label: string, isTime: boolean, toX(value: number): number, domain?: [number, number], note?: string }>} `toX` gives
 *   milliseconds of times; without a domain no x is finite
 */
export async function xAxisOf({ elements, name }, { start, stop, across = 0 }, { isTime, unit: given }, onProgress) {
  const { columns } = await seriesOf(elements, { start, stop, columns: PARTS }, onProgress)
  const extent = extentOf(columns)
  const note = extent && isBigint(elements) ? roundingOf(extent, across) : undefined
  if (!isTime) return { label: name, isTime, toX: (value) => value, domain: extent, note }
  let unit = given ?? (extent && unitOf(extent))
  const toX = (value) => {
    // The first x of a file that was empty tells the unit.
    if (unit === undefined && Number.isFinite(value)) unit = unitOf([value, value])
    const time = value * UNITS[unit]
    if (Math.abs(time) > LAST && Number.isFinite(value))
      throw new DataError(
        `${name}: ${value} ${NAMES[unit]} since 1970 is beyond the last date; --x-unit gives another unit`,
      )
    return time
  }
  return { label: `${name} (UTC)`, isTime, toX, domain: extent?.map(toX), note }
}

const isBigint = ({ typecode }) => 'lLqQ'.includes(typecode)

/** Says that doubles round integers of 8 bytes, if a picture of so many columns shows it. */
function roundingOf([least, greatest], columns) {
  const size = Math.max(Math.abs(least), Math.abs(greatest))
  const step = 2 ** (Math.floor(Math.log2(size)) - 52)
  return step > 1 && step * columns > greatest - least ? `x is rounded to multiples of ${step}` : undefined
}

/** The unit of times by their size. */
function unitOf([least, greatest] = [0, 0]) {
  const size = Math.max(Math.abs(least), Math.abs(greatest))
  return LIKELY.find(([limit]) => size < limit)[1]
}

/** The axis without x values: elements are one apart. */
export const indexAxis = (start, stop) => ({ label: 'index', isIndex: true, domain: [start, stop] })

/** @returns {string[]} labels for the first x, the middle and the last */
export function axisLabels({ isIndex, isTime, domain: [first, last] }) {
  if (isIndex) return [first, Math.floor((first + last) / 2), Math.max(last - 1, first)].map(String)
  const places = [first, first / 2 + last / 2, last]
  if (!isTime) return distinctNumbers(places)
  return places.map((time) => timeText(time, last - first))
}

/** Numbers with as many digits as tell them apart: those of a narrow range far from 0 begin alike. */
function distinctNumbers(values) {
  const short = values.map(shortNumber)
  if (new Set(short).size === new Set(values).size) return short
  const digits = [6, 8, 10, 12, 14].find((count) => new Set(values.map((value) => value.toPrecision(count))).size > 2)
  return values.map((value) => String(Number(value.toPrecision(Math.min((digits ?? 15) + 2, 17)))))
}

/** A time with as much detail as a picture of a span shows. */
function timeText(time, span) {
  const text = new Date(time).toISOString().replace('T', ' ')
  if (span >= 30 * UNITS.D) return text.slice(0, -14)
  if (span >= UNITS.h) return text.slice(0, -8)
  return span >= 30 * UNITS.s ? text.slice(0, -5) : text.slice(0, -1)
}
