// JSON lines: each line is a value, or an object of which one member is read. "NaN" and "Infinity" are strings, since JSON has no such numbers.

import { DataError } from '../failures.js'
import { listed } from './columns.js'
import { isDecimal } from './decimals.js'
import { recordOf } from './fields.js'
import { linesOf } from './lines.js'
import { missingMessage } from './missing.js'
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
  const valueIn = reader === undefined ? characterIn : (text) => numberOrComplexIn(text, reader, column !== undefined)
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

function numberOrComplexIn(text, reader, isMember) {
  if (!reader.isComplex || !text.trimStart().startsWith('{')) return numberIn(text, reader, isMember)
  const parts = objectOf(text)
  const isComplex = Object.hasOwn(parts, 're') && Object.hasOwn(parts, 'im')
  return isComplex ? complexIn(text, reader) : numberIn(text, reader, isMember)
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

function objectOf(text) {
  const object = parsed(text)
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object
  throw new DataError(`${shownText(text.trim())} is not an object`)
}

/**
 * The text of a member of an object: its value in JSON, as it stands there.
 * @returns {string | undefined} undefined if the object has no such member
 */
function memberOf(text, name) {
  return Object.hasOwn(objectOf(text), name) ? textsOfMembers(text, new Set([name])).get(name) : undefined
}

const nameIn = (key) => (key.includes('\\') ? JSON.parse(key) : key.slice(1, -1))

/** @returns {Map<string, string>} the text of each of the named members that an object has */
function textsOfMembers(text, names) {
  const found = new Map()
  let [depth, key, begin] = [0, undefined, undefined]
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === 1 && (token === ',' || token === '}')) {
      const name = key === undefined ? undefined : nameIn(key)
      if (names.has(name) && found.has(name)) throw new DataError(`${shownText(name)} is there twice`)
      if (names.has(name)) found.set(name, text.slice(begin, index))
      key = undefined
    }
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && token === ':') begin = index + 1
    else if (depth === 1 && token[0] === '"' && key === undefined) key = token
  }
  return found
}

/** @returns {string[]} the texts of the items of an array */
function textsOfItems(text) {
  if (!Array.isArray(parsed(text))) throw new DataError(`${shownText(text.trim())} is not an array`)
  const items = []
  let [depth, begin] = [0, 0]
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') depth += 1
    if (depth === 1 && token === '[') begin = index + 1
    if (depth === 1 && (token === ',' || token === ']')) {
      items.push(text.slice(begin, index))
      begin = index + 1
    }
    if (token === ']' || token === '}') depth -= 1
  }
  return items.length === 1 && items[0].trim() === '' ? [] : items
}

/**
 * Records, one of each line: an object whose members have the names of the fields.
 * @param {AsyncIterable<string>} texts
 * @param {{ comment?: string, firstLine?: number }} options
 * @param {object[]} readers of the fields (fields.js)
 * @yields {{ values: object[], lines: number[] }}
 */
export async function* jsonRecords(texts, { comment, firstLine = 1 }, readers) {
  const names = new Set(readers.map(({ name }) => name))
  let line = firstLine - 1
  for await (const lines of linesOf(texts)) {
    const found = { values: [], lines: [] }
    for (const text of lines) {
      line += 1
      if ((comment !== undefined && text.startsWith(comment)) || text.trim() === '') continue
      const record = recordIn(text, readers, names, line)
      if (record === MISSING) continue
      found.values.push(record)
      found.lines.push(line)
    }
    yield found
  }
}

function recordIn(text, readers, names, line) {
  let current
  try {
    objectOf(text)
    const members = textsOfMembers(text, names)
    const items = new Map()
    return recordOf(readers, (reader, index) => {
      current = reader.name
      const member = members.get(current)
      if (member === undefined) return memberMissing(text, current, reader.missing)
      if (reader.count === undefined) return fieldIn(member, reader)
      if (!items.has(reader)) items.set(reader, textsOfItems(member))
      const { length } = items.get(reader)
      if (length !== reader.count) throw new DataError(`there are ${length} values, and the type has ${reader.count}`)
      return fieldIn(items.get(reader)[index], reader)
    })
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`line ${line}${current === undefined ? '' : `, ${shownText(current)}`}: ${error.message}`)
  }
}

function fieldIn(text, reader) {
  if (reader.isText) return reader.read(characterIn(text))
  if (text.trimStart().startsWith('{')) return complexIn(text, reader)
  return numberIn(text, reader, true)
}

/** A complex number as an object of `re` and `im`. */
function complexIn(text, reader) {
  const parts = textsOfMembers(text, new Set(['re', 'im']))
  if (!reader.isComplex || parts.size < 2) throw new DataError(`${shownText(text.trim())} is not a number`)
  const [re, im] = ['re', 'im'].map((name) => numberIn(parts.get(name), reader, true))
  return re === MISSING || im === MISSING ? MISSING : { re: re.re, im: im.re }
}
