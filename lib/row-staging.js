// Items for an array of several dimensions: elements, or lists of the elements of a row, nested as the axes are.

import { allocate, isMemory } from './buffers.js'
import { axesOf, isArray, memoryOf, typeOf } from './core-array.js'
import { partialRow } from './errors.js'
import { sourceInMemory } from './sources.js'

const isList = (value) => Array.isArray(value) || isMemory(value) || isArray(value)

export class RowStaging {
  #axis
  #axes
  #staging
  #type

  /**
   * @param staging takes the elements
   * @param axis that the items are along: 0 for rows, 1 for what is in a row
   */
  constructor(array, staging, axis) {
    this.#axes = axesOf(array)
    this.#axis = axis
    this.#staging = staging
    this.#type = typeOf(array)
  }

  add(value) {
    this.#add(value, this.#axis)
  }

  get bytes() {
    return this.#staging.bytes
  }

  #add(value, axis) {
    // A list among the elements of the last axis is no element: the codec refuses it.
    if (axis + 1 >= this.#axes.count || !isList(value)) {
      this.#staging.add(value)
      return
    }
    const before = this.#staging.length
    const source = sourceInMemory(this.#type, value, 'items')
    if (source === undefined) for (let at = 0; at < value.length; at++) this.#add(value[at], axis + 1)
    else this.#staging.addBytes(isArray(value) ? copied(source, memoryOf(value).byteLength) : source)
    const expected = this.#axes.strides[axis]
    const count = this.#staging.length - before
    if (count === expected && before % expected === 0) return
    const found = count === expected ? 'one that begins inside another' : `one of ${count}`
    throw partialRow(`A list along axis ${axis} of this array has ${expected} elements. Received ${found}`)
  }
}

function copied(core, byteLength) {
  const copy = allocate(Uint8Array, byteLength)
  core.slice(copy)
  return copy
}
