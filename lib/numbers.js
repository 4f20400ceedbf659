// Places of values in sorted elements: values of any kind that has an order among them.

import { inspect } from 'node:util'
import { placeIn } from '../native.js'
import { toBound, toOptionalString } from './arguments.js'
import { isOneCharacter } from './elements.js'
import { invalidArgType, outOfRange } from './errors.js'

/**
 * A value as the core looks for it: a number, a bigint or a code point; where it is the double nearest to a bigint, beside
 * it whether the bigint is more than that, less or the same.
 * @returns {[value: number | bigint, excess: number]}
 */
function soughtAfter(type, value) {
  if (type.meaning === 'character') {
    if (typeof value === 'string' && isOneCharacter(value)) return [value.codePointAt(0), 0]
    throw invalidArgType('value', `a string of one character, for typecode '${type.code}'`, value)
  }
  if (typeof value === 'number') return [value, 0]
  if (typeof value !== 'bigint') throw invalidArgType('value', `a number, for typecode '${type.code}'`, value)
  if (type.meaning !== 'float') return [value, 0]
  const double = Number(value)
  if (!Number.isFinite(double)) return [double, -Math.sign(double)]
  const nearest = BigInt(double)
  return [double, Number(value > nearest) - Number(value < nearest)]
}

/** Where a value belongs between two bounds: before the elements that equal it, or behind them. */
export function place(array, type, value, lo, hi, isRight) {
  const [number, excess] = soughtAfter(type, value)
  const first = toBound(lo, 'lo') ?? 0
  if (first < 0) throw outOfRange('lo', '>= 0', first)
  return placeIn(array, number, excess, first, toBound(hi, 'hi') ?? Infinity, isRight)
}

/** @returns {boolean} */
export function isRightSide(side) {
  const given = toOptionalString(side, 'side') ?? 'left'
  if (given === 'left' || given === 'right') return given === 'right'
  throw outOfRange('side', "'left' or 'right'", inspect(given))
}
