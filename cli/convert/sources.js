// Where elements come from: a file that is mapped, raw bytes on the standard input, or text (text-source.js).

import { fstatSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { blocksOf } from '../blocks.js'
import { DataError, UsageError } from '../failures.js'
import { open, requireWhole } from '../opening.js'
import { toTypecode } from '../type-names.js'
import { textSource } from './text-source.js'

/**
 * @param {{ path?: string, format: string }} from no path for the standard input
 * @param {{ values: object, typecode?: string, text: object, note: (text: string) => void }} terms the options as they are given;
 *   the typecode of the target, where it is known; the options of text
 * @returns {{ typecode: string, total: number, blocks(onProgress: (done: number) => void): AsyncIterable<ArrayLike<unknown>>,
 *   close(): void, place(index: number): string }} `total` is what progress is counted in; `place` tells where an element stands
 */
export function sourceOf({ path, format }, { values, typecode, text, note }) {
  if (path === undefined) requireReadableInput()
  if (format === 'csv' || format === 'jsonl') return textSource({ path, format }, typecode, text, note)
  if (path !== undefined) {
    const array = open(path, { ...values, format, type: values['from-type'] ?? values.type })
    requireWhole(array, values.offset)
    return arraySource(array)
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

function arraySource(array) {
  return {
    typecode: array.typecode,
    total: array.length,
    async *blocks(onProgress) {
      // Also of nothing there is a block, before which a title is written.
      if (array.length === 0) yield []
      for await (const { start, values } of blocksOf(array)) {
        yield values
        onProgress(start + values.length)
      }
    },
    close: () => array.close(),
    place: (index) => `element ${index}`,
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
