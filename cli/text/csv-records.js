// Records from a table in CSV: a record for each row, its fields from the columns of their names.

import { DataError, UsageError } from '../failures.js'
import { columnsOf } from '../record-types.js'
import { placeOf } from './columns.js'
import { checked } from './csv.js'
import { rowsOf } from './csv-rows.js'
import { recordOf } from './fields.js'
import { missingMessage } from './missing.js'
import { shownText } from './shown-text.js'
import { MISSING } from './values.js'

/**
 * @param {AsyncIterable<string>} texts
 * @param {{ noTitles?: boolean }} options of the dialect (csv-rows.js) too
 * @param {object[]} readers of the fields (fields.js)
 * @yields {object[]} records
 */
export async function* csvRecords(texts, options, readers) {
  const table = new Table(options, readers)
  for await (const piece of rowsOf(checked(texts), options)) yield table.read(piece)
}

const REMEDY = 'rename one, or read by places: --skip-lines 1 --no-titles'

class Table {
  /** How many fields each row has. */
  #width
  #firstLine
  #readers
  /** The titles that are looked for, and the place of each among the fields of a row, by reader and index. */
  #columns
  #places
  #hasTitles
  /** The line of the first empty line, which is a missing value if a row follows in a table of one column. */
  #blankLine

  constructor({ noTitles = false }, readers) {
    this.#hasTitles = !noTitles
    this.#readers = readers
    this.#columns = readers.map(({ name, count }) => columnsOf(name, count))
  }

  read(piece) {
    const records = []
    for (const [at, row] of piece.rows.entries()) {
      if (piece.isEmptyLine(at)) {
        this.#blankLine ??= piece.lineOf(at)
        continue
      }
      if (this.#width === undefined && this.#begin(row, piece.lineOf(at))) continue
      if (row.length !== this.#width) throw new DataError(`line ${piece.lineOf(at)}: ${this.#otherWidth(row)}`)
      if (this.#width === 1 && this.#blankLine !== undefined)
        throw new DataError(`line ${this.#blankLine}: ${missingMessage()}`)
      const record = this.#recordIn(row, piece, at)
      if (record !== MISSING) records.push(record)
    }
    return records
  }

  /** Looks at the first row. Returns whether it has titles. */
  #begin(row, line) {
    this.#width = row.length
    this.#firstLine = line
    this.#blankLine = undefined
    if (this.#hasTitles) {
      this.#places = this.#columns.map((titles) => titles.map((name) => placeOf(row, { name, remedy: REMEDY })))
      return true
    }
    const columns = this.#columns.flat()
    if (columns.length !== row.length)
      throw new UsageError(
        `--no-titles takes a column for each value of --type, ${columns.length}, and there are ${row.length}`,
      )
    let place = 0
    this.#places = this.#columns.map((titles) => titles.map(() => place++))
    return false
  }

  #recordIn(row, piece, at) {
    let place
    try {
      return recordOf(this.#readers, (reader, index, field) => {
        place = this.#places[field][index]
        return reader.read(withoutReturn(row, place))
      })
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const title = this.#columns.flat()[this.#places.flat().indexOf(place)]
      throw new DataError(`line ${piece.lineOf(at)}, column ${place + 1} ${shownText(title)}: ${error.message}`, {
        cause: error,
      })
    }
  }

  #otherWidth(row) {
    const fields = (count) => `${count} ${count === 1 ? 'field' : 'fields'}`
    return `${fields(row.length)}, but line ${this.#firstLine} has ${this.#width}: ${shownText(row.join(' | '))}`
  }
}

/** The last field of a row may have the carriage return of the line end. */
const withoutReturn = (row, place) => (place === row.length - 1 ? row[place].replace(/\r$/, '') : row[place])
