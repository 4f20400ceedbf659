// Elements from lines of text: CSV or JSON lines.

import { statSync } from 'node:fs'
import { isComplex, isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { isRecordType } from '../record-types.js'
import { csvBlocks } from '../text/csv.js'
import { csvRecords } from '../text/csv-records.js'
import { fieldReaders } from '../text/fields.js'
import { jsonBlocks, jsonRecords } from '../text/json-lines.js'
import { textsOf, withoutLines } from '../text/reading.js'
import { valueReader } from '../text/values.js'
import { viewOf } from '../type-names.js'

/** The typecodes if no option names one. */
const OF_NUMBERS = 'd'
const OF_DATES = 'q'

/** Complex numbers, with the part of a typed array's interface that is needed. */
class Complexes extends Array {
  subarray(start, stop) {
    return this.slice(start, stop)
  }
}

function requireWholeRows({ column, title }) {
  const given = column === undefined ? title && 'title' : 'column'
  if (given !== undefined) throw new UsageError(`--${given} reads one value of each row, and --type is of records`)
}

/**
 * @param {{ path?: string, format: string }} from `path` is undefined for the standard input
 * @param {string | undefined} wanted the typecode of the target, if it is known
 * @param {object} options (text-options.js)
 * @param {(text: string) => void} note takes the assumptions
 */
export function textSource({ path, format }, wanted, options, note) {
  const typecode = wanted ?? (options.dates === undefined ? OF_NUMBERS : OF_DATES)
  const isOfText = isText({ typecode })
  const areRecords = isRecordType(typecode)
  if (areRecords) requireWholeRows(options)
  if (format === 'csv' && isOfText) throw new UsageError('characters are read from JSON lines, not from CSV')
  for (const name of isOfText ? ['missing', 'missingText', 'round', 'dates'] : []) {
    if (options[name] !== undefined)
      throw new UsageError(`--${name === 'missingText' ? 'missing-text' : name} is for numbers`)
  }
  const readers = areRecords ? fieldReaders(typecode, options) : undefined
  const reader =
    isOfText || areRecords ? undefined : valueReader({ typecode, isAssumed: wanted === undefined, ...options })
  const name = path ?? 'the standard input'
  const dialect = { ...options, firstLine: options.skipped.first + 1 }
  const View = areRecords ? undefined : isComplex({ typecode }) ? Complexes : viewOf(typecode)
  let lines
  let begin = 0

  async function* blocks(onProgress) {
    const texts = withoutLines(textsOf(path, onProgress, { isStrict: isOfText }), options.skipped)
    if (format === 'csv' && areRecords) return yield* csvRecords(texts, dialect, readers)
    if (format === 'csv')
      return yield* csvBlocks(texts, dialect, reader, { makeBlock: (length) => new View(length), note })
    const blocks = areRecords ? jsonRecords(texts, dialect, readers) : jsonBlocks(texts, dialect, reader)
    for await (const found of blocks) {
      begin += lines?.length ?? 0
      lines = found.lines
      yield found.values
    }
  }

  return {
    typecode,
    total: path === undefined ? Infinity : statSync(path).size,
    async *blocks(onProgress) {
      try {
        yield* blocks(onProgress)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        const between = error.message.startsWith('line ') ? ',' : ':'
        throw new DataError(`${name}${between} ${error.message}`, { cause: error })
      }
    },
    close() {},
    place: (index) => (lines === undefined ? name : `${name}, line ${lines[index - begin]}`),
  }
}
