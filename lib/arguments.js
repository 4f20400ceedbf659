// Checks of arguments other than elements: indices, bounds, counts, options, paths. undefined means not given.

import { fileURLToPath } from 'node:url'
import { invalidArgType, outOfRange, surplusArgument, unknownKey } from './errors.js'

/** @returns {number} an integer */
export function toIndex(value, name = 'index') {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw invalidArgType(name, 'an integer', value)
}

/** @returns {number | undefined} an integer or an infinity: bounds are clamped */
export function toBound(value, name) {
  if (value === undefined) return undefined
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number' && (Number.isInteger(value) || Math.abs(value) === Infinity)) return value
  throw invalidArgType(name, 'an integer', value)
}

/** @returns {number} an integer from 0 to 2^53 */
export function toCount(value, name) {
  const count = toIndex(value, name)
  if (count >= 0 && count <= 2 ** 53) return count
  throw outOfRange(name, '>= 0 and <= 2^53', count)
}

/** The bounds of a slice, as the core takes them. */
export function toBounds(start, stop, step) {
  return [toBound(start, 'start'), toBound(stop, 'stop'), toBound(step, 'step')]
}

/** A bound of a slice with step 1 as an index from 0 to the length. */
export function clampBound(bound, length, otherwise) {
  if (bound === undefined) return otherwise
  return bound < 0 ? Math.max(bound + length, 0) : Math.min(bound, length)
}

/** The known options, each read once. Any other option is an error. */
export function toOptions(options, known) {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) throw invalidArgType('options', 'an object', options)
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw unknownKey('option', unknown, listed(known))
  }
  return Object.fromEntries(known.map((key) => [key, options[key]]))
}

/** 'a, b or c' */
const listed = (words) => words.join(', ').replace(/, (?=[^,]*$)/, ' or ')

/** For an argument that a function of the same name in another library takes: without a check it would be ignored. */
export function requireNone(value, operation, taken) {
  if (value !== undefined) throw surplusArgument(operation, taken, value)
}

/** @returns {string | undefined} */
export function toOptionalString(value, name) {
  if (value === undefined || typeof value === 'string') return value
  throw invalidArgType(name, 'a string', value)
}

/** @returns {string | undefined} one of some words */
export function toOptionalWord(value, name, words) {
  if (value === undefined || words.includes(toOptionalString(value, name))) return value
  throw outOfRange(name, `one of ${words.map((word) => `'${word}'`).join(', ')}`, `'${value}'`)
}

/** @returns {number | undefined} */
export function toOptionalCount(value, name) {
  return value === undefined ? undefined : toCount(value, name)
}

/** Permission bits. */
export function toMode(value) {
  const mode = toOptionalCount(value, 'options.mode')
  if (mode !== undefined && mode > 0o7777) throw outOfRange('options.mode', '>= 0 and <= 0o7777', mode)
  return mode
}

/** @returns {Uint8Array} the bytes of a path */
export function toPath(value, name = 'path') {
  const path = value instanceof URL ? fromUrl(value, name) : value
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) {
    throw invalidArgType(name, 'a string, a file: URL or a Buffer', value)
  }
  const bytes = Buffer.from(path)
  if (bytes.includes(0)) throw outOfRange(name, 'a path without null bytes', JSON.stringify(path.toString()))
  return bytes
}

function fromUrl(url, name) {
  try {
    return fileURLToPath(url)
  } catch {
    throw invalidArgType(name, "a URL of scheme 'file:'", url.href)
  }
}

/** @returns {number | Uint8Array} a descriptor or the bytes of a path */
export function toFile(value, name) {
  const isHolder = typeof value === 'object' && value !== null && 'fd' in value
  const given = isHolder ? value.fd : value
  if (isHolder && typeof given !== 'number') throw invalidArgType(`${name}.fd`, 'a number', given)
  if (typeof given !== 'number') return toPath(given, name)
  return toDescriptor(given, name)
}

/** @returns {number} a file descriptor */
export function toDescriptor(value, name) {
  const descriptor = toIndex(value, name)
  if (descriptor >= 0 && descriptor <= 0x7fffffff) return descriptor
  throw outOfRange(name, 'a descriptor, >= 0 and <= 2147483647', descriptor)
}
