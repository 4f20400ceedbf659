// Text of a file or of the standard input, a piece at a time.

import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { DataError, UsageError } from '../failures.js'
import { requireText } from './foreign-files.js'
import { Utf8Check } from './utf-8.js'

const CHUNK = 1 << 18

/**
 * @param {string | undefined} path undefined for the standard input
 * @param {(bytes: number) => void} [onProgress]
 * @param {{ isStrict?: boolean }} [options] `isStrict` refuses bytes that are not UTF-8; otherwise they become U+FFFD
 * @yields {string} pieces of text, without a byte order mark
 * @throws {DataError} if the file is not text
 */
export async function* textsOf(path, onProgress = () => {}, { isStrict = false } = {}) {
  const stream = path === undefined ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
  const decoder = new StringDecoder('utf8')
  const check = isStrict ? new Utf8Check() : undefined
  let bytes = 0
  let isFirst = true
  for await (const chunk of atLeast(stream, 4)) {
    if (isFirst) requireText(chunk)
    check?.add(chunk)
    const text = decoder.write(chunk)
    yield isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text
    isFirst = false
    bytes += chunk.length
    onProgress(bytes)
  }
  check?.end()
  yield decoder.end()
}

/** Chunks whose first has at least so many bytes, if the stream has them: a pipe may give single bytes. */
async function* atLeast(stream, bytes) {
  let first = Buffer.alloc(0)
  for await (const chunk of stream) {
    if (first === undefined) {
      yield chunk
      continue
    }
    first = Buffer.concat([first, chunk])
    if (first.length < bytes) continue
    yield first
    first = undefined
  }
  if (first?.length > 0) yield first
}

/**
 * Reads the values of --skip-lines: 3 for the first three lines, -1 for the last.
 * @param {string[]} [words]
 * @returns {{ first: number, last: number }}
 */
export function skippedLines(words = []) {
  const skipped = { first: 0, last: 0 }
  for (const word of words) {
    if (!/^-?\d{1,9}$/.test(word))
      throw new UsageError(`--skip-lines takes a number of lines, below 0 for the last ones, not '${word}'`)
    const end = word.startsWith('-') ? 'last' : 'first'
    if (skipped[end] > 0) throw new UsageError(`--skip-lines is given twice for the ${end} lines`)
    skipped[end] = Math.abs(Number(word))
  }
  return skipped
}

/**
 * Text without its first lines and without its last ones; empty lines at the end do not count.
 * @param {AsyncIterable<string>} texts
 * @param {{ first: number, last: number }} skipped
 */
export function withoutLines(texts, { first, last }) {
  const rest = first > 0 ? withoutFirst(texts, first) : texts
  return last > 0 ? withoutLast(rest, last) : rest
}

async function* withoutFirst(texts, count) {
  let left = count
  let before = ''
  for await (const text of texts) {
    let at = 0
    while (left > 0) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end + 1
      if (end < 0) break
      left -= 1
    }
    const dropped = before + text.slice(0, at)
    requireLines(dropped)
    before = dropped.slice(-1)
    yield text.slice(at)
  }
  // The last line may have no line feed.
  if (left > 0) requireEnough(count, count, count - left + (/[^\n]/.test(before) ? 1 : 0))
}

async function* withoutLast(texts, count) {
  let pending = ''
  for await (const text of texts) {
    pending += text
    const end = beginOfLast(pending, count)
    yield pending.slice(0, end)
    pending = pending.slice(end)
  }
  requireLines(pending)
  const text = pending.replace(/[\r\n]+$/, '')
  if (beginOfLast(text, count) === 0) requireEnough(-count, count, text === '' ? 0 : text.split('\n').length)
}

function requireEnough(word, count, lines) {
  if (lines < count) throw new DataError(`--skip-lines ${word} leaves out more lines than there are: ${lines}`)
}

/** A line that has carriage returns in it may be several lines of an old Mac. */
function requireLines(dropped) {
  if (/\r[^\r\n]/.test(dropped))
    throw new DataError('a carriage return (CR) without a line feed among the lines that --skip-lines leaves out')
}

/** The index at which the last lines begin. More text may follow. */
function beginOfLast(text, count) {
  // Only line ends are dropped: a row of tabs or spaces may be a row of empty fields.
  let at = text.replace(/[\r\n]+$/, '').length
  for (let left = count; left > 0; left -= 1) {
    if (at === 0) return 0
    at = text.lastIndexOf('\n', at - 1)
    if (at < 0) return 0
  }
  return at + 1
}
