// CSV as RFC 4180 has it, but that a record is a line: one column of numbers.

import { DataError, UsageError } from '../failures.js'
import { numberIn, textOf } from './numbers.js'

/** The fields of a line. */
export function fieldsOf(line, delimiter = ',') {
  if (!line.includes('"')) return line.split(delimiter)
  const fields = []
  let at = 0
  while (at <= line.length) {
    if (line[at] !== '"') {
      const end = endOf(line, delimiter, at)
      fields.push(line.slice(at, end))
      at = end + 1
      continue
    }
    const field = /"((?:[^"]|"")*)"/y
    field.lastIndex = at
    const match = field.exec(line)
    const end = match ? field.lastIndex : undefined
    if (end === undefined || (end < line.length && line[end] !== delimiter)) {
      throw new DataError('a quoted field has no end on its line')
    }
    fields.push(match[1].replaceAll('""', '"'))
    at = end + 1
  }
  return fields
}

function endOf(line, delimiter, from) {
  const end = line.indexOf(delimiter, from)
  return end === -1 ? line.length : end
}

/**
 * A reader of one column.
 * @param {{ column?: string, delimiter?: string, isNarrow?: boolean }} options the column's name, or its number from 1, needed
 *   where there are several; whether the values are for a type that has fewer digits than a double
 * @returns {(line: string) => number | bigint | undefined} the value of a line; none for a title or an empty line
 */
export function csvReader({ column, delimiter = ',', isNarrow }) {
  if (delimiter.length !== 1 || delimiter === '"') throw new UsageError('--delimiter takes one character')
  let place
  return (line) => {
    if (line === '') return undefined
    const fields = fieldsOf(line, delimiter)
    if (place === undefined) {
      place = placeOf(fields, column)
      if (isTitle(fields, place, column)) return undefined
    }
    if (column === undefined && fields.length > 1) throw new DataError(`there are ${fields.length} columns`)
    if (place >= fields.length) throw new DataError(`there is no column ${place + 1}`)
    const value = numberIn(fields[place], isNarrow)
    if (value === undefined) throw new DataError(`'${fields[place].slice(0, 40)}' is no number`)
    return value
  }
}

function placeOf(titles, column) {
  if (column === undefined) {
    if (titles.length === 1) return 0
    throw new UsageError(`there are ${titles.length} columns: say which with --column`)
  }
  const named = titleAt(titles, column)
  if (named >= 0) return named
  if (/^[1-9]\d*$/.test(column) && Number(column) <= titles.length) return Number(column) - 1
  throw new UsageError(`there is no column '${column}' among ${titles.length}`)
}

/** Where a column's name is; where there are numbers only there are no names. */
function titleAt(titles, column) {
  return titles.some((title) => numberIn(title) === undefined) ? titles.indexOf(column) : -1
}

/** Whether the first line has titles: a value that is missing there, or mistyped, is not to be taken for one. */
function isTitle(fields, place, column) {
  if (titleAt(fields, column) === place) return true
  const field = fields[place]
  if (numberIn(field) !== undefined) return false
  const looksLikeValue = field.trim() === '' || /^\s*[-+.]*\d/.test(field)
  return !looksLikeValue && fields.every((other) => numberIn(other) === undefined)
}

/** A line each. */
export const csvLine = textOf
