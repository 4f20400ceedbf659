// Targets of elements: a mapped file, raw bytes on the standard output, or lines of text.

import { open, writeFile } from 'node:fs/promises'
import { MmapArray } from '../../index.js'
import { isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { headerOf } from '../npy/header.js'
import { shortening } from '../shortest-digits.js'
import { csvTitle } from '../text/csv.js'
import { overflows } from '../text/floats.js'
import { numberRounding } from '../text/integers.js'
import { jsonLine } from '../text/json-lines.js'
import { textOf } from '../text/numbers.js'
import { roundableInteger } from '../text/rounding.js'
import { isTitle } from '../text/values.js'
import { NARROW, isOfType, nameOf } from '../type-names.js'

/** The first capacity of an array, in elements. */
const ROOM = 1 << 16

/**
 * @param {{ path?: string, format: string }} to `path` is undefined for the standard output
 * @param {{ typecode: string, from?: string, output: object, title?: string, round?: string, most: number, between: string,
 *   layout?: import('../npy/header.js').Layout, areBooleans?: boolean }} settings `from` is the typecode of a binary FILE; `round` is how to round
 *   fractions; `most` is the greatest number of elements; `between` separates two elements of a row
 * @returns {Promise<{ add(values: ArrayLike<unknown>): Promise<void>, end(): Promise<void> }>}
 */
export async function targetOf(to, settings) {
  const target = await anyTargetOf(to, settings)
  return settings.areBooleans ? booleansOnly(target) : target
}

async function anyTargetOf({ path, format }, { typecode, from, output, title, round, most, layout, between }) {
  const fit = fitterFor(typecode, round, from)
  if (format === 'csv' && isText({ typecode })) throw new UsageError('characters are written as JSON lines, not as CSV')
  if (format === 'csv' || format === 'jsonl') {
    const printed = format === 'csv' ? textOf : jsonLine
    const shortest = shortening(typecode)
    const columns = layout?.shape[1] ?? 1
    const titles = titlesOf(title, columns)
    const settings = { lineOf: (value) => printed(shortest(value)), typecode, titles, columns, between, fit }
    return textTarget(path === undefined ? pipe(output) : await file(path), settings)
  }
  if (path !== undefined && format === 'npy' && layout && (layout.isBoolean || layout.shape.length !== 1)) {
    const header = headerOf({ ...layout, typecode })
    await writeFile(path, header, { flag: 'wx' })
    return arrayTarget(path, typecode, { most, fit }, { flags: 'r+', format: 'raw', offset: header.length })
  }
  if (path !== undefined) return arrayTarget(path, typecode, { most, fit }, { flags: 'wx+', format })
  if (format === 'npy')
    throw new UsageError("NumPy's format cannot be written to the standard output: its header counts the elements")
  return pipeTarget(output, typecode, fit)
}

/** A title, or as many as there are columns, with commas between them. */
function titlesOf(title, columns) {
  if (title === undefined || columns === 1) return title === undefined ? undefined : [title]
  const titles = title.split(',')
  if (titles.length !== columns)
    throw new UsageError(`--header takes ${columns} titles, one for each column, with commas between them`)
  const wrong = titles.find((text) => !isTitle(text))
  if (wrong === undefined) return titles
  throw new UsageError(`--header takes titles, and '${wrong}' could be read as an element`)
}

/** A title that contains the separator is in quotes, also if the separator is a tab. */
function titleField(title, between) {
  const field = csvTitle(title)
  return field === title && title.includes(between) ? `"${title}"` : field
}

/** Adds values to an array, which checks each; an error knows how many were added. */
function extend(array, values, fit) {
  const length = array.length
  try {
    array.extend(isOfType(values, array.typecode) ? values : fit(values))
  } catch (error) {
    if (!String(error.code).startsWith('ERR_')) throw error
    throw new Unfit(array.length - length, error)
  }
}

/** @returns {(values: ArrayLike<unknown>) => unknown[]} values that an array rounds once or refuses */
function fitterFor(typecode, round, from) {
  if (isFloat(typecode)) {
    const areIntegers = from !== undefined && isInteger(from)
    if (areIntegers && round === undefined) return (values) => Array.from(values, exactly(typecode, from))
    if (round !== undefined && (!areIntegers || round !== 'nearest')) throw new UsageError(noRounding(typecode))
    return (values) => Array.from(values, (value, at) => finite(typecode, value, at))
  }
  const rounded = round === undefined ? (value) => value : numberRounding(round)
  const whole = WIDE.has(typecode) ? bigWhole : (value) => value
  return (values) => Array.from(values, (value) => (typeof value === 'number' ? whole(rounded(value)) : value))
}

/** Integers of 8 bytes. */
const WIDE = new Set(['l', 'L', 'q', 'Q'])

/** A whole double is an exact integer, but an array takes those beyond 2^53 only as bigints. */
const bigWhole = (number) => (Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(number) : number)

const isFloat = (typecode) => 'efd'.includes(typecode)
const isInteger = (typecode) => 'bBhHiIlLqQ'.includes(typecode)
const noRounding = (typecode) =>
  `--round goes with integers, not with ${nameOf(typecode)}, which takes integers of a binary FILE by --round nearest`

/** Integers may be counts or keys: a lost digit makes another number. So they are not rounded, unlike fractions. */
function exactly(typecode, from) {
  return (value, at) => {
    const number = Number(finite(typecode, value, at))
    // Compared by their exact values.
    if (number == value && isWhole(typecode, number)) return number
    const how = `--round nearest rounds it, --type ${nameOf(from)} keeps it`
    throw new Unfit(at, new RangeError(`${value} has more digits than ${nameOf(typecode)}: ${how}`))
  }
}

/** Bits of the mantissa. */
const BITS = { e: 11, f: 24 }

/** Whether a type holds an integer exactly, if it is not too large. */
function isWhole(typecode, number) {
  const bits = BITS[typecode]
  if (bits === undefined || Math.abs(number) <= 2 ** bits) return true
  let size = Math.abs(number)
  while (size % 2 === 0) size /= 2
  return size < 2 ** bits
}

function finite(typecode, value, at) {
  const number = typeof value === 'bigint' && NARROW.has(typecode) ? roundableInteger(value) : value
  if (typeof number === 'bigint' || !overflows(typecode, number)) return number
  throw new Unfit(at, new RangeError(`${value} is too large for ${nameOf(typecode)}`))
}

/** A value that the type of the target does not hold. */
export class Unfit extends DataError {
  constructor(at, cause) {
    super(cause.message, { cause })
    this.at = at
  }
}

/** NumPy takes any byte but 0 for true, and converts it to 1. */
function booleansOnly(target) {
  return {
    ...target,
    async add(values) {
      const at = values.findIndex((value) => value != 0 && value != 1)
      if (at >= 0) throw new Unfit(at, new DataError(`${values[at]} is not a boolean, 0 or 1`))
      await target.add(values)
    },
  }
}

function arrayTarget(path, typecode, { most, fit }, options) {
  const array = MmapArray.open(path, typecode, options)
  array.reserve(Math.min(ROOM, most))
  return { add: async (values) => extend(array, values, fit), end: async () => array.close() }
}

function pipeTarget(output, typecode, fit) {
  const array = new MmapArray(typecode)
  return {
    async add(values) {
      extend(array, values, fit)
      await output.write(array.tobytes())
      array.clear()
    },
    end: async () => array.close(),
  }
}

/** Lines of values as the type holds them: 1.1 is another number as a float32. */
function textTarget({ write, close }, { lineOf, typecode, titles, columns, between, fit }) {
  const checked = new MmapArray(typecode)
  let isFirst = true
  let count = 0
  const inRows = (value) => `${lineOf(value)}${++count % columns === 0 ? '\n' : between}`
  return {
    async add(values) {
      let checkedValues = values
      if (!isOfType(values, typecode)) {
        extend(checked, values, fit)
        checkedValues = checked.tolist()
        checked.clear()
      }
      if (isFirst && titles !== undefined)
        await write(`${titles.map((text) => titleField(text, between)).join(between)}\n`)
      isFirst = false
      if (columns > 1) await write(Array.from(checkedValues, inRows).join(''))
      else if (checkedValues.length > 0) await write(`${Array.from(checkedValues, lineOf).join('\n')}\n`)
    },
    async end() {
      checked.close()
      await close()
    },
  }
}

const pipe = (output) => ({ write: (text) => output.write(text), close: async () => {} })

async function file(path) {
  const handle = await open(path, 'wx')
  return { write: (text) => handle.appendFile(text), close: () => handle.close() }
}
