// The elements of an array a block at a time: copies, since a file that somebody cuts is an error only where the core copies.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { MmapArray } from '../index.js'

export const BLOCK = 1 << 16
/** Blocks between two turns of the event loop, in which a signal is heard. */
const TURN = 16

/** Whether elements are characters. */
export const isText = ({ typecode }) => 'cuw'.includes(typecode)

/**
 * @param {{ start?: number, stop?: number }} bounds in elements, from 0 to the length
 * @yields {{ start: number, values: ArrayLike<number | bigint | string> }}
 */
export async function* blocksOf(array, { start = 0, stop = array.length } = {}) {
  for (let at = start; at < stop; at += BLOCK) {
    if (((at - start) / BLOCK) % TURN === TURN - 1) await nextTurn()
    yield { start: at, values: valuesOf(array, at, Math.min(at + BLOCK, stop)) }
  }
}

/** Elements as JavaScript has them. */
export const valuesOf = (array, start, stop, step) => decoded(array, array.slice(start, stop, step))

/** Elements that were copied out, as JavaScript has them. */
export function decoded(array, copy) {
  if (!isText(array) && !isHalfBits(array, copy)) return copy
  // What no typed array holds as values: a small array of the same bytes tells them.
  const values = new MmapArray(array.typecode)
  try {
    values.frombytes(copy)
    return values.tolist()
  } finally {
    values.close()
  }
}

/** Booleans as NumPy has them: any byte but 0 is true. */
export const truths = (bytes) => bytes.map((byte) => Number(byte !== 0))

/** Halves are bits where the runtime has no typed array of them. */
const isHalfBits = ({ typecode }, copy) => typecode === 'e' && copy instanceof Uint16Array
