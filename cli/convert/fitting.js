// Fits values to the type of TARGET: rounds once, or refuses what the type does not hold.

import { isComplex } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { fieldNames } from '../fields.js'
import { areSameTypes, fieldTypeName, isRecordType } from '../record-types.js'
import { overflows } from '../text/floats.js'
import { numberRounding } from '../text/integers.js'
import { roundableInteger } from '../text/rounding.js'
import { NARROW, isFloat, isInteger, nameOf } from '../type-names.js'

/** A value that the type of the target does not hold. */
export class Unfit extends DataError {
  constructor(at, cause) {
    super(cause.message, { cause })
    this.at = at
  }
}

/**
 * @param {string | object} type of TARGET
 * @param {string | undefined} round how to round fractions
 * @param {string | object | undefined} from the type of a binary FILE
 * @returns {(values: ArrayLike<unknown>) => unknown[]} values that an array rounds once or refuses
 */
export function fitterFor(type, round, from) {
  if (!isRecordType(type)) return fitterOf(valueFit(type, round, from))
  if (from === undefined || areSameTypes(type, from)) return (values) => values
  return fitterOf(recordFit(type, round, from))
}

const fitterOf = (fit) => (values) => Array.from(values, fit)

/** @returns {(value: unknown, at: number) => unknown} */
function valueFit(typecode, round, from) {
  if (isComplex({ typecode })) {
    const part = valueFit(typecode[1], round, from !== undefined && isComplex({ typecode: from }) ? from[1] : from)
    return (value, at) =>
      typeof value === 'object' ? { re: part(value.re, at), im: part(value.im, at) } : part(value, at)
  }
  if (isFloat(typecode)) {
    const areIntegers = from !== undefined && isInteger(from)
    if (areIntegers && round === undefined) return exactly(typecode, from)
    if (round !== undefined && (!areIntegers || round !== 'nearest')) throw new UsageError(noRounding(typecode))
    return (value, at) => finite(typecode, value, at)
  }
  const rounded = round === undefined ? (value) => value : numberRounding(round)
  const whole = WIDE.has(typecode) ? bigWhole : (value) => value
  return (value) => (typeof value === 'number' ? whole(rounded(value)) : value)
}

/** The fields that the target has, each fitted to its type there. */
function recordFit({ fields }, round, from) {
  const fits = fields.map((field) => {
    const { name, typecode, count } = field
    const source = from.fields.find((other) => other.name === name)
    if (source === undefined) throw new UsageError(`there is no field '${name}' among ${fieldNames(from.fields)}`)
    if (source.count !== count)
      throw new UsageError(
        `the field '${name}' is ${fieldTypeName(source)}, which does not become ${fieldTypeName(field)}`,
      )
    const fit = valueFit(typecode, roundingOf(typecode, source.typecode, round), source.typecode)
    return { name, fit: count === undefined ? fit : (list, at) => list.map((value) => fit(value, at)) }
  })
  if (round !== undefined) requireSomeRounding(fields, from.fields)
  const fitted = (name, fit, value, at) => {
    try {
      return fit(value, at)
    } catch (error) {
      if (error instanceof Unfit) error.message = `field '${name}': ${error.message}`
      throw error
    }
  }
  return (record, at) => Object.fromEntries(fits.map(({ name, fit }) => [name, fitted(name, fit, record[name], at)]))
}

/** The rounding of a field: --round goes for those that it can be applied to. */
function roundingOf(typecode, from, round) {
  const isRounded = isInteger(typecode) ? isFloat(from) : round === 'nearest' && isFloat(typecode) && isInteger(from)
  return isRounded ? round : undefined
}

function requireSomeRounding(fields, others) {
  const typeOf = (name) => others.find((other) => other.name === name).typecode
  const isRounded = ({ name, typecode }) => isInteger(typecode) !== isInteger(typeOf(name))
  if (!fields.some(isRounded)) throw new UsageError('--round is for fields that become integers, or were integers')
}

/** Integers of 8 bytes. */
const WIDE = new Set(['l', 'L', 'q', 'Q'])

/** A whole double is an exact integer, but an array takes those beyond 2^53 only as bigints. */
const bigWhole = (number) => (Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(number) : number)

const noRounding = (typecode) =>
  `--round is for integers, not for ${nameOf(typecode)}, which needs --round nearest for integers of a binary FILE`

/** Integers may be counts or keys: a lost digit makes another number. So they are not rounded, unlike fractions. */
function exactly(typecode, from) {
  return (value, at) => {
    const number = Number(finite(typecode, value, at))
    // Compared by their exact values.
    if (number == value && isWhole(typecode, number)) return number
    const how = `--round nearest rounds it, --type ${nameOf(from)} keeps it`
    throw new Unfit(at, new RangeError(`${value} has more digits than ${nameOf(typecode)}: ${how}`))
  }
}

/** Bits of the mantissa. */
const BITS = { e: 11, f: 24 }

/** Whether a type holds an integer exactly, if it is not too large. */
function isWhole(typecode, number) {
  const bits = BITS[typecode]
  if (bits === undefined || Math.abs(number) <= 2 ** bits) return true
  let size = Math.abs(number)
  while (size % 2 === 0) size /= 2
  return size < 2 ** bits
}

function finite(typecode, value, at) {
  const number = typeof value === 'bigint' && NARROW.has(typecode) ? roundableInteger(value) : value
  if (typeof number === 'bigint' || !overflows(typecode, number)) return number
  throw new Unfit(at, new RangeError(`${value} is too large for ${nameOf(typecode)}`))
}
