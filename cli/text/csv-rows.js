// Rows of CSV (RFC 4180), read piece by piece. Papa Parse splits them; this module adds the line of each row. It uses the `Parser` below
// Papa Parse's streams, because the streams tell neither the line of a row nor where an unfinished row begins.

import { Parser } from '../../dist/csv.js'
import { DataError, UsageError } from '../failures.js'
import { LONGEST } from './lines.js'

/**
 * @param {AsyncIterable<string>} texts
 * @param {{ delimiter: string, comment?: string, firstLine?: number }} dialect `firstLine` is the number of the first line
 * @yields {{ rows: string[][], lineOf(row: number): number, textFrom(row: number): string, isEmptyLine(row: number): boolean }}
 *   each row has all of its fields; the last of them may end in a carriage return. `textFrom` gives the text of a row and of all
 *   that follow in the piece, `isEmptyLine` whether a row is a line without anything, not even quotes
 * @throws {DataError} for a quoted field without an end, or with text behind it, and for a carriage return that ends no line
 */
export async function* rowsOf(texts, { delimiter, comment, firstLine = 1 }) {
  requireDialect(delimiter, comment)
  const dialect = { delimiter, newline: '\n', comments: comment ?? false }
  const parser = new Parser(dialect)
  let line = firstLine
  let rest = ''
  // An unfinished row is parsed again from its beginning, but only once the text has doubled, so that the time stays linear.
  let enough = 0
  for await (const text of texts) {
    rest += text
    if (rest.length < enough) continue
    const piece = pieceOf(parser.parse(rest, 0, true), rest, line, dialect)
    const used = piece.end
    if (used === 0 && rest.length > LONGEST) throw longRow(parser, rest, line)
    enough = used === 0 ? 2 * rest.length : 0
    if (used > 0) yield piece
    line += count(rest, used)
    rest = rest.slice(used)
  }
  if (rest !== '') yield pieceOf(parser.parse(rest, 0, false), rest, line, dialect, true)
}

/** How many rows a text without comments has. */
export const countRows = (text, delimiter) => new Parser({ delimiter, newline: '\n' }).parse(text, 0, false).data.length

function requireDialect(delimiter, comment) {
  if (delimiter === '' || /["\r\n\uFEFF]/.test(delimiter))
    throw new UsageError('--delimiter takes text without quotes and line ends')
  if (comment !== undefined && (comment === '' || comment === delimiter || /["\r\n\uFEFF]/.test(comment)))
    throw new UsageError(
      '--comment takes the text that comment lines begin with, without quotes and line ends, and not the delimiter',
    )
}

function pieceOf({ data, errors, meta }, text, line, dialect, isLast = false) {
  // An error in an unfinished row may go away when more of it has been read.
  const error = errors.find(({ row }) => row < data.length)
  if (error !== undefined) throw malformed(error, text, line)
  requireLineEnds(isLast ? text : text.slice(0, meta.cursor), line, dialect)
  let hasQuotedNothing
  return {
    rows: data,
    end: meta.cursor,
    lineOf: (row) => line + count(text, offsetOf(row, text, dialect)),
    textFrom: (row) => text.slice(offsetOf(row, text, dialect), meta.cursor),
    isEmptyLine(row) {
      if (data[row].length > 1 || !/^\r*$/.test(data[row][0])) return false
      // The parser leaves quotes out. Its rows are looked for in the text only where one of them may be in quotes.
      hasQuotedNothing ??= /^"[\r\n]*"\s*$/m.test(text)
      return !hasQuotedNothing || text[offsetOf(row, text, dialect)] !== '"'
    },
  }
}

/** A carriage return that does not end a line. It may be the line end of an old Mac, or the first of `\r\r\n`. */
const BARE_RETURN = /\r(?!\n)/

function requireLineEnds(text, line, dialect) {
  if (!BARE_RETURN.test(text)) return
  const at = bareReturn(text, dialect)
  if (at >= 0)
    throw new DataError(
      String.raw`line ${line + count(text, at)}: a carriage return (CR) without a line feed: tr '\r' '\n' converts the line ends of an old Mac, tr -d '\r' removes superfluous ones`,
    )
}

/** The index of the first bare carriage return outside of quotes, in text whose quotes are balanced; -1 if there is none. */
function bareReturn(text, { delimiter, comments }) {
  let at = 0
  let isFirst = true
  while (at < text.length) {
    const isComment = isFirst && comments && text.startsWith(comments, at)
    const begin = text[at] === '"' && !isComment ? endOfQuoted(text, at) : at
    const newline = indexOr(text, '\n', begin)
    const field = text.slice(begin, newline)
    const next = isComment ? newline : begin + indexOr(field, delimiter, 0)
    // With the line end, which the carriage return may belong to.
    const found = BARE_RETURN.exec(text.slice(begin, next + 1))
    if (found) return begin + found.index
    isFirst = next === newline
    at = next + (isFirst ? 1 : delimiter.length)
  }
  return -1
}

function endOfQuoted(text, begin) {
  let at = text.indexOf('"', begin + 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at < 0 ? text.length : at + 1
}

function indexOr(text, part, from) {
  const at = text.indexOf(part, from)
  return at < 0 ? text.length : at
}

/** The index at which a row begins. It parses all rows before it again, which is fine for one row of a file. */
function offsetOf(row, text, dialect) {
  let at = 0
  if (row > 0) at = new Parser({ ...dialect, fastMode: false, preview: row }).parse(text, 0, false).meta.cursor
  while (dialect.comments && text.startsWith(dialect.comments, at)) {
    const end = text.indexOf('\n', at)
    if (end < 0) break
    at = end + 1
  }
  return at
}

function longRow(parser, text, line) {
  const [error] = parser.parse(text, 0, false).errors
  return error === undefined
    ? new DataError(`line ${line}: a row is too long: is it a table?`)
    : malformed(error, text, line)
}

function malformed({ code, index }, text, line) {
  const place = `line ${line + count(text, index)}`
  const field = `'"${text
    .slice(index, index + 40)
    .split('\n')[0]
    .trimEnd()}'`
  if (code === 'MissingQuotes') return new DataError(`${place}: a quoted field has no end: ${field}`)
  return new DataError(`${place}: a quoted field is followed by text, not by a delimiter: ${field}`)
}

/** How many lines end before an index. */
function count(text, stop) {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < stop; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
