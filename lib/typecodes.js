// The JavaScript half of the typecode table; the core's half is src/typecode.rs, and a test compares the two.

import { invalidTypecode } from './errors.js'

/** Node 20 and 22 have no Float16Array: there JavaScript sees the bits of a half. */
const Half = globalThis.Float16Array ?? Uint16Array

export const HALVES_ARE_BITS = Half === Uint16Array

const row = (code, View, meaning, limits) => Object.freeze({ code, View, none: new View(0), meaning, ...limits })
const integer = (code, View, min, max) => row(code, View, 'integer', { min, max })
const big = (code, View, min, max) => row(code, View, 'bigint', { min, max })
const character = (code, View, max) => row(code, View, 'character', { max })

const LATIN_1 = 0xff
const UNICODE = 0x10ffff
const I64 = [-(2n ** 63n), 2n ** 63n - 1n]
const U64 = [0n, 2n ** 64n - 1n]

/** A row for each typecode: its typed array, an empty one, the meaning of an element, and its range. */
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
])

export const TYPECODE_LETTERS = TYPECODES.map((type) => type.code).join('')

const BY_LETTER = new Map(TYPECODES.map((type) => [type.code, type]))

/** If two typecodes have the same typed array, its constructor means the one of fixed size: q, Q, B, I. */
const BY_CONSTRUCTOR = new Map(
  ['b', 'B', 'h', 'H', 'i', 'I', 'q', 'Q', 'f', 'd'].map((code) => [BY_LETTER.get(code).View, BY_LETTER.get(code)]),
)
if (!HALVES_ARE_BITS) BY_CONSTRUCTOR.set(Half, BY_LETTER.get('e'))

/**
 * The row of a typecode or of a typed array's constructor.
 * @throws {TypeError} ERR_INVALID_TYPECODE
 */
export function toType(typecode) {
  const type = typeof typecode === 'function' ? BY_CONSTRUCTOR.get(typecode) : BY_LETTER.get(typecode)
  if (type === undefined) throw invalidTypecode(TYPECODE_LETTERS, typecode)
  return type
}
