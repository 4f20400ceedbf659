// Finds the column to read, and whether the first row has titles.

import { UsageError } from '../failures.js'
import { isDecimal } from './decimals.js'
import { shownText } from './shown-text.js'

/** How many columns a message lists. */
const MOST_LISTED = 20

/**
 * Reads the options, before any row.
 * @param {{ column?: string, title?: string, titles?: boolean, noTitles?: boolean }} options
 * @returns {{ name?: string, position?: number, titles?: boolean }} `titles` is undefined if the first row has to decide
 */
export function columnAsked({ column: given, title, titles, noTitles }) {
  const column = given !== undefined && isDecimal(given.trim()) ? given.trim() : given
  if (titles && noTitles) throw new UsageError('--titles and --no-titles contradict each other')
  if (column !== undefined && title !== undefined) throw new UsageError('--column and --title contradict each other')
  const isPosition = column !== undefined && isDecimal(column)
  if (isPosition && !/^[1-9]\d*$/.test(column))
    throw new UsageError(
      `--column counts from 1, so there is no column '${column}'; --title asks for a title that is a number`,
    )
  const name = isPosition ? undefined : (title ?? column)
  if (name !== undefined && noTitles) throw new UsageError(`--no-titles leaves no title '${name}' to look for`)
  const isKnown = titles || noTitles || name !== undefined
  return { name, position: isPosition ? Number(column) : undefined, titles: isKnown ? !noTitles : undefined }
}

/**
 * The index of the column among the fields of the first row.
 * @param {string[]} first
 * @param {{ name?: string, position?: number, remedy?: string }} asked `remedy` is for two columns of one name
 */
export function placeOf(first, { name, position, remedy = 'give --titles and a number to --column' }) {
  if (name !== undefined) return placeOfTitle(first, name, remedy)
  if (position === undefined && first.length === 1) return 0
  if (position === undefined)
    throw new UsageError(
      `there are ${first.length} columns, ${listed(first)}: say which with --column, or give --type the fields of records`,
    )
  if (position <= first.length) return position - 1
  throw new UsageError(`there is no column ${position} among ${first.length}: ${listed(first)}`)
}

function placeOfTitle(first, name, remedy) {
  const titles = first.map((title) => title.replace(/\r$/, ''))
  let places = placesWhere(titles, (title) => title === name)
  if (places.length === 0) places = placesWhere(titles, (title) => title.trim() === name.trim())
  if (places.length === 1) return places[0]
  if (places.length === 0) throw new UsageError(`there is no column '${name}' among ${listed(first)}`)
  const numbers = places.map((place) => place + 1).join(' and ')
  throw new UsageError(`columns ${numbers} are both named '${name}': ${remedy}`)
}

const placesWhere = (fields, test) => fields.flatMap((field, place) => (test(field) ? [place] : []))

/** Titles as a message lists them. */
export function listed(titles) {
  const shown = titles.slice(0, MOST_LISTED).map((title) => shownText(title.trim()))
  return titles.length > MOST_LISTED ? `${shown.join(', ')} and ${titles.length - MOST_LISTED} more` : shown.join(', ')
}
