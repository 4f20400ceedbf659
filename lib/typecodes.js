// The JavaScript half of the typecode table; the core's half is src/typecode.rs, and a test compares the two.

import { codeOfName } from './type-names.js'

/** Node 20 and 22 have no Float16Array: there JavaScript sees the bits of a half. */
const Half = globalThis.Float16Array ?? Uint16Array

export const HALVES_ARE_BITS = Half === Uint16Array

const row = (code, View, meaning, more) =>
  Object.freeze({
    key: code,
    code,
    label: `typecode '${code}'`,
    itemsize: View.BYTES_PER_ELEMENT,
    View,
    none: new View(0),
    meaning,
    isObject: false,
    ...more,
  })
const integer = (code, View, min, max) => row(code, View, 'integer', { min, max })
const big = (code, View, min, max) => row(code, View, 'bigint', { min, max })
const character = (code, View, max) => row(code, View, 'character', { max })
const complex = (code, View) =>
  row(code, View, 'complex', { itemsize: 2 * View.BYTES_PER_ELEMENT, none: new Uint8Array(0), isObject: true })

const LATIN_1 = 0xff
const UNICODE = 0x10ffff
const I64 = [-(2n ** 63n), 2n ** 63n - 1n]
const U64 = [0n, 2n ** 64n - 1n]

/**
 * A row for each typecode. The rows of record types, in record-types.js, have the same members:
 * - `key` is equal for equal types and different for different ones;
 * - `code` is the `typecode` of the arrays;
 * - `label` names the type in errors;
 * - `itemsize` is the size of an element in bytes;
 * - `View` is the class of the views: a pair of floats for each complex number;
 * - `isObject` says that elements are objects, complex numbers or records. They cross the border to the core as bytes;
 * - `none` is an empty typed array, of the class through which the element path reads: `View`, or Uint8Array if elements are
 *   objects;
 * - `meaning` of an element, and its range.
 */
export const TYPECODES = Object.freeze([
  integer('b', Int8Array, -128, 127),
  integer('B', Uint8Array, 0, 255),
  integer('h', Int16Array, -32768, 32767),
  integer('H', Uint16Array, 0, 65535),
  integer('i', Int32Array, -2147483648, 2147483647),
  integer('I', Uint32Array, 0, 4294967295),
  big('l', BigInt64Array, ...I64),
  big('L', BigUint64Array, ...U64),
  big('q', BigInt64Array, ...I64),
  big('Q', BigUint64Array, ...U64),
  row('e', Half, 'float'),
  row('f', Float32Array, 'float'),
  row('d', Float64Array, 'float'),
  character('c', Uint8Array, LATIN_1),
  character('u', Uint32Array, UNICODE),
  character('w', Uint32Array, UNICODE),
  complex('Zf', Float32Array),
  complex('Zd', Float64Array),
])

/** What users see. Not a string as in Python until 3.14: 'Z' is in 'ZfZd', and is no typecode. */
export const CODES = Object.freeze(TYPECODES.map((type) => type.code))

const BY_CODE = new Map(TYPECODES.map((type) => [type.code, type]))

/** If two typecodes have the same typed array, its constructor means the one of fixed size: q, Q, B, I. */
const BY_CONSTRUCTOR = new Map(
  ['b', 'B', 'h', 'H', 'i', 'I', 'q', 'Q', 'f', 'd'].map((code) => [BY_CODE.get(code).View, BY_CODE.get(code)]),
)
if (!HALVES_ARE_BITS) BY_CONSTRUCTOR.set(Half, BY_CODE.get('e'))

/** The row of a typecode, of a name or of a typed array's constructor. Undefined for any other value. */
export function typeOfCode(typecode) {
  if (typeof typecode === 'function') return BY_CONSTRUCTOR.get(typecode)
  return BY_CODE.get(typecode) ?? BY_CODE.get(codeOfName(typecode))
}
