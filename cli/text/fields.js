// Reads the fields of a record from columns of CSV, or from the members of an object in JSON lines.

import { DataError, UsageError } from '../failures.js'
import { isComplex, isText } from '../blocks.js'
import { isInteger } from '../type-names.js'
import { shownText } from './shown-text.js'
import { MISSING, valueReader } from './values.js'

/**
 * @param {object} type of the records
 * @param {object} options of values (values.js); --dates goes for int64, --round for integers, --missing for types that have the value
 * @returns {Array<{ name: string, count?: number, isText: boolean, isComplex?: boolean, missing: object, read(text: string): unknown }>} `read` may give MISSING
 */
export function fieldReaders({ fields }, options) {
  const refusals = []
  const readers = fields.map(({ name, count, typecode }) => {
    if (isText({ typecode })) return { name, count, isText: true, missing: { action: 'refuse' }, read: characterIn }
    const { read, missing } = readerOf(typecode, options, refusals)
    return { name, count, isText: false, isComplex: isComplex({ typecode }), missing, read }
  })
  const areNumbers = readers.some((reader) => !reader.isText)
  if (options.missing !== undefined && readers.every(({ missing }) => missing.action === 'refuse'))
    throw refusals[0] ?? new UsageError('--missing is for numbers')
  if (options.round !== undefined && !fields.some(({ typecode }) => isInteger(typecode)))
    throw new UsageError('--round is for integers and dates, and no field holds them')
  if (options.dates !== undefined && !fields.some(({ typecode }) => isDate(typecode)))
    throw new UsageError('--dates makes int64, and no field is of that type')
  if (options.missingText !== undefined && !areNumbers) throw new UsageError('--missing-text is for numbers')
  return readers
}

const isDate = (typecode) => 'ql'.includes(typecode)

/** The reader of one type. A type without the value of --missing refuses missing values. */
function readerOf(typecode, options, refusals) {
  const own = {
    ...options,
    typecode,
    dates: isDate(typecode) ? options.dates : undefined,
    round: isInteger(typecode) ? options.round : undefined,
  }
  try {
    return valueReader(own)
  } catch (error) {
    if (options.missing === undefined || !(error instanceof UsageError)) throw error
    refusals.push(error)
    return valueReader({ ...own, missing: undefined })
  }
}

function characterIn(text) {
  if ([...text].length === 1) return text
  throw new DataError(`${shownText(text)} is not one character`)
}

/**
 * A record of the values of its fields.
 * @param {Array<{ name: string, count?: number, missing: object }>} readers
 * @param {(reader: object, index: number, field: number) => unknown} valueAt reads a value of a field, or gives MISSING
 * @returns {object | typeof MISSING} MISSING if --missing leaves it out
 */
export function recordOf(readers, valueAt) {
  const record = {}
  let isLeftOut = false
  const one = (reader, index, field) => {
    const value = valueAt(reader, index, field)
    if (value !== MISSING) return value
    if (reader.missing.action === 'skip') isLeftOut = true
    return reader.missing.value
  }
  for (let field = 0; field < readers.length; field++) {
    const reader = readers[field]
    const { name, count } = reader
    const value =
      count === undefined
        ? one(reader, 0, field)
        : Array.from({ length: count }, (_, index) => one(reader, index, field))
    if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true })
    else record[name] = value
  }
  return isLeftOut ? MISSING : record
}
