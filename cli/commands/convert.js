import { statSync } from 'node:fs'
import { OPENING } from '../opening.js'
import { toFiles } from '../command-line.js'
import { planOf, ranged, streamRange } from '../convert/plan.js'
import { sourceOf } from '../convert/sources.js'
import { Unfit, targetOf } from '../convert/targets.js'
import { DataError, UsageError } from '../failures.js'
import { progressOf } from '../progress.js'
import { replace, requireReplaceable } from '../replacement.js'
import { numberIn } from '../text/numbers.js'
import { toTypecode, typecodeOfPath } from '../type-names.js'

const FORMATS = ['raw', 'npy', 'csv', 'jsonl']
/** NumPy's name of its booleans. */
const BOOLEAN = '|b1'
/** By the end of a name; what has none of these is raw. */
const ENDINGS = new Map([
  ['npy', 'npy'],
  ['csv', 'csv'],
  ['txt', 'csv'],
  ['tsv', 'csv'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
])

const { type, offset } = OPENING

export default {
  name: 'convert',
  summary: "from one format or type to another: raw, NumPy's .npy, CSV, JSON lines",
  usage: 'convert FILE TARGET [OPTIONS]',
  more: `
Formats are told by the ends of the names: .npy, .csv, .txt, .tsv, .jsonl, .ndjson; anything else is raw. - is the standard
input or output. Every value is checked: one that the type does not hold ends the conversion with an error that names its
line, and TARGET is as it was. Files may be larger than memory. TARGET takes its name when it is whole.

Of a .npy file, dimensions, order and booleans go along to another, and the rows of two dimensions to CSV. What TARGET cannot
keep is an error; --flatten writes one row, in which the last index varies fastest. Big-endian and unaligned files are read.

CSV has a number a line, or needs --column; a title is passed over. Numbers from text are float64 unless --type says otherwise.
What JSON has no number for is a string there: "NaN", "Infinity". Integer types keep all of their digits, a float takes the nearest number.`,
  options: {
    type: {
      ...type,
      description: `of the elements of TARGET, and of a raw FILE: ${type.description.slice('of the elements: '.length)}`,
    },
    'from-type': { type: 'string', value: 'TYPE', description: 'of the elements of a raw FILE, where it is another' },
    offset,
    from: { type: 'string', value: 'FORMAT', description: 'of FILE: raw, npy, csv, jsonl' },
    to: { type: 'string', value: 'FORMAT', description: 'of TARGET' },
    column: { type: 'string', description: "of a CSV file: a title's name, or a number from 1" },
    delimiter: { type: 'string', description: 'of a CSV file; default a comma, for .tsv a tab' },
    header: { type: 'string', value: 'TITLE', description: 'writes a title into the first line of CSV' },
    range: { type: 'string', value: 'START:STOP', description: 'only these elements, or rows, as in Python' },
    flatten: { type: 'boolean', description: 'writes several dimensions as one row' },
    force: { type: 'boolean', short: 'f', description: 'replaces TARGET where it is there' },
  },
  examples: [
    ['mmap-array convert prices.csv prices.npy --column close', 'one column of a table'],
    ['mmap-array convert big.npy big.f32', 'another type: every value that fits, or an error'],
    ['mmap-array convert big.npy end.csv --range -1000:', 'the last thousand'],
    ['mmap-array convert ticks.bin - --type i64 --to jsonl | head', 'to another program'],
  ],

  async run({ values, positionals, output }) {
    const [path, targetPath] = toFiles(this, positionals, ['FILE', 'TARGET'])
    const from = sideOf(path, values.from)
    const to = sideOf(targetPath, values.to)
    if (values.header !== undefined && to.format !== 'csv') throw new UsageError('--header goes with CSV')
    if (values.header !== undefined && numberIn(values.header) !== undefined)
      throw new UsageError(`--header takes a title, and '${values.header}' would be read as an element`)
    if (values.delimiter !== undefined && from.format !== 'csv') throw new UsageError('--delimiter goes with CSV')
    if (to.path !== undefined) requireReplaceable(to.path, values.force)
    const delimiter = values.delimiter ?? (path.endsWith('.tsv') ? '\t' : undefined)
    const wanted = toTypecode(values.type) ?? (to.format === 'raw' && to.path ? typecodeOfPath(to.path) : undefined)
    const source = sourceOf(from, { values: sourceValues(values, from, delimiter), typecode: wanted })
    try {
      const { layout, rows } = planOf(source.layout, to.format, {
        flatten: values.flatten,
        range: values.range,
        isBoolean: wanted === undefined ? undefined : values.type === BOOLEAN,
      })
      const stream = source.layout === undefined && values.range !== undefined ? streamRange(values.range) : undefined
      const between = to.path?.toLowerCase().endsWith('.tsv') ? '\t' : ','
      const areBooleans = layout?.isBoolean || source.layout?.isBoolean
      const copyTo = async (unfinished) => {
        const terms = { typecode: wanted ?? source.typecode, output, title: values.header, most: source.total }
        await copy(source, await targetOf({ ...to, path: unfinished }, { ...terms, layout, between, areBooleans }), {
          rows,
          stream,
        })
      }
      await (to.path === undefined ? copyTo(undefined) : replace(to.path, values, copyTo))
    } finally {
      source.close()
    }
  },
}

function sideOf(word, given) {
  const path = word === '-' ? undefined : word
  const ending = /\.([a-z]+)$/.exec(word.toLowerCase())?.[1]
  const format = given ?? ENDINGS.get(ending) ?? 'raw'
  if (FORMATS.includes(format)) return { path, format }
  throw new UsageError(`a format is one of ${FORMATS.join(', ')}, not '${format}'`)
}

/** A NumPy file says its type itself; --type is then what is wanted of TARGET. */
function sourceValues({ column, offset: bytes, type: given, 'from-type': own }, { path, format }, delimiter) {
  if (column !== undefined && format !== 'csv') throw new UsageError('--column goes with CSV')
  if (bytes !== undefined && (format !== 'raw' || path === undefined))
    throw new UsageError('--offset goes with a raw FILE')
  if (path !== undefined && format === 'csv') statSync(path)
  const named = path === undefined ? undefined : typecodeOfPath(path)
  const shared = format === 'npy' || named !== undefined ? undefined : given
  return { column, delimiter, offset: bytes, type: own ?? shared }
}

async function copy(source, target, { rows, stream }) {
  const onProgress = progressOf('converting', source.total)
  const all = source.blocks(onProgress, rows)
  let count = 0
  try {
    for await (const values of stream ? ranged(all, stream) : all) {
      await target.add(values)
      count += values.length
    }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    const index = (stream?.start ?? 0) + count + error.at
    throw new DataError(`${source.place(index)}: ${error.message}`, { cause: error.cause })
  } finally {
    await target.end()
  }
}
