// Reads an array block by block. Blocks are copies: a file that is truncated meanwhile is an error only if the core copies.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { MmapArray } from '../index.js'

export const BLOCK = 1 << 16
/** The most bytes of a block: records may be large. */
const MOST_BYTES = 1 << 24
/** Blocks between two turns of the event loop, which handles signals. */
const TURN = 16

/** Whether elements are characters. */
export const isText = ({ typecode }) => 'cuw'.includes(typecode)

/** Whether elements are complex numbers: objects of `re` and `im`. */
export const isComplex = ({ typecode }) => typecode === 'Zf' || typecode === 'Zd'

/**
 * @param {{ start?: number, stop?: number }} bounds in elements, from 0 to the length
 * @yields {{ start: number, values: ArrayLike<number | bigint | string> }}
 */
export async function* blocksOf(array, { start = 0, stop = array.length } = {}) {
  const block = blockSizeOf(array)
  for (let at = start; at < stop; at += block) {
    if (((at - start) / block) % TURN === TURN - 1) await nextTurn()
    yield { start: at, values: valuesOf(array, at, Math.min(at + block, stop)) }
  }
}

/** How many elements are read at once. */
export const blockSizeOf = ({ itemsize }) => Math.min(BLOCK, Math.max(Math.floor(MOST_BYTES / itemsize), 1))

/**
 * Blocks of records as arrays of them, for a target with the same fields: making objects of them would take many times as long. Each
 * array is used again for the next block.
 * @param {MmapArray} records
 * @param {{ type: object, start: number, stop: number }} options `type` is that of the target, which may have `l` where the records have `q`
 */
export async function* recordBlocksOf(records, { type, start, stop }) {
  const block = blockSizeOf(records)
  const part = new MmapArray(type)
  try {
    for (let at = start; at < stop; at += block) {
      await nextTurn()
      part.clear()
      part.frombytes(records.subarray(at, Math.min(at + block, stop)))
      // Throws if the file was truncated meanwhile.
      records.check()
      yield { start: at, values: part }
    }
  } finally {
    part.close()
  }
}

/** Elements as JavaScript values. */
export function valuesOf(array, start, stop, step) {
  try {
    return decoded(array, array.slice(start, stop, step))
  } catch (error) {
    if (error.code === 'ERR_MEMORY_FAULT') error.message = `${array.path} was truncated while it was read`
    throw error
  }
}

/** Copied elements as JavaScript values. */
export function decoded(array, copy) {
  if (Array.isArray(copy) || !(isText(array) || isComplex(array) || isHalfBits(array, copy))) return copy
  // No typed array holds such values: a small array of the same bytes decodes them.
  const values = new MmapArray(array.typecode)
  try {
    values.frombytes(copy)
    return values.tolist()
  } finally {
    values.close()
  }
}

/** The bytes of a typed array, not copied. */
export const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)

/** NumPy's booleans as 0 and 1: any byte but 0 is true. */
export const truths = (bytes) => bytes.map((byte) => Number(byte !== 0))

/** Without a Float16Array in the runtime, halves come as their bits. */
const isHalfBits = ({ typecode }, copy) => typecode === 'e' && copy instanceof Uint16Array
