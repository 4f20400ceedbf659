// Where elements come from: a file that is mapped, raw bytes on the standard input, or text (text-source.js).

import { fstatSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { blocksOf } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { blocksInRowOrder, coordinatesOf, countOf, openWithLayout, placeText, rowIndexOf } from '../layout.js'
import { requireWhole } from '../opening.js'
import { toTypecode } from '../type-names.js'
import { textSource } from './text-source.js'

/**
 * @param {{ path?: string, format: string }} from no path for the standard input
 * @param {{ values: object, typecode?: string, text: object, note: (text: string) => void }} terms the options as they are given;
 *   the typecode of the target, where it is known; the options of text
 * @returns {{ typecode: string, total: number, layout?: import('../npy/header.js').Layout,
 *   blocks(onProgress: (done: number) => void, rows?: { start: number, stop: number }): AsyncIterable<ArrayLike<unknown>>,
 *   close(): void, place(index: number): string }} `total` is what progress is counted in; `layout` is of files that are
 *   mapped; `place` tells where an element stands
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
