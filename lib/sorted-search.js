// Binary search in sorted elements.

import { inspect } from 'node:util'
import { toBound, toOptionalString } from './arguments.js'
import { allocate, bytesOf } from './buffers.js'
import { boundOf, coreOf, requireOpen, typeOf } from './core-array.js'
import { isOneCharacter } from './elements.js'
import { invalidArgType, outOfRange, typeMismatch } from './errors.js'
import { sourceInMemory } from './items.js'
import * as jobs from './jobs.js'

/**
 * A value as the core searches for it: a number, a bigint or a code point. Among floats, a bigint becomes the nearest double, with
 * an excess of 1, -1 or 0 if the bigint is above, below or equal to it.
 * @returns {[value: number | bigint, excess: number]}
 */
function toSought(type, value) {
  if (type.isObject) throw typeMismatch(`bisect needs elements that have an order. This array is of ${type.label}`)
  if (type.meaning === 'character') {
    if (typeof value === 'string' && isOneCharacter(value)) return [value.codePointAt(0), 0]
    throw invalidArgType('value', `a string of one character, for ${type.label}`, value)
  }
  if (typeof value === 'number') return [value, 0]
  if (typeof value !== 'bigint') throw invalidArgType('value', `a number, for ${type.label}`, value)
  if (type.meaning !== 'float') return [value, 0]
  const double = Number(value)
  if (!Number.isFinite(double)) return [double, -Math.sign(double)]
  const nearest = BigInt(double)
  return [double, Number(value > nearest) - Number(value < nearest)]
}

/** The index at which a value belongs between two bounds: before the elements that equal it, or after them. */
export function bisect(array, value, lo, hi, isRight) {
  const [number, excess] = toSought(typeOf(array), value)
  const first = toBound(lo, 'lo') ?? 0
  if (first < 0) throw outOfRange('lo', '>= 0', first)
  const call = boundOf(array, isRight ? 'bisectRight' : 'bisectLeft')
  return call(number, excess, first, toBound(hi, 'hi') ?? Infinity)
}

/** @returns {boolean} */
function isRightSide(side) {
  const given = toOptionalString(side, 'side') ?? 'left'
  if (given === 'left' || given === 'right') return given === 'right'
  throw outOfRange('side', "'left' or 'right'", inspect(given))
}

/** The index at which each of many needles of the same type belongs: elements of another array or of a typed array. */
export function searchsorted(array, needles, side) {
  const isRight = isRightSide(side)
  requireOpen(array)
  const source = toSource(array, needles)
  const found = allocate(Float64Array, needles.length)
  coreOf(array).searchsorted(source, isRight, bytesOf(found))
  return found
}

/** The same on another thread. */
export async function searchsortedAsync(array, needles, side, options) {
  const isRight = isRightSide(side)
  const begin = (ticket) => coreOf(array).searchsortedAsync(ticket, toSource(array, needles), isRight)
  return new Float64Array(await jobs.run(array, options, begin))
}

function toSource(array, needles) {
  const { isObject, label } = typeOf(array)
  if (isObject) throw typeMismatch(`searchsorted needs elements that have an order. This array is of ${label}`)
  const source = sourceInMemory(array, needles, 'needles')
  if (source !== undefined) return source
  throw invalidArgType('needles', `an MmapArray or a typed array of ${typeOf(array).label}`, needles)
}
