// The options of `convert` for reading text.

import { UsageError } from '../failures.js'
import { skippedLines } from '../text/reading.js'

export const TEXT_OPTIONS = {
  column: {
    type: 'string',
    description: 'column of CSV, by its number from 1 or its title; or member of each object of JSON lines',
  },
  title: { type: 'string', value: 'TITLE', description: 'column of CSV whose title is a number: --title 2019' },
  titles: { type: 'boolean', description: 'the first row of CSV has titles' },
  'no-titles': { type: 'boolean', description: 'the first row of CSV has values' },
  delimiter: {
    type: 'string',
    description: String.raw`character between fields of CSV; default a comma, or a tab (\t) for .tsv`,
  },
  decimal: { type: 'string', value: 'MARK', description: 'decimal mark of numbers in CSV, if not a point: 3,5' },
  thousands: { type: 'string', value: 'MARK', description: 'mark between groups of three digits in CSV: 1,234.5' },
  missing: {
    type: 'string',
    value: 'VALUE',
    description: 'what a missing value becomes: nan, skip (no element), or a value; default an error',
  },
  'missing-text': {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    description: 'text that also stands for a missing value, such as -999',
  },
  round: {
    type: 'string',
    value: 'HOW',
    description: 'rounds fractions to integers: nearest, floor, ceil or trunc; nearest also rounds integers to floats',
  },
  dates: { type: 'string', value: 'UNIT', description: 'reads dates as int64 since 1970, in D, h, m, s, ms, us or ns' },
  comment: { type: 'string', value: 'TEXT', description: 'skips lines that begin with this text, such as #' },
  'skip-lines': {
    type: 'string',
    multiple: true,
    value: 'N',
    description: 'skips the first N lines, or with -N the last',
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
