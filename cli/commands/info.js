import { statSync } from 'node:fs'
import { FieldElements } from '../fields.js'
import { UsageError, printable } from '../failures.js'
import { holdsBooleans } from '../npy/header.js'
import { OPENING, bytesBehind, openLive } from '../opening.js'
import { progressOf } from '../progress.js'
import { shortening } from '../shortest-digits.js'
import { statisticsOf } from '../statistics.js'
import { textOf } from '../text/numbers.js'
import { fieldTypeName, holdsRecords, typeNameOf } from '../record-types.js'

export default {
  name: 'info',
  summary: 'show the type, length and statistics of a file',
  usage: 'info FILE ... [OPTIONS]',
  more: `
The command reads the file once, in blocks, so the file may be larger than memory. The least and the greatest include infinities; the
mean and the standard deviation (of the population) do not. Sums of integers are exact. For records, each field of real numbers has its own
statistics. While a program has a raw file reserved, the file is longer than its elements. Then the command shows no length and no
statistics.`,
  options: {
    ...OPENING,
    'no-stats': { type: 'boolean', description: 'shows no statistics, so that the elements need not be read' },
    json: { type: 'boolean', description: 'prints a JSON object for each FILE; integers of 8 bytes become strings' },
  },
  examples: [
    ['mmap-array info prices.f64', 'the name gives the type'],
    ['mmap-array info ticks.bin --type i64 --offset 16', 'raw elements after a header'],
    ['mmap-array info big.npy --no-stats --json', 'for a program, without reading'],
    ['mmap-array info trades.rec --type time:i64,price:f64', 'records: one line for each field'],
  ],

  async run({ values, positionals, output }) {
    if (positionals.length === 0) throw new UsageError(`FILE is missing; usage: mmap-array ${this.usage}`)
    for (const [at, path] of positionals.entries()) {
      const facts = await factsAbout(path, values)
      if (values.json) await output.json(facts)
      else await output.line(`${at > 0 ? '\n' : ''}${tableOf(facts)}`)
    }
  },
}

async function factsAbout(path, values) {
  const { elements: array, isReserved } = openLive(path, values)
  try {
    const facts = factsOf(array, path, { ...values, isReserved })
    const isWithout = isReserved || values['no-stats']
    if (holdsRecords(array)) facts.fields = await fieldsOf(array, isWithout)
    else if (!isWithout) Object.assign(facts, await rangeAndMoments(array, facts.typeName === 'bool'))
    return facts
  } finally {
    array.close()
  }
}

async function rangeAndMoments(array, isBoolean) {
  const statistics = await statisticsOf(array, { isBoolean, onProgress: progressOf('reading', array.length) })
  const shortest = shortening(array.typecode)
  return statistics && { ...statistics, min: shortest(statistics.min), max: shortest(statistics.max) }
}

/** What there is to say about each field of records. */
async function fieldsOf(records, isWithout) {
  const facts = []
  for (const field of records.typecode.fields) {
    const elements = new FieldElements(records, field)
    const isBoolean = holdsBooleans(elements)
    const statistics = isWithout ? undefined : await rangeAndMoments(elements, isBoolean)
    const { name, typecode, count, offset } = field
    facts.push({
      name,
      type: typecode,
      typeName: isBoolean ? fieldTypeName(field).replace('uint8', 'bool') : fieldTypeName(field),
      ...(count !== undefined && { count }),
      offset,
      ...statistics,
    })
  }
  return facts
}

function factsOf(array, path, { offset, isReserved }) {
  const isRecord = holdsRecords(array)
  return {
    file: path,
    ...(array.field !== undefined && { field: array.field }),
    format: array.format,
    type: isRecord ? typeNameOf(array.typecode) : array.typecode,
    typeName: isRecord ? 'record' : holdsBooleans(array) ? 'bool' : typeNameOf(array.typecode),
    ...(isRecord && { itemsize: array.itemsize }),
    ...(isReserved ? { reserved: true } : lengthsOf(array)),
    fileBytes: statSync(path).size,
    ...(!isReserved && leftOverOf(array, offset)),
  }
}

function lengthsOf(array) {
  return {
    elements: array.length,
    ...(array.shape.length > 1 && { shape: array.shape, order: array.order === 'F' ? 'Fortran' : 'C' }),
    bytes: array.byteLength,
  }
}

function leftOverOf(array, offset) {
  const behind = bytesBehind(array, offset)
  return behind > 0 && { bytesBehind: behind }
}

const TITLES = {
  bytesBehind: 'left over',
  fileBytes: 'file bytes',
  min: 'least',
  max: 'greatest',
  standardDeviation: 'std dev',
  nan: 'NaN',
}

function tableOf({ file, type, typeName, itemsize, fields, ...facts }) {
  const rows = [
    [
      'type',
      fields === undefined
        ? `${typeName} ('${type}')`
        : `records of ${itemsize} ${itemsize === 1 ? 'byte' : 'bytes'}: ${printable(type)}`,
    ],
    ...Object.entries(facts).map(([key, value]) => [key, shown(key, value)]),
  ]
  const lines = rows.map(([key, value]) => `  ${(TITLES[key] ?? key).padEnd(10)}  ${value}`)
  return [printable(file), ...lines, ...(fields === undefined ? [] : ['', ...tableOfFields(fields)])].join('\n')
}

/** A line for each field, in aligned columns. */
function tableOfFields(fields) {
  const keys = ['name', 'typeName', 'offset', ...STATISTICS.filter((key) => fields.some((facts) => key in facts))]
  const titles = keys.map((key) => FIELD_TITLES[key] ?? TITLES[key] ?? key)
  const rows = [titles, ...fields.map((facts) => keys.map((key) => (key in facts ? shown(key, facts[key]) : '')))]
  const widths = keys.map((_, at) => Math.max(...rows.map((row) => row[at].length)))
  const cell = (text, at) => (at < 2 ? text.padEnd(widths[at]) : text.padStart(widths[at]))
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd())
}

const STATISTICS = ['min', 'max', 'sum', 'mean', 'standardDeviation', 'nan', 'infinite']
const FIELD_TITLES = { name: 'field', typeName: 'type' }

function shown(key, value) {
  if (key === 'field' || key === 'name' || key === 'typeName') return printable(value)
  if (key === 'shape') return value.join(' × ')
  if (key === 'order') return value
  if (key === 'reserved')
    return 'by a program that appends: the number of elements is known when it has trimmed or closed the file'
  if (key === 'bytesBehind') return `${value} bytes at the end`
  return textOf(value)
}
