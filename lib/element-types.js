// The types of elements: typecodes and record types.

import { invalidTypecode } from './errors.js'
import { toRecordRow } from './record-types.js'
import { CODES, typeOfCode } from './typecodes.js'

/**
 * The row of a typecode, a name of one, a typed array's constructor or a record type.
 * @throws {TypeError} ERR_INVALID_TYPECODE; ERR_INVALID_RECORD_TYPE
 */
export function toType(typecode) {
  if (typeof typecode === 'object' && typecode !== null) return toRecordRow(typecode)
  const type = typeOfCode(typecode)
  if (type === undefined) throw invalidTypecode(CODES, typecode)
  return type
}
