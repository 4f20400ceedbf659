// JSON lines: each line is a value, or an object of which one member is read. "NaN" and "Infinity" are strings, since JSON has no such numbers.

import { DataError } from '../failures.js'
import { listed } from './columns.js'
import { isDecimal } from './decimals.js'
import { linesOf } from './lines.js'
import { missingMessage } from './missing.js'
import { textOf } from './numbers.js'
import { shownText } from './shown-text.js'
import { MISSING } from './values.js'

/**
 * The values of the lines, a block at a time, each with its line.
 * @param {AsyncIterable<string>} texts
 * @param {{ column?: string, comment?: string, firstLine?: number }} options `column` is the member of each object; lines that begin with `comment`
 *   are left out
 * @param {object | undefined} reader of numbers (values.js); undefined for characters
 * @yields {{ values: unknown[], lines: number[] }}
 */
export async function* jsonBlocks(texts, { column, comment, firstLine = 1 }, reader) {
  const valueIn = reader === undefined ? characterIn : (text) => numberIn(text, reader, column !== undefined)
  const missing = reader?.missing ?? { action: 'refuse' }
  let line = firstLine - 1
  // The empty lines so far. They are missing values if another line follows.
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
            throw new DataError(`line ${line}: a carriage return (CR) without a line feed: ${shownText(text)}`)
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
  throw new DataError(`line ${line}: ${missingMessage()}`)
}

function memberMissing(text, column, { action }) {
  if (action !== 'refuse') return MISSING
  throw new DataError(`there is no ${shownText(column)} among ${membersOf(text)}`)
}

const membersOf = (text) => listed(Object.keys(JSON.parse(text)))

/** Checks that at least one object has the member. Otherwise its name is probably mistyped. */
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

/** Reads a number from the text itself: JSON.parse would round a number with more digits than a double. */
function numberIn(text, reader, isMember) {
  const word = text.trim()
  if (isDecimal(word)) return reader.read(word)
  const value = parsed(word)
  if (typeof value === 'string') return reader.read(value)
  if (value === null || typeof value === 'number') return reader.read(word)
  if (typeof value === 'object' && !Array.isArray(value) && !isMember)
    throw new DataError(`${shownText(word)} is an object: --column names the member to read`)
  throw new DataError(`${shownText(word)} is not a number`)
}

function characterIn(text) {
  const value = parsed(text)
  if (typeof value === 'string') return value
  throw new DataError(`${shownText(text)} is not a string`)
}

/** Python's json module writes these words, although JSON does not have them. */
const BARE = /^(?:NaN|-?Infinity)$/

function parsed(text) {
  if (BARE.test(text)) return Number(text)
  try {
    return JSON.parse(text)
  } catch {
    throw new DataError(`${shownText(text)} is not JSON`)
  }
}

/** Strings and punctuation. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/**
 * The text of a member of an object: its value in JSON, as it stands there.
 * @returns {string | undefined} undefined if the object has no such member
 */
function memberOf(text, name) {
  const object = parsed(text)
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new DataError(`${shownText(text.trim())} is not an object`)
  if (!Object.hasOwn(object, name)) return undefined
  let [depth, key, begin, found] = [0, undefined, undefined, undefined]
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === 1 && (token === ',' || token === '}')) {
      if (begin !== undefined && found !== undefined) throw new DataError(`${shownText(name)} is there twice`)
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
