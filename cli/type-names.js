// Element types on the command line: by name, and at the end of a file's name.

import { MmapArray } from '../index.js'
import { ALIASES, hintOf } from '../lib/type-hints.js'
import { NAMES, codeOfName, nameOf } from '../lib/type-names.js'
import { UsageError } from './failures.js'

export { nameOf }

const TYPECODES = [...MmapArray.typecodes]
/** NumPy's name of booleans. In a file they are bytes; `convert` writes the name into a header. */
const BOOLEANS = '|b1'

export const isInteger = (typecode) => 'bBhHiIlLqQ'.includes(typecode)
/** Whether a typecode is one of real numbers. */
export const isFloat = (typecode) => 'efd'.includes(typecode)

/** @returns {string | undefined} the typecode; undefined without a name */
export function toTypecode(name) {
  if (name === undefined) return undefined
  const code = TYPECODES.includes(name) ? name : name === BOOLEANS ? 'B' : codeOfName(name)
  if (code !== undefined) return code
  throw new UsageError(
    `--type takes a typecode (${TYPECODES.join(' ')}) or a name such as float64, f64, Float64Array or <f8, not '${name}'` +
      (/[\s,]/.test(name) ? '; fields of records are NAME:TYPE, such as time:f64,status:u16' : hintFor(name)),
  )
}

const hintFor = (name) =>
  hintOf(name, "write u8 for bytes of 0 and 1, or --type '|b1' for NumPy's booleans in a .npy file")

const SHORT_NAMES = 'i8, u8, i16, u16, i32, u32, i64, u64, f16, f32 or f64'

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

/** Types of numbers with a point that have fewer digits than a double. */
export const NARROW = new Set(['e', 'f'])

/**
 * The typecode at the end of a file's name: prices.f64.
 * @returns {string | undefined}
 */
export const typecodeOfPath = (path) => codeOfName(/\.([a-z]+\d+)$/.exec(path)?.[1])

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
    `.${ending} of ${path} looks like a type but is not one${hintFor(ending) || `; types are ${SHORT_NAMES}`}; give --type, or another name`,
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

const LOWER_NAMES = new Set(Object.values(NAMES).flatMap((names) => names.map((name) => name.toLowerCase())))

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
