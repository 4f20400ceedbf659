// Prints elements: a line each, records as a table, or one JSON array.

import { BLOCK, isText, truths } from './blocks.js'
import { printable } from './failures.js'
import { booleanFieldsOf, holdsBooleans } from './npy/header.js'
import { holdsRecords } from './record-types.js'
import { jsonWriter, textWriter } from './values-output.js'

/**
 * @param {AsyncIterable<ArrayLike<unknown>>} blocks
 * @param {{ json?: boolean }} options
 */
export async function printElements(array, blocks, { json = false }, output) {
  const parts = partsOf(blocks, shownAs(array))
  if (json) return printJson(array, parts, output)
  return holdsRecords(array) ? printTable(array.typecode.fields, parts, output) : printLines(array, parts, output)
}

/** How elements are shown: booleans as 0 and 1. */
export function shownAs(array) {
  if (holdsRecords(array)) return shownRecords(array)
  return holdsBooleans(array) ? truths : (values) => values
}

/** Booleans in records as 0 and 1, as they are shown without records. */
function shownRecords(array) {
  const names = booleanFieldsOf(array)
  if (names.length === 0) return (records) => records
  const truth = (value) => (Array.isArray(value) ? value.map(truth) : Number(value !== 0))
  return (records) =>
    records.map((record) => ({ ...record, ...Object.fromEntries(names.map((name) => [name, truth(record[name])])) }))
}

async function* partsOf(blocks, shown) {
  for await (const values of blocks) {
    for (let at = 0; at < values.length; at += BLOCK) yield shown(values.slice(at, at + BLOCK))
  }
}

async function printLines({ typecode }, parts, output) {
  const write = textWriter(typecode)
  for await (const values of parts) await output.write(`${Array.from(values, write).join('\n')}\n`)
}

async function printJson({ typecode }, parts, output) {
  const write = jsonWriter(typecode, { areBigIntsQuoted: true })
  let between = '['
  for await (const values of parts) {
    await output.write(between + Array.from(values, write).join(', '))
    between = ', '
  }
  await output.write(between === '[' ? '[]\n' : ']\n')
}

/** Names of fields above columns of their values, which are aligned. A later part may need wider columns. */
async function printTable(fields, parts, output) {
  const columns = fields.map(({ name, typecode, count }) => {
    const one = textWriter(typecode)
    const write = count === undefined ? one : (list) => `[${list.map(one).join(', ')}]`
    return { name, title: printable(name), write, isLeft: count === undefined && isText({ typecode }) }
  })
  const widths = columns.map(({ title }) => title.length)
  const line = (cells) => {
    const padded = cells.map((cell, at) => cell[columns[at].isLeft ? 'padEnd' : 'padStart'](widths[at]))
    return `${padded.join('  ').trimEnd()}\n`
  }
  let isFirst = true
  const print = async (rows) => {
    for (const cells of rows) for (const [at, cell] of cells.entries()) widths[at] = Math.max(widths[at], cell.length)
    const titles = isFirst ? line(columns.map(({ title }) => title)) : ''
    isFirst = false
    await output.write(titles + rows.map(line).join(''))
  }
  for await (const records of parts)
    await print(records.map((record) => columns.map(({ name, write }) => write(record[name]))))
  if (isFirst) await print([])
}
