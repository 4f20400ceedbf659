// Text in arrays of characters. Others may write anything into their memory, so an element need not be a character.

import { requireOpen } from './core-array.js'

/** Stands for an element that is no character. */
export const REPLACEMENT = '\ufffd'

/** Characters joined at a time, so that no list grows with the array. */
const RUN = 4096

/** The character at an index that is inside, undefined where the element is none. */
export const characterAt = (array, at) => quietly(() => array.get(at))

/** What is read, undefined where that is no character. */
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
 * @param [replacement] stands for elements that are no character, which are an error without it
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
