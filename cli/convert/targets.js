// Where elements go: a file that is mapped, raw bytes on the standard output, or lines of text.

import { open, writeFile } from 'node:fs/promises'
import { MmapArray } from '../../index.js'
import { isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { headerOf } from '../npy/header.js'
import { shortening } from '../shortest-digits.js'
import { csvLine } from '../text/csv.js'
import { jsonLine } from '../text/json-lines.js'
import { roundableInteger } from '../text/rounding.js'
import { NARROW, isOfType } from '../type-names.js'

/** Elements that an array has room for at first. */
const ROOM = 1 << 16

/**
 * @param {{ path?: string, format: string }} to no path for the standard output
 * @param {{ typecode: string, output: object, title?: string, most: number, layout?: import('../npy/header.js').Layout,
 *   between: string, areBooleans?: boolean }} terms `most` is how many elements there may be, `between` stands between two of a row
 * @returns {Promise<{ add(values: ArrayLike<unknown>): Promise<void>, end(): Promise<void> }>}
 */
export async function targetOf(to, terms) {
  const target = await anyTargetOf(to, terms)
  return terms.areBooleans ? booleansOnly(target) : target
}

async function anyTargetOf({ path, format }, { typecode, output, title, most, layout, between }) {
  if (format === 'csv' && isText({ typecode })) throw new UsageError('characters are written as JSON lines, not as CSV')
  if (format === 'csv' || format === 'jsonl') {
    const printed = format === 'csv' ? csvLine : jsonLine
    const shortest = shortening(typecode)
    const columns = layout?.shape[1] ?? 1
    const terms = { lineOf: (value) => printed(shortest(value)), typecode, title, columns, between }
    return textTarget(path === undefined ? pipe(output) : await file(path), terms)
  }
  if (path !== undefined && format === 'npy' && layout && (layout.isBoolean || layout.shape.length !== 1)) {
    await writeFile(path, headerOf({ ...layout, typecode }), { flag: 'wx' })
    return arrayTarget(path, typecode, most, {
      flags: 'r+',
      format: 'raw',
      offset: headerOf({ ...layout, typecode }).length,
    })
  }
  if (path !== undefined) return arrayTarget(path, typecode, most, { flags: 'wx+', format })
  if (format === 'npy')
    throw new UsageError("NumPy's format cannot be written to the standard output: its header counts the elements")
  return pipeTarget(output, typecode)
}

/** Adds values to an array, each checked; an error says how many were taken. */
function extend(array, values) {
  const length = array.length
  try {
    array.extend(isOfType(values, array.typecode) ? values : Array.from(values, roundableFor(array)))
  } catch (error) {
    if (!String(error.code).startsWith('ERR_')) throw error
    throw new Unfit(array.length - length, error)
  }
}

const roundableFor = ({ typecode }) => (NARROW.has(typecode) ? roundable : undefined)
const roundable = (value) => (typeof value === 'bigint' ? roundableInteger(value) : value)

/** A value that the type of the target does not hold. */
export class Unfit extends DataError {
  constructor(at, cause) {
    super(cause.message, { cause })
    this.at = at
  }
}

/** NumPy takes any byte but 0 for true, and makes 1 of it in another type. */
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

function arrayTarget(path, typecode, most, options) {
  const array = MmapArray.open(path, typecode, options)
  array.reserve(Math.min(ROOM, most))
  return { add: async (values) => extend(array, values), end: async () => array.close() }
}

function pipeTarget(output, typecode) {
  const array = new MmapArray(typecode)
  return {
    async add(values) {
      extend(array, values)
      await output.write(array.tobytes())
      array.clear()
    },
    end: async () => array.close(),
  }
}

/** Lines of values that the type holds: 1.1 as a float32 is another number. */
function textTarget({ write, close }, { lineOf, typecode, title, columns, between }) {
  const checked = new MmapArray(typecode)
  let isFirst = true
  let count = 0
  const inRows = (value) => `${lineOf(value)}${++count % columns === 0 ? '\n' : between}`
  return {
    async add(values) {
      let held = values
      if (!isOfType(values, typecode)) {
        extend(checked, values)
        held = checked.tolist()
        checked.clear()
      }
      if (isFirst && title !== undefined) await write(`${title}\n`)
      isFirst = false
      if (columns > 1) await write(Array.from(held, inRows).join(''))
      else if (held.length > 0) await write(`${Array.from(held, lineOf).join('\n')}\n`)
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
