// The elements that an index or slices choose, as an array of its own: the part of an array's interface that pictures need.

import { MmapArray } from '../index.js'
import { isPerAxis, runsOf, shapeOf, toAxes, toPlaces } from './axes.js'
import { decoded, isComplex } from './blocks.js'
import { countOf, layoutOf } from './layout.js'

export class ChosenElements {
  order = 'C'
  #elements
  #axes

  /** @param {string} word an index or a slice, or one for each dimension */
  constructor(elements, word) {
    this.#elements = elements
    this.#axes = isPerAxis(word)
      ? toAxes(word, layoutOf(elements))
      : [{ ...toPlaces(word, elements.length), stride: 1 }]
    this.typecode = elements.typecode
    this.itemsize = elements.itemsize
    this.path = elements.path
    this.format = elements.format
    this.field = elements.field
    this.shape = shapeOf(this.#axes)
    this.length = countOf(this.shape)
  }

  /** A copy of the elements from `start` to before `stop`, in the order of the rows. */
  slice(start = 0, stop = this.length) {
    const copy = this.#copy(start, stop)
    return isComplex(this) ? decoded(this, copy) : copy
  }

  #copy(start, stop) {
    const runs = [...runsOf(this.#axes, start, stop)].map((run) => this.#run(run))
    if (runs.length === 1) return runs[0]
    const copy = new (runs[0] ?? this.#elements.slice(0, 0)).constructor(Math.max(stop - start, 0))
    let at = 0
    for (const run of runs) {
      copy.set(run, at)
      at += run.length
    }
    return copy
  }

  #run({ start, step, count }) {
    const behind = start + count * step
    // A stop before element 0 is left out, since a negative one would count from the end.
    return this.#elements.slice(start, behind < 0 ? undefined : Math.min(behind, this.#elements.length), step)
  }

  envelope(parts, start, stop) {
    const { buffer, byteOffset, byteLength } = this.#copy(start, stop)
    const array = new MmapArray(this.typecode)
    try {
      array.frombytes(new Uint8Array(buffer, byteOffset, byteLength))
      return array.envelope(parts)
    } finally {
      array.close()
    }
  }

  close() {
    this.#elements.close()
  }
}
