// Targets of elements: a mapped file, raw bytes on the standard output, or lines of text.

import { open, writeFile } from 'node:fs/promises'
import { MmapArray } from '../../index.js'
import { isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { headerOf } from '../npy/header.js'
import { areSameTypes, columnsOf, isRecordType } from '../record-types.js'
import { csvField } from '../text/csv.js'
import { shownText } from '../text/shown-text.js'
import { isTitle } from '../text/values.js'
import { isOfType } from '../type-names.js'
import { jsonWriter, textWriter } from '../values-output.js'
import { Unfit, fitterFor } from './fitting.js'

/** The first capacity of an array, in elements. */
const ROOM = 1 << 16

/**
 * @param {{ path?: string, format: string }} to `path` is undefined for the standard output
 * @param {{ typecode: string, from?: string, output: object, title?: string, round?: string, most: number, between: string,
 *   layout?: import('../npy/header.js').Layout, areBooleans?: boolean, booleanFields: string[] }} settings `from` is the typecode of a binary FILE; `round` is how to round
 *   fractions; `most` is the greatest number of elements; `between` separates two elements of a row
 * @returns {Promise<{ add(values: ArrayLike<unknown>): Promise<void>, end(): Promise<void> }>}
 */
export async function targetOf(to, settings) {
  const target = await anyTargetOf(to, settings)
  if (settings.booleanFields.length > 0) return booleanFieldsOnly(target, settings.booleanFields)
  return settings.areBooleans ? booleansOnly(target) : target
}

async function anyTargetOf({ path, format }, { typecode, from, output, title, round, most, layout, between }) {
  const fit = fitterFor(typecode, round, from)
  if (format === 'csv' && isText({ typecode })) throw new UsageError('characters are written as JSON lines, not as CSV')
  if (format === 'csv' || format === 'jsonl') {
    const columns = layout?.shape[1] ?? 1
    const { titles, lineOf } = format === 'csv' ? csvOf(typecode, { title, columns, between }) : jsonOf(typecode)
    // Records as FILE has them need no check.
    const isFit = (values) => isOfType(values, typecode) || (isRecordType(typecode) && areSameTypes(typecode, from))
    const settings = { lineOf, typecode, titles, columns, between, fit, isFit }
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

/** Titles, and the line of a value or of a record. */
function csvOf(type, { title, columns, between }) {
  if (!isRecordType(type)) return { titles: titlesOf(title, columns), lineOf: textWriter(type) }
  if (title !== undefined)
    throw new UsageError('--header is for numbers: the titles of records are the names of their fields')
  const fields = type.fields.map(({ name, typecode, count }) => {
    const text = isText({ typecode }) ? (value) => csvField(wellFormed(value, name), between) : textWriter(typecode)
    return { name, count, write: count === undefined ? text : (list) => list.map(text).join(between) }
  })
  const titles = fields.flatMap(({ name, count }) => columnsOf(name, count))
  return { titles, lineOf: (record) => fields.map(({ name, write }) => write(record[name])).join(between) }
}

/** UTF-8 has no half of a surrogate pair: it would become another character. */
function wellFormed(character, name) {
  if (character.isWellFormed()) return character
  throw new DataError(
    `the field ${shownText(name)} has half of a surrogate pair, which CSV cannot hold: JSON lines hold it as an escape`,
  )
}

const jsonOf = (type) => ({ lineOf: jsonWriter(type, { areBigIntsQuoted: false }) })

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

function booleanFieldsOnly(target, names) {
  const isBoolean = (value) => (Array.isArray(value) ? value.every(isBoolean) : value === 0 || value === 1)
  return {
    ...target,
    async add(records) {
      for (const name of names) {
        const at = records.findIndex((record) => !isBoolean(record[name]))
        if (at < 0) continue
        throw new Unfit(at, new DataError(`field '${name}': ${records[at][name]} is not a boolean, 0 or 1`))
      }
      await target.add(records)
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
function textTarget({ write, close }, { lineOf, typecode, titles, columns, between, fit, isFit }) {
  const checked = new MmapArray(typecode)
  let isFirst = true
  let count = 0
  const inRows = (value) => `${lineOf(value)}${++count % columns === 0 ? '\n' : between}`
  return {
    async add(values) {
      let checkedValues = values
      if (!isFit(values)) {
        extend(checked, values, fit)
        checkedValues = checked.tolist()
        checked.clear()
      }
      if (isFirst && titles !== undefined)
        await write(`${titles.map((text) => csvField(text, between)).join(between)}\n`)
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
