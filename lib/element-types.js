// The types of elements: typecodes and record types.

import { invalidTypecode, optionsAsType } from './errors.js'
import { toRecordRow } from './record-types.js'
import { CODES, typeOfCode } from './typecodes.js'

/**
 * The row of a typecode, a name of one, a typed array's constructor or a record type.
 * @throws {TypeError} ERR_INVALID_TYPECODE; ERR_INVALID_RECORD_TYPE
 * @param {string} [hint] a sentence for the error: what to do instead
 */
export function toType(typecode, hint) {
  if (typeof typecode === 'object' && typecode !== null) return toRecordRow(typecode)
  const type = typeOfCode(typecode)
  if (type === undefined) throw invalidTypecode(CODES, typecode, hint)
  return type
}

/** The names of the options of all calls that open an array. */
const OPTIONS = new Set([
  ...['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format', 'tail', 'shape'],
  ...['signal', 'persistent'],
])

/** Whether all fields of a record type have names of options. */
function areOptions(fields) {
  const names = Object.keys(fields)
  return names.length > 0 && names.every((name) => OPTIONS.has(name))
}

/** The same for a call that takes options behind the type, as `usage` shows. */
export function toTypeBeforeOptions(typecode, usage, hint) {
  try {
    return toType(typecode, hint)
  } catch (error) {
    if (error?.code === 'ERR_INVALID_RECORD_TYPE' && areOptions(typecode)) throw optionsAsType(usage)
    throw error
  }
}
