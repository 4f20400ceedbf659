// Prints elements: a line each, or one JSON array.

import { BLOCK, isText, truths } from './blocks.js'
import { holdsBooleans } from './npy/header.js'
import { shortening } from './shortest-digits.js'
import { textOf } from './text/numbers.js'

/**
 * @param {AsyncIterable<ArrayLike<number | bigint | string>>} blocks
 * @param {{ json?: boolean }} options
 */
export async function printElements(array, blocks, { json = false }, output) {
  const shortest = shortening(array.typecode)
  const printed = json ? jsonValue : isText(array) ? (value) => JSON.stringify(value).slice(1, -1) : textOf
  const one = (value) => printed(shortest(value))
  const shown = holdsBooleans(array) ? truths : (values) => values
  const between = json ? ', ' : '\n'
  let isFirst = true
  if (json) await output.write('[')
  for await (const values of blocks) {
    for (let at = 0; at < values.length; at += BLOCK) {
      const text = Array.from(shown(values.slice(at, at + BLOCK)), one).join(between)
      await output.write(isFirst ? text : between + text)
      isFirst = false
    }
  }
  if (json) await output.write(']\n')
  else if (!isFirst) await output.write('\n')
}

function jsonValue(value) {
  if (typeof value === 'bigint') return `"${value}"`
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  return typeof value === 'string' ? JSON.stringify(value) : textOf(value)
}
