// Where elements go: a file that is mapped, raw bytes on the standard output, or lines of text.

import { open } from 'node:fs/promises'
import { MmapArray } from '../../index.js'
import { isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { csvTitle } from '../text/csv.js'
import { overflows } from '../text/floats.js'
import { numberRounding } from '../text/integers.js'
import { jsonLine } from '../text/json-lines.js'
import { textOf } from '../text/numbers.js'
import { roundableInteger } from '../text/rounding.js'
import { NARROW, isOfType, nameOf } from '../type-names.js'

/** Elements that an array has room for at first. */
const ROOM = 1 << 16

/**
 * @param {{ path?: string, format: string }} to no path for the standard output
 * @param {{ typecode: string, output: object, title?: string, round?: string, most: number }} terms `round` is what becomes of
 *   fractions; `most` is how many elements there may be
 * @returns {Promise<{ add(values: ArrayLike<unknown>): Promise<void>, end(): Promise<void> }>}
 */
export async function targetOf({ path, format }, { typecode, output, title, round, most }) {
  const fit = fitterFor(typecode, round)
  if (format === 'csv' && isText({ typecode })) throw new UsageError('characters are written as JSON lines, not as CSV')
  if (format === 'csv' || format === 'jsonl') {
    const lineOf = format === 'csv' ? textOf : jsonLine
    return textTarget(path === undefined ? pipe(output) : await file(path), { lineOf, typecode, title, fit })
  }
  if (path !== undefined) return arrayTarget(path, format, typecode, { most, fit })
  if (format === 'npy')
    throw new UsageError("NumPy's format cannot be written to the standard output: its header counts the elements")
  return pipeTarget(output, typecode, fit)
}

/** Adds values to an array, each checked; an error says how many were taken. */
function extend(array, values, fit) {
  const length = array.length
  try {
    array.extend(isOfType(values, array.typecode) ? values : fit(values))
  } catch (error) {
    if (!String(error.code).startsWith('ERR_')) throw error
    throw new Unfit(array.length - length, error)
  }
}

/** @returns {(values: ArrayLike<unknown>) => unknown[]} values that an array rounds once, or refuses */
function fitterFor(typecode, round) {
  if (NARROW.has(typecode) || typecode === 'd') {
    if (round !== undefined) throw new UsageError(`--round goes with integers, not with ${nameOf(typecode)}`)
    return (values) => Array.from(values, (value, at) => finite(typecode, value, at))
  }
  if (round === undefined) return (values) => Array.from(values)
  const rounded = numberRounding(round)
  return (values) => Array.from(values, (value) => (typeof value === 'number' ? rounded(value) : value))
}

function finite(typecode, value, at) {
  if (typeof value === 'bigint') return NARROW.has(typecode) ? roundableInteger(value) : value
  if (!overflows(typecode, value)) return value
  throw new Unfit(at, new RangeError(`${value} is too large for ${nameOf(typecode)}`))
}

/** A value that the type of the target does not hold. */
export class Unfit extends DataError {
  constructor(at, cause) {
    super(cause.message, { cause })
    this.at = at
  }
}

function arrayTarget(path, format, typecode, { most, fit }) {
  const array = MmapArray.open(path, typecode, { flags: 'wx+', format })
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

/** Lines of values that the type holds: 1.1 as a float32 is another number. */
function textTarget({ write, close }, { lineOf, typecode, title, fit }) {
  const checked = new MmapArray(typecode)
  let isFirst = true
  return {
    async add(values) {
      let held = values
      if (!isOfType(values, typecode)) {
        extend(checked, values, fit)
        held = checked.tolist()
        checked.clear()
      }
      if (isFirst && title !== undefined) await write(`${csvTitle(title)}\n`)
      isFirst = false
      if (held.length > 0) await write(`${Array.from(held, lineOf).join('\n')}\n`)
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
