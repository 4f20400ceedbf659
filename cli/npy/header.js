// Reads the parts of a .npy header that an array does not tell. Writes the headers that an array cannot write: those of several
// dimensions, and of booleans.

import { closeSync, openSync, readSync } from 'node:fs'
import { DataError } from '../failures.js'
import { parseDictionary } from './literal.js'

const MAGIC = '\x93NUMPY'
/** The longest text that NumPy reads, 10,000 characters of up to 4 bytes, and the most bytes before it. */
const [LONGEST, PRELUDE] = [40_000, 12]
/** Headers that NumPy writes end at a multiple of this. */
const ALIGNMENT = 64
/** NumPy leaves room for so many digits in the length that may grow. */
const MOST_DIGITS = 21

const DTYPES = {
  ...{ b: '|i1', B: '|u1', h: '<i2', H: '<u2', i: '<i4', I: '<u4', l: '<i8', L: '<u8', q: '<i8', Q: '<u8' },
  ...{ e: '<f2', f: '<f4', d: '<f8', Zf: '<c8', Zd: '<c16', c: '|S1', u: '<U1', w: '<U1' },
}

/** The typecode of each of NumPy's types, by its kind and size, and its other names, which may follow a byte order. */
const LETTERS = {
  u1: { code: 'B', names: '? b1 B' },
  i1: { code: 'b', names: 'b' },
  i2: { code: 'h', names: 'h' },
  u2: { code: 'H', names: 'H' },
  i4: { code: 'i', names: 'i' },
  u4: { code: 'I', names: 'I' },
  i8: { code: 'q', names: 'l q p n' },
  u8: { code: 'Q', names: 'L Q P N' },
  f2: { code: 'e', names: 'e' },
  f4: { code: 'f', names: 'f' },
  f8: { code: 'd', names: 'd' },
  c8: { code: 'Zf', names: 'F' },
  c16: { code: 'Zd', names: 'D' },
  S1: { code: 'c', names: 'c a1' },
  U1: { code: 'w', names: 'U1' },
}
/** Names that NumPy reads only without a byte order. `long` has 8 bytes on the systems of this package. */
const WORDS = {
  B: 'bool bool_ uint8 ubyte',
  b: 'int8 byte',
  h: 'int16 short',
  H: 'uint16 ushort',
  i: 'int32 intc',
  I: 'uint32 uintc',
  q: 'int64 int int_ intp long longlong',
  Q: 'uint64 uint uintp ulong ulonglong',
  e: 'float16 half',
  f: 'float32 single',
  d: 'float64 float double',
  Zf: 'complex64 csingle',
  Zd: 'complex128 complex cdouble',
}
const ORDERED = new Map(
  Object.entries(LETTERS).flatMap(([size, { code, names }]) => [size, ...names.split(' ')].map((name) => [name, code])),
)
const UNORDERED = new Map(
  Object.entries(WORDS).flatMap(([code, names]) => names.split(' ').map((name) => [name, code])),
)
const BOOLEANS = new Set(['?', 'b1', 'bool', 'bool_'])

/**
 * @typedef {object} Layout of the elements in a file
 * @property {number[]} shape
 * @property {boolean} fortranOrder whether the first index varies fastest
 * @property {boolean} isBoolean
 */

/**
 * Reads the header of a file.
 * @returns {Layout & { typecode?: string, isBigEndian: boolean, booleanFields?: string[], dataStart: number }} without a
 *   typecode if no typecode has such elements; `booleanFields` are names of fields of records
 * @throws {DataError}
 */
export function readHeader(path) {
  const bytes = bytesOf(path)
  try {
    return parse(bytes)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DataError(`${path} is not a valid .npy file: ${error.message}`)
  }
}

/** Whether an array of a file, or the field of its records that has the name, is of NumPy's booleans. */
export function holdsBooleans({ format, path, field }) {
  if (format !== 'npy') return false
  const { isBoolean, booleanFields = [] } = readHeader(path)
  return field === undefined ? isBoolean : booleanFields.includes(field)
}

/** The names of the fields of records that are NumPy's booleans. */
export const booleanFieldsOf = ({ format, path }) => (format === 'npy' ? (readHeader(path).booleanFields ?? []) : [])

/** Whether another array begins where one ends: `np.save` into an open file can write several. */
export const hasArrayAt = (path, position) => bytesOf(path, MAGIC.length, position).toString('latin1') === MAGIC

function bytesOf(path, most = PRELUDE + LONGEST, position = 0) {
  const bytes = Buffer.alloc(most)
  const descriptor = openSync(path)
  try {
    let length = 0
    for (let read = -1; read !== 0; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, position + length)
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

function parse(bytes) {
  const major = bytes[6]
  if (bytes.length < PRELUDE || bytes.toString('latin1', 0, 6) !== MAGIC) throw new SyntaxError('it has no header')
  const [start, length] = major === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)]
  const dataStart = start + length
  if (dataStart > bytes.length) throw new SyntaxError('its header is incomplete or too long')
  const pairs = parseDictionary(bytes.toString(major === 3 ? 'utf8' : 'latin1', start, dataStart))
  const [descr, fortranOrder, lengths] = ['descr', 'fortran_order', 'shape'].map((key) => pairs.get(key))
  if (typeof fortranOrder !== 'boolean' || !Array.isArray(lengths))
    throw new SyntaxError('its header lacks a shape or an order')
  if (!lengths.every(isLength)) throw new SyntaxError('its shape has a length that is not a whole number below 2^53')
  return { ...kindOf(descr), shape: lengths.map(Number), fortranOrder, dataStart }
}

const isLength = (length) => typeof length === 'bigint' && length <= Number.MAX_SAFE_INTEGER

function kindOf(descr) {
  if (Array.isArray(descr)) return { isBoolean: false, isBigEndian: false, booleanFields: booleansAmong(descr) }
  if (typeof descr !== 'string') return { isBoolean: false, isBigEndian: false }
  const [, order, kind] = /^([<>=|]?)(.*)$/s.exec(descr)
  const typecode = kind === '' ? undefined : (ORDERED.get(kind) ?? UNORDERED.get(descr))
  return { typecode, isBoolean: typecode !== undefined && BOOLEANS.has(kind), isBigEndian: order === '>' }
}

/** The names of fields. A field with a title has a pair of both. */
const booleansAmong = (fields) =>
  fields
    .filter((field) => Array.isArray(field) && kindOf(field[1]).isBoolean)
    .map(([name]) => (Array.isArray(name) ? name[1] : name))

/**
 * The header of a file, byte for byte as `np.save` writes it.
 * @param {Layout & { typecode: string }} layout
 * @returns {Buffer}
 */
export function headerOf({ typecode, shape, fortranOrder, isBoolean }) {
  const dtype = isBoolean ? '|b1' : DTYPES[typecode]
  const lengths = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const order = fortranOrder ? 'True' : 'False'
  const text = `{'descr': '${dtype}', 'fortran_order': ${order}, 'shape': ${lengths}, }`
  const growing = fortranOrder ? shape.at(-1) : shape[0]
  const spare = growing === undefined ? 0 : MOST_DIGITS - String(growing).length
  const unpadded = 10 + text.length + spare + 1
  const size = unpadded + ALIGNMENT - (unpadded % ALIGNMENT)
  const header = Buffer.alloc(size, ' ')
  header.write(`${MAGIC}\x01\x00`, 'latin1')
  header.writeUInt16LE(size - 10, 8)
  header.write(text, 10, 'latin1')
  header.write('\n', size - 1)
  return header
}
