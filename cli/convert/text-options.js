// The options of `convert` for reading text.

import { UsageError } from '../failures.js'
import { skippedLines } from '../text/reading.js'

export const TEXT_OPTIONS = {
  column: {
    type: 'string',
    description: 'of CSV: a number from 1, or a title; of JSON lines: a member of each object',
  },
  title: { type: 'string', value: 'TITLE', description: 'of the column of CSV, if it is a number: --title 2019' },
  titles: { type: 'boolean', description: 'the first row of CSV has titles' },
  'no-titles': { type: 'boolean', description: 'the first row of CSV has values' },
  delimiter: { type: 'string', description: String.raw`of CSV; default a comma, for .tsv a tab (\t)` },
  decimal: { type: 'string', value: 'MARK', description: 'of numbers in CSV, if it is not a point: 3,5' },
  thousands: { type: 'string', value: 'MARK', description: 'between groups of three digits in CSV: 1,234.5' },
  missing: {
    type: 'string',
    value: 'VALUE',
    description: 'for missing values: nan, skip, or a value; default an error',
  },
  'missing-text': {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    description: 'that also stands for a missing value, such as -999',
  },
  round: {
    type: 'string',
    value: 'HOW',
    description: 'rounds fractions to integers: nearest, floor, ceil, trunc; nearest also rounds integers to floats',
  },
  dates: { type: 'string', value: 'UNIT', description: 'reads dates, as int64 since 1970: D, h, m, s, ms, us, ns' },
  comment: { type: 'string', value: 'TEXT', description: 'leaves out lines that begin with it: #' },
  'skip-lines': {
    type: 'string',
    multiple: true,
    value: 'N',
    description: 'leaves out the first N lines; -N the last',
  },
}

const FORMATS = { raw: 'a raw file', npy: "in NumPy's format", jsonl: 'JSON lines' }
/** Options for one format only. */
const OF_CSV = ['title', 'titles', 'no-titles', 'delimiter', 'decimal', 'thousands']
/** --round also goes with binary files. */
const OF_TEXT = Object.keys(TEXT_OPTIONS).filter((name) => name !== 'round' && !OF_CSV.includes(name))

/**
 * @param {object} values of the command line
 * @param {{ path?: string, format: string }} from
 * @returns {object} options for a text source
 */
export function textOptions(values, { path, format }) {
  const isCsv = format === 'csv'
  const refuse = (names, formats) => {
    const given = names.find((name) => values[name] !== undefined)
    if (given === undefined) return
    const remedy = format === 'raw' ? '; --from csv reads it as CSV' : ''
    throw new UsageError(`--${given} is for a FILE of ${formats}, and ${path ?? 'FILE'} is ${FORMATS[format]}${remedy}`)
  }
  if (!isCsv) refuse(OF_CSV, 'CSV')
  if (!isCsv && format !== 'jsonl') refuse(OF_TEXT, 'CSV or JSON lines')
  if (values.decimal === '') throw new UsageError('--decimal takes one character')
  return {
    column: values.column,
    title: values.title,
    titles: values.titles,
    noTitles: values['no-titles'],
    delimiter: delimiterOf(values.delimiter ?? (path?.toLowerCase().endsWith('.tsv') ? '\t' : ',')),
    decimal: values.decimal,
    thousands: values.thousands,
    missing: values.missing,
    missingText: values['missing-text'],
    round: values.round,
    dates: values.dates,
    comment: values.comment,
    skipped: skippedLines(values['skip-lines']),
  }
}

/** A shell passes a tab on as backslash and t. */
const delimiterOf = (text) => (text === String.raw`\t` ? '\t' : text)
