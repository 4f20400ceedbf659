// Names of element types, and the typecode of each.

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
  Zf: ['complex64', '<c8'],
  Zd: ['complex128', '<c16'],
  c: ['latin1', '|S1'],
  w: ['ucs4', '<U1'],
}
const TYPECODES = [...MmapArray.typecodes]

export const isInteger = (typecode) => 'bBhHiIlLqQ'.includes(typecode)
/** Whether a typecode is one of real numbers. */
export const isFloat = (typecode) => 'efd'.includes(typecode)

const CODES = new Map(Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code])))

/** @returns {string | undefined} the typecode; undefined without a name */
export function toTypecode(name) {
  if (name === undefined) return undefined
  const code = TYPECODES.includes(name) ? name : CODES.get(name)
  if (code !== undefined) return code
  throw new UsageError(
    `--type takes a typecode (${TYPECODES.join(' ')}) or a name such as float64, f64, Float64Array or <f8, not '${name}'` +
      hintOf(name),
  )
}

const LETTERS = { i: 'int', u: 'uint', f: 'float' }
const SHORT_NAMES = 'i8, u8, i16, u16, i32, u32, i64, u64, f16, f32 or f64'

/** Suggests a name in place of an unknown one, if it can be guessed. */
function hintOf(name) {
  const word = name.toLowerCase()
  const { letter, size, plain, isForeignOrder } = partsOf(word)
  const order = isForeignOrder ? ', and elements lie in the byte order of this machine' : ''
  if (BOOLEANS.has(plain)) return "; write u8 for bytes of 0 and 1, or --type '|b1' for NumPy's booleans in a .npy file"
  const meant = LOWER_NAMES.get(word) ?? ALIASES.get(plain) ?? CODES.get(`${letter}${size}`)
  if (meant !== undefined) return `; did you mean ${NAMES[meant][0]}?${order}`
  if (letter === undefined || size === '') return ''
  const inBytes = CODES.get(`<${letter}${size}`)
  const inBits = `there is no ${LETTERS[letter]}${size}, of ${size} ${size === '1' ? 'bit' : 'bits'}`
  if (inBytes === undefined) return `; ${inBits}${order}`
  const [long, short] = NAMES[inBytes]
  return `; ${inBits}, and if ${size} counts bytes, as in NumPy, it is ${long}: write ${short} or <${letter}${size}${order}`
}

const STEMS =
  'integer|int|float|flt|fp|real|double|dbl|single|half|long|short|byte|char|word|boolean|bool|logical|complex|cplx|size_t|datetime|timedelta'
/** Endings of the name of a type: digits, C's `_t`, a byte order, a plural, letters of NumPy's types and of small floats. */
const TAIL = String.raw`(?:[-_]?(?:\d|le|be|ne|s|p|c|x\d|e\dm\d|fn|ptr|max|fast|least|array)|_t)*[-_]?`
/** Words of types, with a prefix such as that of `unsigned_int`, `bigint` or `bfloat16`. */
const TYPE_WORD = new RegExp(
  `^(?:(?:un)?signed[-_]?|tiny|small|medium|big|u_|[usbcdqw])?(?:(?:${STEMS})[-_]?)+${TAIL}$|^(?:[ui]size|ptrdiff_t)$`,
)
/** Letters of types and a size: `f32le`, `si16`, `bf16`, and the complex ones of `cf32` and `sc16`. */
const TYPE_LETTERS = new RegExp(`^(?:[usfc]?[iufcbsdrq]|bf|fp|tf|nf|mxfp)[-_]?\\d${TAIL}$`)

/**
 * The parts of a name in small letters.
 * @returns {{ letter?: string, size: string, plain: string, isForeignOrder: boolean }} `letter` is `i`, `u` or `f` where a
 *   number of bits or bytes may stand behind it; `plain` is the name without C's `_t`, a byte order and a plural
 */
function partsOf(word) {
  // A single or a double ends like a byte order too.
  const [, body, order] = ALIASES.has(word) ? [word, word] : /^(.*?)[-_]?(le|be|ne)?[-_]*$/s.exec(word)
  const bare = body
    .replace(/_t$|[-_]+$/, '')
    .replaceAll(/[-_]/g, '')
    .replace(/^unsigned/, 'u')
    .replace(/^signed/, '')
  const plain = ALIASES.has(bare) || BOOLEANS.has(bare) ? bare : bare.replace(/s$/, '')
  const [, stem, size = ''] = /^([a-z]+?)(?:fast|least)?(\d*)$/.exec(plain) ?? []
  const letter = Object.keys(FAMILIES).find((key) => FAMILIES[key].includes(stem))
  return { letter, size, plain, isForeignOrder: order === 'be' }
}

/** Names before the size of a type. */
const FAMILIES = {
  i: ['i', 's', 'si', 'int', 'sint', 'integer'],
  u: ['u', 'ui', 'uint', 'uinteger'],
  f: ['f', 'fp', 'd', 'r', 'float', 'flt', 'real', 'double', 'dbl'],
}
const BOOLEANS = new Set(['bool', 'boolean', 'bool8', 'logical'])

/** Names of other languages. Some have different sizes on different machines, so they are only hints. */
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
    schar: 'b',
    dbl: 'd',
    real: 'f',
    flt: 'f',
    bigint: 'q',
    longlong: 'q',
    ulonglong: 'Q',
    intp: 'q',
    uintp: 'Q',
    intptr: 'q',
    uintptr: 'Q',
    intmax: 'q',
    uintmax: 'Q',
    isize: 'q',
    usize: 'Q',
    size: 'Q',
    ssize: 'q',
    ptrdiff: 'q',
    integer: 'i',
    intc: 'i',
    uintc: 'I',
    smallint: 'h',
    tinyint: 'b',
    word: 'H',
    dword: 'I',
    qword: 'Q',
  }),
)

/** Types of numbers with a point that have fewer digits than a double. */
export const NARROW = new Set(['e', 'f'])

/**
 * The typecode at the end of a file's name: prices.f64.
 * @returns {string | undefined}
 */
export const typecodeOfPath = (path) => CODES.get(/\.([a-z]+\d+)$/.exec(path)?.[1])

/**
 * The same, without --type.
 * @throws {UsageError} for an ending that looks like a type but is not one: the tool does not guess
 */
export function requireTypecodeOfPath(path) {
  const code = typecodeOfPath(path)
  const ending = /\.([^./]+)$/.exec(path)?.[1]
  if (code !== undefined || ending === undefined) return code
  if (!looksLikeType(ending)) {
    const inside = typeInside(path.slice(path.lastIndexOf('/') + 1))
    if (inside === undefined) return undefined
    throw new UsageError(`.${inside} in ${path} says a type only at the end of a name: give --type, or another name`)
  }
  if (ending.length === 1) throw new UsageError(`.${ending} does not say what the elements of ${path} are: give --type`)
  throw new UsageError(
    `.${ending} of ${path} looks like a type but is not one${hintOf(ending) || `; types are ${SHORT_NAMES}`}; give --type, or another name`,
  )
}

/** A type in the middle of a name: prices.f32.bin, prices.f32~, prices.int.le. */
function typeInside(name) {
  const words = [...name.matchAll(/\.([a-z]+\d+)(?![a-z\d]|$)/gi)].map(([, word]) => word)
  const beforeOrder = /\.([^.]+)\.[lbn]e$/i.exec(name)?.[1]
  if (beforeOrder !== undefined && looksLikeType(beforeOrder)) return beforeOrder
  return words.find((word) => LOWER_NAMES.has(word.toLowerCase()))
}

function looksLikeType(ending) {
  const word = ending.toLowerCase()
  if (ending.length === 1) return TYPECODES.includes(ending) || 'ch'.includes(word)
  return TYPE_WORD.test(word) || TYPE_LETTERS.test(word) || ALIASES.has(word) || LOWER_NAMES.has(word)
}

const LOWER_NAMES = new Map([...CODES].map(([name, code]) => [name.toLowerCase(), code]))

/** @returns {string} the clearest name of a typecode */
export const nameOf = (code) => (NAMES[code] ?? { l: NAMES.q, L: NAMES.Q, u: NAMES.w }[code])[0]

/** Whether values are a typed array of a typecode's own kind. */
export function isOfType(values, code) {
  return ArrayBuffer.isView(values) && KINDS[code] === values.constructor.name
}

const KINDS = Object.fromEntries(
  Object.entries(NAMES).flatMap(([code, names]) =>
    names.filter((name) => name.endsWith('Array')).map((name) => [code, name]),
  ),
)
Object.assign(KINDS, { l: KINDS.q, L: KINDS.Q })

/** The typed array that holds values of a typecode before they are added to an array. Not every runtime has one of halves. */
export const viewOf = (code) => (code === 'e' ? Float64Array : (globalThis[KINDS[code]] ?? Array))
