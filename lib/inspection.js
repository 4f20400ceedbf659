// Arrays as text.

import { inspect } from 'node:util'
import { REPLACEMENT, characterAt, textOf } from './characters.js'
import { requireOpen, typeOf } from './core-array.js'

function literal(value) {
  if (typeof value === 'bigint') return `${value}n`
  return Object.is(value, -0) ? '-0' : String(value)
}

const isText = (array) => typeOf(array).meaning === 'character'

/** "MmapArray('I', [1, 2, 3])" */
export function printed(array) {
  requireOpen(array)
  const name = array.constructor?.name ?? 'MmapArray'
  if (isText(array) && array.length > 0) {
    const text = inspect(textOf(array, REPLACEMENT), { maxStringLength: Infinity })
    return `${name}('${array.typecode}', ${text})`
  }
  const items = []
  for (const value of array) items.push(literal(value))
  return `${name}('${array.typecode}', [${items.join(', ')}])`
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
  if (array.closed) return `${name} '${array.typecode}' [closed]`
  const limit = Math.min(array.length, Math.max(options.maxArrayLength ?? Infinity, 0))
  const shown = []
  for (let at = 0; at < limit && shown.at(-1) !== FAULT; at++) {
    shown.push(unlessFaulty(() => (isText(array) ? (characterAt(array, at) ?? REPLACEMENT) : array.get(at))))
  }
  const more = array.length - shown.length
  const items = inspect(shown, { ...options, maxArrayLength: null })
  const rest = more > 0 ? `${limit > 0 ? ',' : ''} ... ${more} more item${more > 1 ? 's' : ''} ]` : ''
  return `${name}(${array.length}) '${array.typecode}' ${more > 0 ? items.replace(/\s*\]$/, '') + rest : items}`
}
