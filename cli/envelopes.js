// The bounds of an envelope as doubles, for arrays of any type.

import { MmapArray } from '../index.js'

/** @returns {{ min: Float64Array, max: Float64Array }} integers of 8 bytes as the nearest doubles */
export function doublesOf(array, { min, max }) {
  return { min: toDoubles(array, min), max: toDoubles(array, max) }
}

function toDoubles(array, ends) {
  // Halves are bits where the runtime has no typed array of them.
  if (array.typecode !== 'e' || !(ends instanceof Uint16Array)) return Float64Array.from(ends, Number)
  const values = new MmapArray('e', ends)
  try {
    return Float64Array.from(values)
  } finally {
    values.close()
  }
}
