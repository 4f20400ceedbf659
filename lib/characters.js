// Text in arrays of characters. Others may write anything into their memory, so an element need not be a character.

import { requireOpen } from './core-array.js'

/** Shown for an element that is not a character. */
export const REPLACEMENT = '\ufffd'

/** How many characters are joined at a time, so that no list grows with the array. */
const RUN = 4096

/** The character at a valid index; undefined if the element is not a character. */
export const characterAt = (array, at) => quietly(() => array.get(at))

/** The result of `read`; undefined if the element is not a character. */
export function quietly(read) {
  try {
    return read()
  } catch (error) {
    if (error.code !== 'ERR_VALUE_OUT_OF_RANGE') throw error
    return undefined
  }
}

/**
 * All characters, joined.
 * @param [replacement] shown for elements that are not characters; without it they are an error
 */
export function textOf(array, replacement) {
  requireOpen(array)
  const read = replacement === undefined ? (at) => array.get(at) : (at) => characterAt(array, at) ?? replacement
  let text = ''
  for (let start = 0; start < array.length; start += RUN) {
    const run = []
    for (let at = start; at < Math.min(start + RUN, array.length); at++) run.push(read(at))
    text += run.join('')
  }
  return text
}
