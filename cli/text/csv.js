// One column of a table in CSV: a value a row.

import { DataError, UsageError } from '../failures.js'
import { columnAsked, placeOf } from './columns.js'
import { countRows, rowsOf } from './csv-rows.js'
import { requireTable } from './foreign-files.js'
import { missingMessage } from './missing.js'
import { isNoUtf8, shownText } from './shown-text.js'
import { MISSING } from './values.js'

/**
 * The values of a column, a block at a time.
 * @param {AsyncIterable<string>} texts
 * @param {object} options of the column (columns.js) and of the dialect (csv-rows.js)
 * @param {object} reader of fields (values.js)
 * @param {{ makeBlock(length: number): { subarray(start: number, stop: number): ArrayLike<unknown> },
 *   note(text: string): void }} settings `note` is told at the end what was assumed
 */
export async function* csvBlocks(texts, options, reader, { makeBlock, note }) {
  const column = new Column(options, reader)
  let hasFailed = false
  try {
    for await (const piece of rowsOf(checked(texts), options)) {
      const block = makeBlock(piece.rows.length + column.blankCount)
      yield block.subarray(0, column.read(piece, block))
    }
    const block = makeBlock(column.blankCount)
    yield block.subarray(0, column.end(block))
  } catch (error) {
    hasFailed = true
    throw error
  } finally {
    // Also for a reader that stops early, as --range does.
    if (!hasFailed) {
      column.requireWholeNumbers()
      if (column.assumption !== undefined) note(column.assumption)
    }
  }
}

/** Refuses a file that is not a table. */
export async function* checked(texts) {
  let isFirst = true
  for await (const text of texts) {
    if (isFirst && text !== '') {
      requireTable(text)
      isFirst = false
    }
    yield text
  }
}

class Column {
  /** How many fields each row has. */
  width
  /** The assumption about the first row, if no option says whether it has titles. */
  assumption
  /** How many empty rows a table of one column has so far: they are missing values if another row follows. */
  blankCount = 0
  #blankLine
  /** Their text. It shows which are empty fields in quotes and which are empty lines. */
  #blankText = ''
  #asked
  #reader
  #comment
  #delimiter
  #place
  #title
  #firstLine
  /** The first row, if it was taken for titles and no row has followed yet. */
  #onlyRow
  /** The line of the first row that has only one blank field, in quotes or of spaces, before the table begins. */
  #blankRow
  /** The mark of numbers that also divides fields, until a field of the column has it. */
  #unseenMark
  #isDecimalMark

  constructor(options, reader) {
    const { delimiter, decimal, thousands } = options
    this.#asked = columnAsked(options)
    this.#isDecimalMark = decimal === delimiter
    this.#unseenMark = this.#isDecimalMark || thousands === delimiter ? delimiter : undefined
    this.#comment = options.comment
    this.#delimiter = delimiter
    this.#reader = reader
  }

  /** Reads the rows of a piece into a block. Returns the number of values. */
  read(piece, block) {
    const { rows } = piece
    const { read } = this.#reader
    let [count, at] = [0, 0]
    // The first empty row that is not counted yet. Its line is looked up only for an error.
    let firstBlank
    try {
      for (; at < rows.length; at += 1) {
        const row = rows[at]
        if (row.length === 1 && isBlank(row[0])) {
          // A table of several columns skips empty lines. A line of quotes or spaces is a row of one field.
          if (this.width > 1) {
            if (piece.isEmptyLine(at)) continue
            throw new DataError(this.#otherWidth(row))
          }
          if (this.width === undefined && this.#blankRow === undefined && !piece.isEmptyLine(at))
            this.#blankRow = piece.lineOf(at)
          if (this.blankCount === 0) firstBlank = at
          this.blankCount += 1
          continue
        }
        if (this.width === undefined && this.#begin(row, piece, at)) continue
        if (row.length !== this.width) throw new DataError(this.#otherWidth(row))
        this.#onlyRow = undefined
        if (this.blankCount > 0) {
          if (firstBlank !== undefined && this.#reader.missing.action === 'refuse')
            this.#blankLine = piece.lineOf(firstBlank)
          count = this.#addMissing(block, count)
          firstBlank = undefined
        }
        const text = row[this.#place]
        if (this.#unseenMark !== undefined && text.includes(this.#unseenMark)) this.#unseenMark = undefined
        const value = read(text)
        count = value === MISSING ? this.#addOneMissing(block, count) : put(block, count, value)
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const line = error.line ?? piece.lineOf(at)
      throw this.#placed(this.#isDoubtful(line, rows[at]) ? withTitleHint(error) : error, line)
    }
    if (this.blankCount > 0 && rows.length > 0) {
      if (firstBlank !== undefined) this.#blankLine = piece.lineOf(firstBlank)
      this.#blankText += piece.textFrom(firstBlank ?? 0)
    }
    return count
  }

  /** At the end, empty lines are ignored, but empty fields in quotes are missing values. */
  end(block) {
    if (this.#onlyRow !== undefined) {
      const [text, line] = this.#onlyRow
      this.#title = undefined
      throw this.#placed(
        new DataError(`${shownText(text)} is not a number; --titles if it is a title, of no values`),
        line,
      )
    }
    const lines = this.#blankText.split('\n').filter((line) => !this.#comment || !line.startsWith(this.#comment))
    const quoted = lines.findLastIndex((line) => line.includes('"'))
    // Quotes may hold line ends.
    this.blankCount = quoted < 0 ? 0 : countRows(lines.slice(0, quoted + 1).join('\n'), this.#delimiter)
    if (this.blankCount === 0) return 0
    // No row has begun the table: it has one column and no title.
    if (this.width === undefined) placeOf([''], this.#asked)
    try {
      return this.#addMissing(block, 0)
    } catch (error) {
      throw this.#placed(error, error.line)
    }
  }

  /** If the decimal or thousands mark is also the delimiter, it has split all numbers that are not in quotes. */
  requireWholeNumbers() {
    const mark = this.#unseenMark
    if (mark === undefined || !(this.width > 1)) return
    // Not every number has a thousands mark: with titles, the number of fields is known to be right.
    if (!this.#isDecimalMark && this.#title !== undefined) return
    const option = this.#isDecimalMark ? '--decimal' : '--thousands'
    throw new DataError(
      `'${mark}' is the delimiter, and no number of column ${this.#place + 1} has it: give another --delimiter, ` +
        `or no ${option} if all of its numbers are whole`,
    )
  }

  /** Looks at the first row that is not empty. Returns whether it has titles. */
  #begin(row, piece, at) {
    const asked = this.#asked
    this.#place = placeOf(row, asked)
    this.width = row.length
    this.#firstLine = piece.lineOf(at)
    if (this.width > 1 && this.#blankRow !== undefined)
      throw dataError(`1 field, blank, but line ${this.#firstLine} has ${this.width} fields`, this.#blankRow)
    const text = row[this.#place]
    if (asked.titles === undefined) this.#requireNoComment(row[0])
    const isAfterBlanks = this.width === 1 && this.blankCount > 0 && asked.titles !== true
    const hasTitles = asked.titles ?? (!isAfterBlanks && this.#reader.isTitle(text))
    if (!isAfterBlanks) [this.blankCount, this.#blankText] = [0, '']
    if (hasTitles && isNoUtf8(text)) throw new DataError(`the title ${shownText(text.trim())}`)
    if (hasTitles) this.#title = text.trim()
    if (asked.titles !== undefined) return hasTitles
    if (hasTitles) {
      this.#onlyRow = [text, this.#firstLine]
      this.assumption = `line ${this.#firstLine} has titles, such as ${shownText(text.trim())}; --no-titles if it is data`
    } else if (this.width > 1 || /^\s*\d+\s*$/.test(text)) {
      this.assumption = `line ${this.#firstLine} is data: ${shownText(text.trim())}; --titles if that is a title`
    }
    return hasTitles
  }

  /** Whether an error is about the first row, which was taken for data although it has letters. */
  #isDoubtful(line, row) {
    return this.#asked.titles === undefined && line === this.#firstLine && /\p{L}/u.test(row?.[this.#place] ?? '')
  }

  #otherWidth(row) {
    const fields = (count) => `${count} ${count === 1 ? 'field' : 'fields'}`
    return `${fields(row.length)}, but line ${this.#firstLine} has ${this.width}: ${shownText(row.join(' | '))}`
  }

  #requireNoComment(field) {
    const comment = this.#comment
    if (comment === undefined || !field.trimStart().startsWith(comment)) return
    const what = `line ${this.#firstLine} begins with a space before '${comment}'`
    throw new UsageError(`${what}, so --comment does not leave it out: give --titles or --no-titles`)
  }

  #addMissing(block, start) {
    const line = this.#blankLine
    const count = this.blankCount
    this.blankCount = 0
    this.#blankText = ''
    if (this.#reader.missing.action === 'refuse') throw dataError(missingMessage(), line)
    let at = start
    for (let n = 0; n < count; n += 1) at = this.#addOneMissing(block, at)
    return at
  }

  #addOneMissing(block, at) {
    const { action, value } = this.#reader.missing
    return action === 'skip' ? at : put(block, at, value)
  }

  #placed(error, line) {
    const title = this.#title === undefined ? '' : ` ${shownText(this.#title)}`
    const column = this.#place === undefined ? '' : `, column ${this.#place + 1}${title}`
    return new DataError(`line ${line}${column}: ${error.message}`, { cause: error })
  }
}

const withTitleHint = (error) => new DataError(`${error.message}; --titles if it is a title`, { cause: error })

const dataError = (message, line) => Object.assign(new DataError(message), { line })

/** Whether a field is blank. */
const isBlank = (text) => !(text.charCodeAt(0) > 32) && text.trim() === ''

function put(block, at, value) {
  block[at] = value
  return at + 1
}

/** A text as a field; in quotes if it has to be, also where it contains the delimiter, such as a tab. */
export const csvField = (text, delimiter) =>
  text.includes(delimiter) || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
