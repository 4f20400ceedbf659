import { existsSync, statSync } from 'node:fs'
import { OPENING } from '../opening.js'
import { fieldNames } from '../fields.js'
import { areSameTypes, isRecordType, toType, typeNameOf } from '../record-types.js'
import { toFiles } from '../command-line.js'
import { planOf, ranged, streamRange } from '../convert/plan.js'
import { sourceOf } from '../convert/sources.js'
import { Unfit } from '../convert/fitting.js'
import { targetOf } from '../convert/targets.js'
import { TEXT_OPTIONS, textOptions } from '../convert/text-options.js'
import { DataError, UsageError } from '../failures.js'
import { note } from '../notes.js'
import { progressOf } from '../progress.js'
import { replace, requireReplaceable } from '../replacement.js'
import { isTitle } from '../text/values.js'
import { requireTypecodeOfPath, typecodeOfPath } from '../type-names.js'

const FORMATS = ['raw', 'npy', 'csv', 'jsonl']
/** NumPy's name of its booleans. */
const BOOLEAN = '|b1'
/** The format by the end of a name; other names are raw. */
const ENDINGS = new Map([
  ['npy', 'npy'],
  ['csv', 'csv'],
  ['txt', 'csv'],
  ['tsv', 'csv'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
])
/** Ends of names of other formats, which are refused unless --from or --to is given. */
const FOREIGN = new Set(
  'gz bz2 xz zst zip 7z tar tgz json html htm xml pdf xls xlsx ods parquet feather arrow h5 hdf5 npz mat pkl sqlite db'.split(
    ' ',
  ),
)

const { type, align, offset, field } = OPENING

export default {
  name: 'convert',
  summary: "convert between raw files, NumPy's .npy, CSV and JSON lines, and between types",
  usage: 'convert FILE TARGET [OPTIONS]',
  more: `
The end of a name gives the format: .npy, .csv, .txt, .tsv, .jsonl or .ndjson; any other file is raw. The name - is the standard input or
output. Every value is checked. If one does not fit the type, the command ends with an error that names its line, and TARGET stays as it was.
TARGET gets its name when it is complete. Files may be larger than memory.
An integer of a binary FILE that a float type cannot hold exactly is an error, unless you give --round nearest.

A .npy TARGET keeps the dimensions, order and booleans of a .npy FILE, and CSV keeps two dimensions as rows. If TARGET cannot keep them, that is
an error; --flatten writes one dimension, with the last index fastest. FILE may be big-endian or unaligned.

CSV has one number on a line, or you name a --column. --titles, --no-titles, --title, or a title for --column says whether the first row has
titles. Otherwise the tool looks at the chosen field, and says on the standard error what it assumes. These are errors: a missing value without
--missing, a row of another length, a fraction for an integer type without --round, and a number that is too large. The message names
the file, line, column and text. Integers keep all digits, and a float is rounded once, from the text to the type.
Numbers from text become float64 unless --type or the name of TARGET gives another type.

Records become CSV with their fields as titles, or JSON lines of objects. With a record --type, such CSV, objects and other records become
records. Columns, members and fields that the type does not name are left out. --field converts one field.

JSON lines have one value on a line, or an object and --column. "NaN" and "Infinity" are strings, because JSON has no such numbers.`,
  options: {
    type: {
      ...type,
      description: `type of the elements of TARGET, and of a raw FILE: ${type.description.slice('type of the elements: '.length)}`,
    },
    'from-type': {
      type: 'string',
      value: 'TYPE',
      description: 'type of the elements of a raw FILE, if TARGET has another',
    },
    align,
    offset,
    field,
    from: { type: 'string', value: 'FORMAT', description: 'format of FILE: raw, npy, csv or jsonl' },
    to: { type: 'string', value: 'FORMAT', description: 'format of TARGET' },
    ...TEXT_OPTIONS,
    header: { type: 'string', value: 'TITLE', description: 'writes this title as the first line of CSV' },
    range: {
      type: 'string',
      value: 'START:STOP',
      description: 'converts only these elements, or rows, as in Python; errors in other lines may go unseen',
    },
    flatten: { type: 'boolean', description: 'writes several dimensions as one' },
    force: { type: 'boolean', short: 'f', description: 'replaces an existing TARGET' },
    'allow-empty': { type: 'boolean', description: 'lets --force replace it by a file without elements' },
  },
  examples: [
    ['mmap-array convert prices.csv prices.npy --column close', 'one column of a table'],
    ['mmap-array convert sales.csv sales.i64 --column 3 --titles --missing 0', 'a column by its position'],
    ["mmap-array convert log.tsv t.i64 --column time --dates ms --comment '#'", 'dates as milliseconds'],
    ['mmap-array convert big.npy big.f32', 'another type; a value that does not fit is an error'],
    ['mmap-array convert big.npy end.csv --range -1000:', 'the last thousand'],
    ['mmap-array convert ticks.bin - --type i64 --to jsonl | head', 'to another program'],
    ['mmap-array convert trades.csv trades.npy --type time:i64,price:f64 --dates ms', 'a table as records'],
    ['mmap-array convert trades.npy price.f64 --field price', 'one field of records'],
  ],

  async run({ values, positionals, output }) {
    const [path, targetPath] = toFiles(this, positionals, ['FILE', 'TARGET'])
    const from = sideOf(path, values.from)
    const to = sideOf(targetPath, values.to)
    if (values.header !== undefined && to.format !== 'csv') throw new UsageError('--header is for a TARGET of CSV')
    if (values.header !== undefined && !isTitle(values.header))
      throw new UsageError(`--header takes a title, and '${values.header}' could be read as an element`)
    const text = textOptions(values, from)
    if (to.path !== undefined) requireReplaceable(to.path, values.force)
    const wanted = typeOfTarget(values) ?? (to.format === 'raw' && to.path ? requireTypecodeOfPath(to.path) : undefined)
    const notes = []
    const named = to.format === 'raw' && to.path !== undefined ? typecodeOfPath(to.path) : undefined
    if (named !== undefined && typeNameOf(named) !== typeNameOf(wanted))
      throw new UsageError(
        `${to.path} says ${typeNameOf(named)}, and --type says ${typeNameOf(wanted)}; --from-type gives the type of a raw FILE`,
      )
    const settings = { typecode: wanted, text, note: (line) => notes.push(line) }
    const source = sourceOf(from, { values: sourceValues(values, from), ...settings })
    try {
      requireSameKind(from, source, wanted)
      const { layout, rows } = planOf(source.layout, to.format, {
        flatten: values.flatten,
        range: values.range,
        isBoolean: wanted === undefined ? undefined : values.type === BOOLEAN,
        areRecords: isRecordType(source.typecode),
      })
      const stream = source.layout === undefined && values.range !== undefined ? streamRange(values.range) : undefined
      const between = to.path?.toLowerCase().endsWith('.tsv') ? '\t' : ','
      const areBooleans = layout?.isBoolean || source.layout?.isBoolean
      const copyTo = async (unfinished) => {
        const { header: title, round } = values
        const given = { output, title, round, most: source.total, layout, between, areBooleans }
        const typecode = wanted ?? source.typecode
        const booleanFields = (source.booleanFields ?? []).filter((name) => hasField(typecode, name))
        const target = await targetOf(
          { ...to, path: unfinished },
          { ...given, typecode, from: source.typecode, booleanFields },
        )
        const isCopy =
          booleanFields.length === 0 &&
          ['raw', 'npy'].includes(to.format) &&
          isRecordType(typecode) &&
          areSameTypes(typecode, source.typecode)
        const count = await copy(source, target, { rows, stream, copyAs: isCopy ? typecode : undefined })
        if (count === 0 && unfinished !== undefined) requireEmptyAllowed(to.path, values['allow-empty'])
      }
      await (to.path === undefined ? copyTo(undefined) : replace(to.path, values, copyTo))
      notes.forEach(note)
    } finally {
      source.close()
    }
  },
}

function sideOf(word, given) {
  const path = word === '-' ? undefined : word
  const ending = /\.([a-z\d]+)$/.exec(word.toLowerCase())?.[1]
  if (given === undefined && FOREIGN.has(ending))
    throw new UsageError(
      `the tool does not read or write .${ending}, the format of ${word}: if it is ${FORMATS.join(', ')}, give --from or --to`,
    )
  const format = given ?? ENDINGS.get(ending) ?? 'raw'
  if (FORMATS.includes(format)) return { path, format }
  throw new UsageError(`a format is one of ${FORMATS.join(', ')}, not '${format}'`)
}

/** The type that --type names for TARGET. With --field, that of records is of FILE. */
function typeOfTarget(values) {
  const given = toType(values.type, values)
  const isOfRecords = isRecordType(given)
  if (values.align && !isOfRecords && !isRecordType(toType(values['from-type'])))
    throw new UsageError('--align needs a record type')
  return isOfRecords && values.field !== undefined ? undefined : given
}

/** Records become records, and numbers numbers. */
function requireSameKind({ path }, { typecode, booleanFields = [] }, wanted) {
  if (wanted === undefined) {
    if (booleanFields.length === 0) return
    const names = booleanFields.map((name) => `'${name}'`).join(', ')
    throw new UsageError(`${path} has booleans in ${names}: give --type with u8 for them to write bytes`)
  }
  const [from, to] = [typecode, wanted].map(isRecordType)
  if (from && !to)
    throw new UsageError(`${path ?? 'FILE'} holds records: --field takes one of ${fieldNames(typecode.fields)}`)
  if (to && !from) throw new UsageError(`a record --type needs records or text, and ${path ?? 'FILE'} holds numbers`)
}

/** The type of FILE. A NumPy file says its own type; then --type is that of TARGET. */
function sourceValues(
  { offset: bytes, field: name, align: isAligned, type: given, 'from-type': own },
  { path, format },
) {
  if (bytes !== undefined && (format !== 'raw' || path === undefined)) throw new UsageError('--offset needs a raw FILE')
  if (own !== undefined && (format === 'csv' || format === 'jsonl'))
    throw new UsageError('--from-type needs a raw FILE: for text give --type')
  if (name !== undefined && (format === 'csv' || format === 'jsonl'))
    throw new UsageError('--field needs a file of records: for text give --column')
  if (path !== undefined && (format === 'csv' || format === 'jsonl')) statSync(path)
  const named = path === undefined ? undefined : typecodeOfPath(path)
  const shared = format === 'npy' || named !== undefined ? undefined : given
  const type = own ?? shared
  return { offset: bytes, type, field: name, align: isAligned && isRecordType(toType(type)) }
}

const hasField = (type, name) => isRecordType(type) && type.fields.some((field) => field.name === name)

/** Replacing a file by an empty one is usually a mistake. */
function requireEmptyAllowed(path, isAllowed) {
  if (isAllowed || !existsSync(path)) return
  throw new DataError(`there are no elements, and ${path} exists already; --allow-empty replaces it`)
}

/** @returns {Promise<number>} how many elements */
async function copy(source, target, { rows, stream, copyAs }) {
  const onProgress = progressOf('converting', source.total)
  const all = source.blocks(onProgress, rows, { copyAs })
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
  return count
}
