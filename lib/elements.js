// Conversion of elements to and from memory, checked as Python's array module checks them. No code of the user runs here: a
// value is never asked to convert itself.

import { invalidArgType, valueOutOfRange } from './errors.js'
import { HALF_OVERFLOW, halfBits, halfOfBits } from './halves.js'
import { HALVES_ARE_BITS } from './typecodes.js'

/**
 * How the elements of a type are converted:
 * - `check(value)` gives the plain number, bigint or code point the core takes, or throws;
 * - `toStored(checked)` gives what is stored in the typed array;
 * - `encode(value)` does both;
 * - `fits(value)` is a quick test of whether the value is stored as it is; null if the type has none;
 * - `decode(stored)` gives the element; null if that is what is stored;
 * - `present(plain)` gives the element for what the core returned;
 * - `needle(value)` gives what the core searches for; undefined if no element can equal the value;
 * - `isNumber` says that elements are numbers;
 * - `zero` is what zero bytes are.
 */
class Codec {
  constructor(
    check,
    needle,
    { toStored = same, decode = null, present = same, zero = 0, fits = null, isNumber = true } = {},
  ) {
    this.check = check
    this.needle = needle
    this.toStored = toStored
    this.encode = toStored === same ? check : (value) => toStored(check(value))
    this.decode = decode
    this.present = present
    this.zero = zero
    this.fits = fits
    this.isNumber = isNumber
  }
}

const same = (value) => value

/** `fits` of the integer types, each written out: V8 does not inline a function that several types share. */
const INTEGER_FITS = {
  b: (value) => typeof value === 'number' && (value << 24) >> 24 === value,
  B: (value) => typeof value === 'number' && (value & 0xff) === value,
  h: (value) => typeof value === 'number' && (value << 16) >> 16 === value,
  H: (value) => typeof value === 'number' && (value & 0xffff) === value,
  i: (value) => typeof value === 'number' && (value | 0) === value,
  I: (value) => typeof value === 'number' && value >>> 0 === value,
  l: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  L: (value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
  q: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  Q: (value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
}

function integerCodec({ code, min, max }, name) {
  const inRange = (value) => value >= min && value <= max
  const { [code]: fits } = INTEGER_FITS
  const check = (value) => {
    if (fits(value)) return value
    if (typeof value === 'bigint' && inRange(value)) return Number(value)
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
      throw valueOutOfRange(`>= ${min} and <= ${max} for typecode '${code}'`, value, name)
    }
    throw invalidArgType(name, `an integer, for typecode '${code}'`, value)
  }
  const needle = (value) => {
    if (typeof value === 'bigint') return inRange(value) ? Number(value) : undefined
    return typeof value === 'number' && Number.isInteger(value) && inRange(value) ? value : undefined
  }
  return new Codec(check, needle, { fits })
}

function bigCodec({ code, min, max }, name) {
  const { [code]: fits } = INTEGER_FITS
  const inRange = (value) => value >= min && value <= max
  const check = (value) => {
    if (typeof value === 'bigint') {
      if (inRange(value)) return value
    } else if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw invalidArgType(name, `a bigint or a safe integer, for typecode '${code}'`, value)
    } else if (Number.isSafeInteger(value) && inRange(value)) {
      return BigInt(value)
    }
    const unit = typeof value === 'number' ? ', as a bigint if it is not a safe integer' : ''
    throw valueOutOfRange(`>= ${min} and <= ${max} for typecode '${code}'${unit}`, value, name)
  }
  const needle = (value) => {
    if (typeof value === 'number') value = Number.isInteger(value) ? BigInt(value) : undefined
    return typeof value === 'bigint' && inRange(value) ? value : undefined
  }
  return new Codec(check, needle, { zero: 0n, fits, isNumber: false })
}

/** The number nearest to a number or bigint. As Python's float(), it refuses a bigint beyond the range of doubles. */
export function asDouble(code, value, name) {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint') throw invalidArgType(name, `a number, for typecode '${code}'`, value)
  const double = Number(value)
  if (Number.isFinite(double)) return double
  throw valueOutOfRange(
    `a number that fits a double, for typecode '${code}'`,
    `${value.toString().length} digits`,
    name,
  )
}

/** The number that equals a value exactly, or undefined. */
export function exactDouble(value) {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  if (typeof value !== 'bigint') return undefined
  const double = Number(value)
  return Number.isFinite(double) && BigInt(double) === value ? double : undefined
}

function doubleCodec({ code }, name) {
  return new Codec((value) => asDouble(code, value, name), exactDouble, { fits: (value) => typeof value === 'number' })
}

function singleCodec({ code }, name) {
  const needle = (value) => {
    const double = exactDouble(value)
    return double !== undefined && Math.fround(double) === double ? double : undefined
  }
  return new Codec((value) => asDouble(code, value, name), needle, { fits: (value) => typeof value === 'number' })
}

const HALF_MAX = 65504

function halfCodec({ code }, name) {
  const check = (value) => {
    const double = asDouble(code, value, name)
    if (Math.abs(double) >= HALF_OVERFLOW && Number.isFinite(double)) {
      throw valueOutOfRange(`>= -${HALF_MAX} and <= ${HALF_MAX} after rounding, for typecode '${code}'`, value, name)
    }
    return double
  }
  const needle = (value) => {
    const double = exactDouble(value)
    if (double === undefined || (Math.abs(double) > HALF_MAX && Number.isFinite(double))) return undefined
    return halfOfBits(halfBits(double)) === double ? double : undefined
  }
  if (!HALVES_ARE_BITS) return new Codec(check, needle)
  return new Codec(check, needle, { toStored: halfBits, decode: halfOfBits })
}

/** Whether a string is one code point; a lone surrogate counts. */
export function isOneCharacter(text) {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0) > 0xffff)
}

function characterCodec({ code, max }, name) {
  const check = (value) => {
    if (typeof value !== 'string' || !isOneCharacter(value)) {
      throw invalidArgType(name, `a string of one character, for typecode '${code}'`, value)
    }
    const point = value.codePointAt(0)
    if (point > max) throw valueOutOfRange(`a character up to U+00FF, for typecode '${code}'`, value, name)
    return point
  }
  const decode = (point) => {
    if (point > max) throw valueOutOfRange('a code point, to be read as a character', `0x${point.toString(16)}`, name)
    return String.fromCodePoint(point)
  }
  const needle = (value) => {
    if (typeof value !== 'string' || !isOneCharacter(value)) return undefined
    const point = value.codePointAt(0)
    return point <= max ? point : undefined
  }
  return new Codec(check, needle, { decode, present: decode, isNumber: false })
}

/**
 * The codec of a type whose elements are numbers or characters.
 * @param name of the value, in errors
 */
export function scalarCodec(type, name = 'value') {
  if (type.meaning === 'integer') return integerCodec(type, name)
  if (type.meaning === 'bigint') return bigCodec(type, name)
  if (type.meaning === 'character') return characterCodec(type, name)
  return { e: halfCodec, f: singleCodec, d: doubleCodec }[type.code](type, name)
}
