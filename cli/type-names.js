// The names that people have for element types, and the typecode of each.

import { UsageError } from './failures.js'
import { MmapArray } from '../index.js'

/** A number in a bare name counts bits, as in Rust: i8 is one byte. Behind NumPy's mark it counts bytes: <i8 is eight. */
const NAMES = {
  b: ['int8', 'i8', 'Int8Array', '|i1', '<i1'],
  B: ['uint8', 'u8', 'Uint8Array', '|u1', '<u1', '|b1'],
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
    `--type takes a typecode (${MmapArray.typecodes}) or a name such as float64, f64, Float64Array or <f8, not '${name}'` +
      hintOf(name),
  )
}

const LETTERS = { i: 'int', u: 'uint', f: 'float' }

/** Both readings of a name whose number may count bits or bytes, or the name that was meant. */
function hintOf(name) {
  const word = name.toLowerCase()
  const meant = CODES.get(word) ?? ALIASES.get(word)
  if (meant !== undefined) return `; did you mean ${NAMES[meant][0]}?`
  const [, letter, size] = /^([iuf])(\d+)$/.exec(word) ?? []
  if (letter === undefined) return ''
  const inBytes = CODES.get(`<${word}`)
  const inBits = `there is no ${LETTERS[letter]}${size}, of ${size} ${size === '1' ? 'bit' : 'bits'}`
  if (inBytes === undefined) return `; ${inBits}`
  const [long, short] = NAMES[inBytes]
  return `; ${inBits}, and if ${size} counts bytes, as in NumPy, it is ${long}: write ${short} or <${word}`
}

/** What other languages call the types. Some are no size on every machine, so they are hints and no names. */
const ALIASES = new Map(
  Object.entries({
    double: 'd',
    float: 'f',
    single: 'f',
    half: 'e',
    long: 'q',
    ulong: 'Q',
    int: 'i',
    uint: 'I',
    short: 'h',
    ushort: 'H',
    byte: 'B',
    ubyte: 'B',
    sbyte: 'b',
    char: 'b',
    uchar: 'B',
    bool: 'B',
    boolean: 'B',
  }),
)

/** Types of numbers with a point that have fewer digits than a double. */
export const NARROW = new Set(['e', 'f'])

/**
 * The typecode that the end of a file's name says: prices.f64.
 * @returns {string | undefined}
 */
export const typecodeOfPath = (path) => CODES.get(/\.([a-z]+\d+)$/.exec(path)?.[1])

/**
 * The same, for whoever has no --type to go by.
 * @throws {UsageError} for an end that looks like a type and is none: nothing is guessed
 */
export function requireTypecodeOfPath(path) {
  const code = typecodeOfPath(path)
  const ending = /\.([^./]+)$/.exec(path)?.[1]
  if (code !== undefined || ending === undefined || !looksLikeType(ending)) return code
  if (ending.length === 1) throw new UsageError(`.${ending} does not say what the elements of ${path} are: give --type`)
  throw new UsageError(
    `.${ending} of ${path} looks like a type and is none${hintOf(ending)}; give --type, or another name`,
  )
}

function looksLikeType(ending) {
  const word = ending.toLowerCase()
  if (ending.length === 1) return MmapArray.typecodes.includes(ending) || 'ch'.includes(word)
  return /^(?:[iufcbs]|int|uint|float|bool|complex)\d+$/.test(word) || ALIASES.has(word) || LOWER_NAMES.has(word)
}

const LOWER_NAMES = new Set([...CODES.keys()].map((name) => name.toLowerCase()))

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

/** The typed array that holds values for a typecode until an array takes them; not every runtime has one of halves. */
export const viewOf = (code) => (code === 'e' ? Float64Array : (globalThis[KINDS[code]] ?? Array))
