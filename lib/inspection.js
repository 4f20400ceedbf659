// Arrays as text.

import { inspect } from 'node:util'

const REPLACEMENT = '\ufffd'
/** Characters joined at a time: a call takes no more arguments than fit the stack. */
const RUN = 4096

function textOf(array, readPoint) {
  let text = ''
  for (let start = 0; start < array.length; start += RUN) {
    const run = []
    for (let at = start; at < Math.min(start + RUN, array.length); at++) run.push(readPoint(at))
    text += run.join('')
  }
  return text
}

/** The characters of an array; what is none becomes U+FFFD, or throws where `strict`. */
export function charactersOf(array, strict) {
  return textOf(array, (at) => {
    if (strict) return array.get(at)
    try {
      return array.get(at)
    } catch (error) {
      if (error.code !== 'ERR_VALUE_OUT_OF_RANGE') throw error
      return REPLACEMENT
    }
  })
}

function literal(value) {
  if (typeof value === 'bigint') return `${value}n`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** "MmapArray('I', [1, 2, 3])" */
export function printed(array, isText) {
  const name = array.constructor?.name ?? 'MmapArray'
  if (isText && array.length > 0) {
    const text = inspect(charactersOf(array, false), { maxStringLength: Infinity })
    return `${name}('${array.typecode}', ${text})`
  }
  const items = []
  for (const value of array) items.push(literal(value))
  return `${name}('${array.typecode}', [${items.join(', ')}])`
}

/** For console.log: the first elements only, and how many more there are. */
export function inspected(array, isText, options) {
  const name = array.constructor?.name ?? 'MmapArray'
  if (array.closed) return `${name} '${array.typecode}' [closed]`
  const limit = Math.min(array.length, options.maxArrayLength ?? Infinity)
  const shown = []
  for (let at = 0; at < limit; at++) shown.push(isText ? characterOrReplacement(array, at) : array.get(at))
  const more = array.length - limit
  const items = inspect(shown, { ...options, maxArrayLength: null })
  const rest = more > 0 ? `${limit > 0 ? ',' : ''} ... ${more} more item${more > 1 ? 's' : ''} ]` : ''
  return `${name}(${array.length}) '${array.typecode}' ${more > 0 ? items.replace(/\s*\]$/, '') + rest : items}`
}

function characterOrReplacement(array, at) {
  try {
    return array.get(at)
  } catch {
    return REPLACEMENT
  }
}
