// Sources of elements: a mapped file, raw bytes on the standard input, or text (text-source.js).

import { fstatSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { blocksOf, recordBlocksOf } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import {
  blocksInRowOrder,
  coordinatesOf,
  countOf,
  isTransposed,
  openWithLayout,
  placeText,
  rowIndexOf,
} from '../layout.js'
import { booleanFieldsOf } from '../npy/header.js'
import { requireWhole } from '../opening.js'
import { holdsRecords, toType } from '../record-types.js'
import { textSource } from './text-source.js'

/**
 * @param {{ path?: string, format: string }} from `path` is undefined for the standard input
 * @param {{ values: object, typecode?: string, text: object, note: (text: string) => void }} settings the given options,
 *   the typecode of the target if it is known, and the options of text
 * @returns {{ typecode: string, total: number, layout?: import('../npy/header.js').Layout,
 *   blocks(onProgress: (done: number) => void, rows?: { start: number, stop: number }, options?: { copyAs?: object }):
 *   AsyncIterable<ArrayLike<unknown>>,
 *   close(): void, place(index: number): string }} `total` is the total of `onProgress`; only mapped files have a
 *   `layout`; `place` describes the position of an element; `copyAs` is a type with
 *   the fields of the records, as arrays of which they come then
 */
export function sourceOf({ path, format }, { values, typecode, text, note }) {
  if (path === undefined) requireReadableInput()
  if (format === 'csv' || format === 'jsonl') return textSource({ path, format }, typecode, text, note)
  if (path !== undefined) {
    const opened = openWithLayout(path, { ...values, format, type: values['from-type'] ?? values.type })
    requireWhole(opened.elements, values.offset)
    return arraySource(opened)
  }
  if (format === 'npy') throw new UsageError("NumPy's format cannot be read from the standard input")
  if (values.field !== undefined) throw new UsageError('--field needs a file, not the standard input')
  const own = toType(values.type, values)
  if (own === undefined) throw new UsageError('the standard input does not say the type of its elements: give --type')
  return pipeSource(own)
}

/** Node.js takes a directory for an empty input. */
function requireReadableInput() {
  if (!fstatSync(process.stdin.fd).isDirectory()) return
  throw Object.assign(new Error('EISDIR: the standard input is a directory, read'), { code: 'EISDIR', syscall: 'read' })
}

function arraySource({ elements, layout }) {
  const { shape } = layout
  const each = countOf(shape.slice(1))
  // `blocks` sets whether the elements come in the order of the rows, and the first of them.
  let [isByRow, first] = [true, 0]
  const blocksIn = (rows, type) => {
    const bounds = rows === undefined ? [0, elements.length] : [rows.start * each, rows.stop * each]
    if (type !== undefined) return recordBlocksOf(elements, { type, start: bounds[0], stop: bounds[1] })
    return rows === undefined ? blocksOf(elements) : blocksInRowOrder({ elements, layout }, rows)
  }
  return {
    typecode: elements.typecode,
    total: elements.length,
    layout,
    booleanFields: holdsRecords(elements) ? booleanFieldsOf(elements) : [],
    /** `rows` are those of the first dimension to read. Without them, all elements come as they lie in the file. */
    async *blocks(onProgress, rows, { copyAs } = {}) {
      isByRow = rows !== undefined || !layout.fortranOrder
      first = (rows?.start ?? 0) * each
      // An empty array has one empty block, so that the target writes its title.
      if (elements.length === 0 || rows?.start === rows?.stop) yield []
      const blocks = blocksIn(rows, isTransposed(layout) ? undefined : copyAs)
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

/** Bytes of a pipe. A chunk may end in the middle of an element. */
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
      if (rest.length > 0) throw new DataError(`the last ${rest.length} bytes are not a whole element`)
    },
    close: () => array.close(),
    place: (index) => `element ${index}`,
  }
}
