// The names that people have for element types, and the typecode of each.

import { UsageError } from './failures.js'
import { MmapArray } from '../index.js'

/** Bits say the size without doubt; NumPy's i8, which is 8 bytes, and Rust's, which is one, do not. */
const NAMES = {
  b: ['int8', 'Int8Array', '|i1'],
  B: ['uint8', 'Uint8Array', '|u1', '|b1'],
  h: ['int16', 'i16', 'Int16Array', '<i2'],
  H: ['uint16', 'u16', 'Uint16Array', '<u2'],
  i: ['int32', 'i32', 'Int32Array', '<i4'],
  I: ['uint32', 'u32', 'Uint32Array', '<u4'],
  q: ['int64', 'i64', 'BigInt64Array', '<i8'],
  Q: ['uint64', 'u64', 'BigUint64Array', '<u8'],
  e: ['float16', 'f16', 'Float16Array', '<f2'],
  f: ['float32', 'f32', 'Float32Array', '<f4'],
  d: ['float64', 'f64', 'Float64Array', '<f8'],
  c: ['latin1', '|S1'],
  w: ['ucs4', '<U1'],
}
const CODES = new Map(Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code])))

/** @returns {string | undefined} the typecode, where a name is given */
export function toTypecode(name) {
  if (name === undefined) return undefined
  const code = name.length === 1 && MmapArray.typecodes.includes(name) ? name : CODES.get(name)
  if (code !== undefined) return code
  throw new UsageError(
    `--type takes a typecode (${MmapArray.typecodes}) or a name such as float64, f64, Float64Array or <f8, not '${name}'`,
  )
}

/** Types of numbers with a point that have fewer digits than a double. */
export const NARROW = new Set(['e', 'f'])

/** @returns {string | undefined} the typecode that the end of a file's name says: prices.f64 */
export function typecodeOfPath(path) {
  const [, ending] = /\.([a-z]+\d+)$/.exec(path) ?? []
  return CODES.get(ending)
}

/** @returns {string} the name of a typecode that says most */
export const nameOf = (code) => (NAMES[code] ?? { l: NAMES.q, L: NAMES.Q, u: NAMES.w }[code])[0]

/** Whether values are a typed array that an array of a typecode takes as it is. */
export function isOfType(values, code) {
  return ArrayBuffer.isView(values) && KINDS[code] === values.constructor.name
}

const KINDS = Object.fromEntries(
  Object.entries(NAMES).flatMap(([code, names]) =>
    names.filter((name) => name.endsWith('Array')).map((name) => [code, name]),
  ),
)
Object.assign(KINDS, { l: KINDS.q, L: KINDS.Q })
