// Prints elements of several dimensions: a row a line, or one nested JSON array.

import { shownAs } from './elements-output.js'
import { countOf } from './layout.js'
import { jsonWriter, textWriter } from './values-output.js'

/**
 * @param {{ shape: number[], blocks: AsyncIterable<ArrayLike<unknown>> }} given blocks in the order of the rows, each within one row
 * @param {{ json?: boolean }} options
 */
export async function printRows(array, { shape, blocks }, { json = false }, output) {
  const shown = shownAs(array)
  const { typecode } = array
  const write = json ? jsonWriter(typecode, { areBigIntsQuoted: true }) : textWriter(typecode)
  const marks = json ? jsonMarks(shape) : textMarks(shape)
  if (countOf(shape) === 0) return json ? output.line(emptyJson(shape)) : undefined
  let count = 0
  for await (const values of blocks) {
    const texts = Array.from(shown(values), write)
    const begin = count === 0 ? marks.first : marks.between(count)
    count += values.length
    await output.write(begin + texts.join(marks.inRow))
  }
  return output.write(marks.last)
}

/** Lines of rows, and an empty line where a further dimension goes on. */
function textMarks(shape) {
  const row = shape.at(-1)
  const matrix = row * (shape.at(-2) ?? 1)
  const between = (count) => (count % matrix === 0 && shape.length > 2 ? '\n\n' : count % row === 0 ? '\n' : '\t')
  return { first: '', between, inRow: '\t', last: '\n' }
}

function jsonMarks(shape) {
  const sizes = shape.map((_, axis) => countOf(shape.slice(axis))).slice(1)
  const between = (count) => {
    const ended = sizes.filter((size) => count % size === 0).length
    return `${']'.repeat(ended)}, ${'['.repeat(ended)}`
  }
  return { first: '['.repeat(shape.length), between, inRow: ', ', last: `${']'.repeat(shape.length)}\n` }
}

/** As many empty arrays as NumPy's `tolist` gives. */
function emptyJson([length, ...rest]) {
  if (length === 0 || rest.length === 0) return '[]'
  return `[${Array.from({ length }, () => emptyJson(rest)).join(', ')}]`
}
