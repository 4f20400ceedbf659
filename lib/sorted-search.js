// Binary search in sorted elements.

import { inspect } from 'node:util'
import { toBound, toOptionalString } from './arguments.js'
import { allocate, bytesOf } from './buffers.js'
import { boundOf, coreOf, requireOpen, typeOf } from './core-array.js'
import { isOneCharacter } from './elements.js'
import { invalidArgType, outOfRange } from './errors.js'
import { requireOrder, subjectOf, withOptions } from './field-options.js'
import { sourceInMemory } from './sources.js'
import * as jobs from './jobs.js'

const nameOf = (isRight) => (isRight ? 'bisectRight' : 'bisectLeft')

/**
 * A value as the core searches for it: a number, a bigint or a code point. Among floats, a bigint becomes the nearest double, with
 * an excess of 1, -1 or 0 if the bigint is above, below or equal to it.
 * @returns {[value: number | bigint, excess: number]}
 */
function toSought(type, value, isRight) {
  requireOrder(type, nameOf(isRight))
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
export function bisect(array, isRight, value, lo, hi, options) {
  // Most calls have no options, and take less time than to look for them.
  if (typeof lo === 'object' || typeof hi === 'object' || options !== undefined) {
    const [low, high, given] = withOptions(lo, hi, options)
    const { type, number } = subjectOf(array, given, nameOf(isRight))
    if (number !== undefined) return bisectField(array, { type, number }, isRight, value, low, high)
    return bisectElements(array, isRight, value, low, high)
  }
  return bisectElements(array, isRight, value, lo, hi)
}

function bisectElements(array, isRight, value, lo, hi) {
  const sought = toSought(typeOf(array), value, isRight)
  const call = boundOf(array, nameOf(isRight))
  return call(sought[0], sought[1], toLow(lo), toBound(hi, 'hi') ?? Infinity)
}

function bisectField(array, { type, number }, isRight, value, lo, hi) {
  const sought = toSought(type, value, isRight)
  return coreOf(array).bisectField(number, ...sought, toLow(lo), toBound(hi, 'hi') ?? Infinity, isRight)
}

/** @returns {number} */
function toLow(lo) {
  const low = toBound(lo, 'lo') ?? 0
  if (low < 0) throw outOfRange('lo', '>= 0', low)
  return low
}

/** @returns {boolean} */
function isRightSide(side) {
  const given = toOptionalString(side, 'side') ?? 'left'
  if (given === 'left' || given === 'right') return given === 'right'
  throw outOfRange('side', "'left' or 'right'", inspect(given))
}

/** The index at which each of many needles of the same type belongs: elements of another array or of a typed array. */
export function searchsorted(array, needles, ...sideAndOptions) {
  const [side, options] = withOptions(...sideAndOptions)
  const isRight = isRightSide(side)
  requireOpen(array)
  const { type, number } = subjectOf(array, options, 'searchsorted')
  const source = toSource(type, needles)
  const found = allocate(Float64Array, needles.length)
  coreOf(array).searchsorted(source, isRight, bytesOf(found), number)
  return found
}

/** The same on another thread. */
export async function searchsortedAsync(array, needles, ...sideAndOptions) {
  const [side, options] = withOptions(...sideAndOptions)
  const isRight = isRightSide(side)
  const { type, number, signal } = subjectOf(array, options, 'searchsorted', ['field', 'signal'])
  const begin = (ticket) => coreOf(array).searchsortedAsync(ticket, toSource(type, needles), isRight, number)
  return new Float64Array(await jobs.run(array, { signal }, begin))
}

function toSource(type, needles) {
  requireOrder(type, 'searchsorted')
  const source = sourceInMemory(type, needles, 'needles', 'A search among elements')
  if (source !== undefined) return source
  throw invalidArgType('needles', `an MmapArray or a typed array of ${type.label}`, needles)
}
