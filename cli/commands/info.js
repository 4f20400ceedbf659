import { statSync } from 'node:fs'
import { toFiles } from '../command-line.js'
import { printable } from '../failures.js'
import { readHeader } from '../npy/header.js'
import { OPENING, bytesBehind, open } from '../opening.js'
import { progressOf } from '../progress.js'
import { shortening } from '../shortest-digits.js'
import { statisticsOf } from '../statistics.js'
import { textOf } from '../text/numbers.js'
import { nameOf } from '../type-names.js'

export default {
  name: 'info',
  summary: 'type, length and statistics of a file',
  usage: 'info FILE [OPTIONS]',
  more: `
The statistics take one pass over the file, which may be larger than memory. Least and greatest are of all numbers; mean and
standard deviation, the population's, of the finite ones. Sums of integers are exact.`,
  options: {
    ...OPENING,
    'no-stats': { type: 'boolean', description: 'no statistics: does not read the elements' },
    json: { type: 'boolean', description: 'one JSON object; integers of 8 bytes as strings' },
  },
  examples: [
    ['mmap-array info prices.f64', 'the type is in the name'],
    ['mmap-array info ticks.bin --type i64 --offset 16', 'raw elements behind a header'],
    ['mmap-array info big.npy --no-stats --json', 'for a program, at once'],
  ],

  async run({ values, positionals, output }) {
    const [path] = toFiles(this, positionals, ['FILE'])
    const array = open(path, values)
    try {
      const facts = factsOf(array, path, values)
      if (!values['no-stats']) Object.assign(facts, await rangeAndMoments(array, facts.typeName === 'bool'))
      await (values.json ? output.json(facts) : output.line(tableOf(facts)))
    } finally {
      array.close()
    }
  },
}

async function rangeAndMoments(array, isBoolean) {
  const statistics = await statisticsOf(array, { isBoolean, onProgress: progressOf('reading', array.length) })
  const shortest = shortening(array.typecode)
  return statistics && { ...statistics, min: shortest(statistics.min), max: shortest(statistics.max) }
}

function factsOf(array, path, { offset }) {
  const behind = bytesBehind(array, offset)
  const { fortranOrder, isBoolean } = array.format === 'npy' ? readHeader(path) : {}
  return {
    file: path,
    format: array.format,
    type: array.typecode,
    typeName: isBoolean ? 'bool' : nameOf(array.typecode),
    elements: array.length,
    ...(array.shape.length > 1 && { shape: array.shape, order: fortranOrder ? 'Fortran' : 'C' }),
    bytes: array.byteLength,
    fileBytes: statSync(path).size,
    ...(behind > 0 && { bytesBehind: behind }),
  }
}

const TITLES = {
  bytesBehind: 'left over',
  fileBytes: 'file bytes',
  min: 'least',
  max: 'greatest',
  standardDeviation: 'std dev',
  nan: 'NaN',
}

function tableOf({ file, type, typeName, ...facts }) {
  const rows = [
    ['type', `${typeName} ('${type}')`],
    ...Object.entries(facts).map(([key, value]) => [key, shown(key, value)]),
  ]
  return [printable(file), ...rows.map(([key, value]) => `  ${(TITLES[key] ?? key).padEnd(10)}  ${value}`)].join('\n')
}

function shown(key, value) {
  if (key === 'shape') return value.join(' × ')
  if (key === 'order') return value
  if (key === 'bytesBehind') return `${value} bytes at the end`
  return textOf(value)
}
