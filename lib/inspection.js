// Arrays as text.

import { inspect } from 'node:util'
import { REPLACEMENT, characterAt, quietly, textOf } from './characters.js'
import { axesOf, requireOpen, typeOf } from './core-array.js'
import { fieldsAsText } from './record-types.js'

const WHOLE = { breakLength: Infinity, depth: null, maxArrayLength: null, maxStringLength: null }

function literal(value) {
  if (typeof value === 'object') return inspect(value, WHOLE)
  if (typeof value === 'bigint') return `${value}n`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A type as text: "'I'" or "{ time: 'q', price: 'd' }". */
const typeName = ({ meaning, code }) => (meaning === 'record' ? fieldsAsText(code) : `'${code}'`)

/** Elements for JSON, which has no bigints. */
export function inJson(type, list) {
  return type.meaning === 'bigint' || type.isObject ? list.map(toJson) : list
}

function toJson(value) {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]))
}

const isText = (array) => typeOf(array).meaning === 'character'

/** "MmapArray('I', [1, 2, 3])" */
export function printed(array) {
  requireOpen(array)
  const name = array.constructor?.name ?? 'MmapArray'
  const type = typeName(typeOf(array))
  if (isText(array) && array.length > 0) {
    const text = inspect(textOf(array, REPLACEMENT), { maxStringLength: Infinity })
    return `${name}(${type}, ${text})`
  }
  const items = []
  const read = readerFor(array)
  for (let at = 0; at < array.length; at++) items.push(literal(read(at)))
  return `${name}(${type}, [${items.join(', ')}])`
}

/** Shown for a record with a field that is not a character. */
const INVALID = { [inspect.custom]: () => '<invalid character>' }

function readerFor(array) {
  if (isText(array)) return (at) => characterAt(array, at) ?? REPLACEMENT
  if (typeOf(array).isObject) return (at) => quietly(() => array.get(at)) ?? INVALID
  return (at) => array.get(at)
}

/** Shown for an element that cannot be read: printing must not throw. */
const FAULT = { [inspect.custom]: () => '<memory fault>' }

function unlessFaulty(read) {
  try {
    return read()
  } catch (error) {
    if (error.code !== 'ERR_MEMORY_FAULT') throw error
    return FAULT
  }
}

/** For console.log: the first elements, and the number of the others. */
export function inspected(array, options) {
  const name = array.constructor?.name ?? 'MmapArray'
  const type = typeName(typeOf(array))
  if (array.closed) return `${name} ${type} [closed]`
  const limit = Math.min(array.length, Math.max(options.maxArrayLength ?? Infinity, 0))
  const read = readerFor(array)
  const shown = []
  for (let at = 0; at < limit && shown.at(-1) !== FAULT; at++) {
    shown.push(unlessFaulty(() => read(at)))
  }
  const more = array.length - shown.length
  const items = inspect(shown, { ...options, maxArrayLength: null })
  const rest = more > 0 ? `${limit > 0 ? ',' : ''} ... ${more} more item${more > 1 ? 's' : ''} ]` : ''
  const axes = axesOf(array)
  const shape = axes === undefined ? '' : `shape [${axes.shapeOf(array.length).join(', ')}] `
  return `${name}(${array.length}) ${type} ${shape}${more > 0 ? items.replace(/\s*\]$/, '') + rest : items}`
}
