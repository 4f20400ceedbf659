// Record types on the command line: time:int64,price:float64,gain:float32[3].

import { MmapArray } from '../index.js'
import { UsageError } from './failures.js'
import { nameOf, toTypecode } from './type-names.js'

/** A field, and the comma behind it: a name, in quotes or plain, a type, and a count. */
const FIELD = /\s*(?:("(?:[^"\\]|\\.)*")|([^":,]*[^":,\s]))\s*:\s*([^\s,:[\]]+)\s*(?:\[(\d+)\])?\s*(,|$)/y
/** A name that needs no quotes. */
const PLAIN = /^[^\s":,]+(?: [^\s":,]+)*$/

const FORM = 'a record type is NAME:TYPE,NAME:TYPE[COUNT],...; names with : , or " are in double quotes'

/**
 * The type that an option names.
 * @param {string | undefined} text a typecode, a name, or the fields of a record
 * @param {{ align?: boolean }} [options] `align` lays the fields out as a C compiler does
 * @returns {string | object | undefined} a typecode, or a record type of MmapArray; undefined without a text
 */
export function toType(text, { align = false } = {}) {
  if (!text?.includes(':')) return toTypecode(text)
  const fields = []
  FIELD.lastIndex = 0
  for (let end = ','; end === ',';) {
    const rest = text.slice(FIELD.lastIndex)
    const match = FIELD.exec(text)
    if (match === null) throw new UsageError(`--type: '${rest}' is not a field; ${FORM}`)
    const [, quoted, plain, type, count] = match
    fields.push([plain ?? unquoted(quoted), toFieldType(type, count)])
    end = match[5]
  }
  try {
    return MmapArray.recordType(fields, { align })
  } catch (error) {
    throw new UsageError(`--type: ${error.message}`, { cause: error })
  }
}

function unquoted(text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--type: ${text} is not a quoted name, as in JSON`, { cause: error })
  }
}

function toFieldType(type, count) {
  if (type === '|b1') throw new UsageError('--type: a field cannot be boolean; write u8 for bytes of 0 and 1')
  const typecode = toTypecode(type)
  return count === undefined ? typecode : [typecode, Number(count)]
}

/** Whether a type is one of records. */
export const isRecordType = (type) => typeof type === 'object'

/** Whether the elements of an array are records. */
export const holdsRecords = ({ typecode }) => isRecordType(typecode)

/** The clearest name of a type; that of a record type is what --type takes. */
export function typeNameOf(type) {
  if (!isRecordType(type)) return nameOf(type)
  return type.fields.map((field) => `${fieldName(field.name)}:${fieldTypeName(field)}`).join(',')
}

/** The type of a field, with its count: float32[3]. */
export const fieldTypeName = ({ typecode, count }) =>
  count === undefined ? nameOf(typecode) : `${nameOf(typecode)}[${count}]`

const fieldName = (name) => (PLAIN.test(name) ? name : JSON.stringify(name))

/** Whether two types are the same, with the same places of their fields. */
export function areSameTypes(one, other) {
  if (!isRecordType(one) || !isRecordType(other))
    return !isRecordType(one) && !isRecordType(other) && nameOf(one) === nameOf(other)
  return (
    one.itemsize === other.itemsize &&
    typeNameOf(one) === typeNameOf(other) &&
    one.fields.every(({ offset }, at) => offset === other.fields[at].offset)
  )
}

/** The titles of a field's columns in CSV: gain[0],gain[1] for several values. */
export const columnsOf = (name, count) =>
  count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}[${index}]`)
