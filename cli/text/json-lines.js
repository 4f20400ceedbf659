// JSON lines: a value each. What JSON has no number for is a string: "NaN", "Infinity".

import { DataError } from '../failures.js'
import { numberIn, textOf } from './numbers.js'

/** @returns {(line: string) => number | bigint | string | undefined} the value of a line; none for an empty one */
export function jsonReader({ isText, isNarrow }) {
  return (line) => {
    if (line.trim() === '') return undefined
    // JSON.parse would round what is longer than a double.
    const number = isText ? undefined : numberIn(line, isNarrow)
    if (number !== undefined) return number
    const value = parsed(line)
    if (isText && typeof value === 'string') return value
    const written = typeof value === 'string' ? numberIn(value, isNarrow) : undefined
    if (written !== undefined) return written
    throw new DataError(`${line.slice(0, 40)} is no ${isText ? 'string' : 'number'}`)
  }
}

function parsed(line) {
  try {
    return JSON.parse(line)
  } catch {
    throw new DataError(`'${line.slice(0, 40)}' is no JSON`)
  }
}

/** A line of a value; bigints as numbers of all their digits. */
export function jsonLine(value) {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : textOf(value)
}
