// The option { field } of the calls on numbers: they then work on one field of each record instead of on whole elements.

import { toOptions } from './arguments.js'
import { typeOf } from './core-array.js'
import { typeMismatch, unfitType } from './errors.js'
import { fieldNamed } from './record-types.js'

/** Whether a value in the place of another argument is the options: an object, with properties so that `{}` is an error there. */
function areOptions(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}

/**
 * Moves the options to the last place: `index(value, { field })` gives them in the place of an argument that is left out.
 * @param given the arguments that may be left out, then the options
 */
export function withOptions(...given) {
  const last = given.length - 1
  let at = 0
  while (at < last && !areOptions(given[at])) at++
  if (at === last || given.slice(at + 1).some((value) => value !== undefined)) return given
  const options = given[at]
  return given.map((value, index) => (index === last ? options : index === at ? undefined : value))
}

/** Throws for elements, or a field, without an order. */
export function requireOrder(type, operation) {
  if (type.isObject) throw unfitType(operation, 'elements that have an order, or the option { field }', type)
}

/**
 * The elements, or the field of them, that a call works on.
 * @param operation the name of the call, for errors
 * @param known the options that the call takes
 * @returns {{ type: object, number?: number, signal?: AbortSignal }} the row of the elements; or that of the field, and the number
 * of the field
 */
export function subjectOf(array, options, operation, known = ['field']) {
  if (options === undefined) return { type: typeOf(array) }
  const { field, ...others } = toOptions(options, known)
  if (field === undefined) return { type: typeOf(array), ...others }
  const { number, name, type, count } = fieldNamed(typeOf(array), field)
  if (count === undefined) return { type, number, ...others }
  throw typeMismatch(
    `${operation} needs a field of one value. The field '${name}' has ${count} values of ${type.label}`,
  )
}
