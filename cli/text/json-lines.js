// JSON lines: a value each, or an object each of which one member is read. What JSON has no number for is a string: "NaN", "Infinity".

import { DataError } from '../failures.js'
import { listed } from './columns.js'
import { isDecimal } from './decimals.js'
import { linesOf } from './lines.js'
import { textOf } from './numbers.js'
import { shownText } from './shown-text.js'
import { MISSING } from './values.js'

/**
 * The values of the lines, a block at a time, each with its line.
 * @param {AsyncIterable<string>} texts
 * @param {{ column?: string, comment?: string, firstLine?: number }} options the member of each object; what lines begin with that
 *   are left out
 * @param {object | undefined} reader of numbers (values.js); none for characters
 * @yields {{ values: unknown[], lines: number[] }}
 */
export async function* jsonBlocks(texts, { column, comment, firstLine = 1 }, reader) {
  const valueIn = reader === undefined ? characterIn : (text) => numberIn(text, reader, column !== undefined)
  const missing = reader?.missing ?? { action: 'refuse' }
  let line = firstLine - 1
  // Empty lines are missing values where another one follows.
  let blanks = []
  const members = new Members(column)
  let hasFailed = false
  try {
    for await (const lines of linesOf(texts)) {
      const found = { values: [], lines: [] }
      const add = (value, at) => {
        if (value === MISSING && missing.action === 'skip') return
        found.values.push(value === MISSING ? missing.value : value)
        found.lines.push(at)
      }
      for (const text of lines) {
        line += 1
        if (comment !== undefined && text.startsWith(comment)) {
          if (/\r[^\r]/.test(text))
            throw new DataError(`line ${line}: a carriage return (CR) ends no line: ${shownText(text)}`)
          continue
        }
        if (text.trim() === '') {
          blanks.push(line)
          continue
        }
        if (column === undefined && missing.action !== 'skip') for (const at of blanks) add(blankValue(at, missing), at)
        blanks = []
        try {
          const member = column === undefined ? text : memberOf(text, column)
          if (column !== undefined) members.note(member, text, line)
          add(member === undefined ? memberMissing(text, column, missing) : valueIn(member), line)
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          throw new DataError(`line ${line}${column === undefined ? '' : `, ${shownText(column)}`}: ${error.message}`)
        }
      }
      yield found
    }
  } catch (error) {
    hasFailed = true
    throw error
  } finally {
    // Also for a reader that stops early, as --range does.
    if (!hasFailed) members.requireFound()
  }
}

function blankValue(line, { action }) {
  if (action === 'replace') return MISSING
  throw new DataError(`line ${line}: a value is missing; --missing nan, skip or a value says what becomes of it`)
}

function memberMissing(text, column, { action }) {
  if (action !== 'refuse') return MISSING
  throw new DataError(`there is no ${shownText(column)} among ${membersOf(text)}`)
}

const membersOf = (text) => listed(Object.keys(JSON.parse(text)))

/** Whether any object has the member. One that none has is mistyped rather than missing. */
class Members {
  #name
  #isFound = false
  /** The first object, as long as no object has the member. */
  #first

  constructor(name) {
    this.#name = name
  }

  note(member, text, line) {
    if (this.#isFound) return
    this.#isFound = member !== undefined
    this.#first = this.#isFound ? undefined : (this.#first ?? { text, line })
  }

  requireFound() {
    if (this.#first === undefined) return
    const { text, line } = this.#first
    const members = membersOf(text) || 'none'
    throw new DataError(`no object has a member ${shownText(this.#name)}; the first, of line ${line}, has ${members}`)
  }
}

/** A number is read from the text itself: JSON.parse would round what is longer than a double. */
function numberIn(text, reader, isMember) {
  const word = text.trim()
  if (isDecimal(word)) return reader.read(word)
  const value = parsed(word)
  if (typeof value === 'string') return reader.read(value)
  if (value === null || typeof value === 'number') return reader.read(word)
  if (typeof value === 'object' && !Array.isArray(value) && !isMember)
    throw new DataError(`${shownText(word)} is an object: --column says which of its members is read`)
  throw new DataError(`${shownText(word)} is not a number`)
}

function characterIn(text) {
  const value = parsed(text)
  if (typeof value === 'string') return value
  throw new DataError(`${shownText(text)} is no string`)
}

/** Python's json module writes these, which JSON has not. */
const BARE = /^(?:NaN|-?Infinity)$/

function parsed(text) {
  if (BARE.test(text)) return Number(text)
  try {
    return JSON.parse(text)
  } catch {
    throw new DataError(`${shownText(text)} is no JSON`)
  }
}

/** Strings, and what nests or divides. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/**
 * The text of a member of an object: its value in JSON, as it stands there.
 * @returns {string | undefined} none where the object has no such member
 */
function memberOf(text, name) {
  const object = parsed(text)
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new DataError(`${shownText(text.trim())} is no object`)
  if (!Object.hasOwn(object, name)) return undefined
  let [depth, key, begin, found] = [0, undefined, undefined, undefined]
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === 1 && (token === ',' || token === '}')) {
      if (begin !== undefined && found !== undefined) throw new DataError(`there are two of ${shownText(name)}`)
      if (begin !== undefined) found = text.slice(begin, index)
      ;[key, begin] = [undefined, undefined]
    }
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && token === ':') begin = JSON.parse(key) === name ? index + 1 : undefined
    else if (depth === 1 && token[0] === '"' && key === undefined) key = token
  }
  return found
}

/** A line of a value; bigints as numbers of all their digits. */
export function jsonLine(value) {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : textOf(value)
}
