// Where elements come from: a file that is mapped, raw bytes on the standard input, or lines of text.

import { fstatSync, statSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { blocksOf, isText } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { blocksInRowOrder, coordinatesOf, countOf, openWithLayout, placeText, rowIndexOf } from '../layout.js'
import { requireWhole } from '../opening.js'
import { csvReader } from '../text/csv.js'
import { jsonReader } from '../text/json-lines.js'
import { linesOf } from '../text/lines.js'
import { NARROW, toTypecode } from '../type-names.js'

/** Where text does not say what its numbers are. */
const OF_TEXT = 'd'

/**
 * @param {{ path?: string, format: string }} from no path for the standard input
 * @param {object} values of the options
 * @returns {{ typecode: string, total: number, layout?: import('../npy/header.js').Layout,
 *   blocks(onProgress: (done: number) => void, rows?: { start: number, stop: number }): AsyncIterable<ArrayLike<unknown>>,
 *   close(): void, place(index: number): string }} `total` is what progress is counted in; `layout` is of files that are
 *   mapped; `place` tells where an element stands
 */
export function sourceOf({ path, format }, { values, typecode }) {
  if (path === undefined) requireReadableInput()
  if (format === 'csv' || format === 'jsonl')
    return textSource(path, format, { ...values, typecode: typecode ?? OF_TEXT })
  if (path !== undefined) {
    const opened = openWithLayout(path, { ...values, format, type: values['from-type'] ?? values.type })
    requireWhole(opened.elements, values.offset)
    return arraySource(opened)
  }
  if (format === 'npy') throw new UsageError("NumPy's format cannot be read from the standard input")
  const own = toTypecode(values.type)
  if (own === undefined) throw new UsageError('the standard input does not say what its elements are: give --type')
  return pipeSource(own)
}

/** What Node.js takes for an input that is empty. */
function requireReadableInput() {
  if (!fstatSync(process.stdin.fd).isDirectory()) return
  throw Object.assign(new Error('EISDIR: the standard input is a directory, read'), { code: 'EISDIR', syscall: 'read' })
}

function arraySource({ elements, layout }) {
  const { shape } = layout
  const each = countOf(shape.slice(1))
  // Set by `blocks`: whether the elements come in the order of the rows, and the first of them.
  let [isByRow, first] = [true, 0]
  return {
    typecode: elements.typecode,
    total: elements.length,
    layout,
    /** `rows` are those of the first dimension to read. Without them, all elements come as they lie in the file. */
    async *blocks(onProgress, rows) {
      isByRow = rows !== undefined || !layout.fortranOrder
      first = (rows?.start ?? 0) * each
      // Also of nothing there is a block, before which a title is written.
      if (elements.length === 0 || rows?.start === rows?.stop) yield []
      const blocks = rows === undefined ? blocksOf(elements) : blocksInRowOrder({ elements, layout }, rows)
      for await (const { start, values } of blocks) {
        yield values
        onProgress(start + values.length)
      }
    },
    close: () => elements.close(),
    place(index) {
      const inRows = isByRow ? first + index : rowIndexOf(shape, index)
      return `element ${placeText(coordinatesOf(shape, inRows))}`
    },
  }
}

/** Bytes as they come, of which a chunk may end in the middle of an element. */
function pipeSource(typecode) {
  const array = new MmapArray(typecode)
  return {
    typecode,
    total: Infinity,
    async *blocks() {
      let rest = Buffer.alloc(0)
      for await (const chunk of process.stdin) {
        const bytes = Buffer.concat([rest, chunk])
        const whole = bytes.length - (bytes.length % array.itemsize)
        rest = bytes.subarray(whole)
        array.frombytes(bytes.subarray(0, whole))
        for await (const { values } of blocksOf(array)) yield values
        array.clear()
      }
      if (rest.length > 0) throw new DataError(`${rest.length} bytes at the end are no whole element`)
    },
    close: () => array.close(),
    place: (index) => `element ${index}`,
  }
}

function textSource(path, format, { typecode, ...options }) {
  const isNarrow = NARROW.has(typecode)
  const read =
    format === 'csv' ? csvReader({ ...options, isNarrow }) : jsonReader({ isText: isText({ typecode }), isNarrow })
  if (format === 'csv' && isText({ typecode }))
    throw new UsageError('characters are read from JSON lines, not from CSV')
  let line = 0
  // The first element of the block that was read last, and the line of each of its elements.
  let begin = 0
  let places = []
  return {
    typecode,
    total: path === undefined ? Infinity : statSync(path).size,
    async *blocks(onProgress) {
      for await (const lines of linesOf(path, onProgress)) {
        const found = []
        begin += places.length
        places = []
        for (const given of lines) {
          line += 1
          const text = line === 1 ? withoutMark(given) : given
          const value = valueAt(read, text, line)
          if (value === undefined) continue
          found.push(value)
          places.push(line)
        }
        yield found
      }
    },
    close() {},
    place: (index) => `line ${places[index - begin]}`,
  }
}

/** Windows writes a mark in front of UTF-8. */
const withoutMark = (text) => (text.startsWith('\uFEFF') ? text.slice(1) : text)

function valueAt(read, text, line) {
  try {
    return read(text)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`line ${line}: ${error.message}`)
  }
}
