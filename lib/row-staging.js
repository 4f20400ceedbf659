// Items for an array of several dimensions: elements, or lists of the elements of a row, nested as the axes are.

import { allocate, isMemory } from './buffers.js'
import { axesOf, isArray, memoryOf, typeOf } from './core-array.js'
import { wrongRow } from './errors.js'
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
    const count = this.#addList(value, axis)
    const expected = this.#axes.strides[axis]
    if (count === expected && before % expected === 0) return
    const name = axis === 0 ? 'A row' : `A list along axis ${axis}`
    if (count !== expected) throw wrongRow(name, `have ${expected} elements. Received ${count}`)
    throw wrongRow(name, 'not begin inside another one. Complete that one first')
  }

  /** Returns the number of elements, with a fraction if a typed array ends inside a complex number. */
  #addList(list, axis) {
    const source = sourceInMemory(this.#type, list, 'items')
    if (source === undefined) {
      const before = this.#staging.length
      for (let at = 0; at < list.length; at++) this.#add(list[at], axis + 1)
      return this.#staging.length - before
    }
    const bytes = isArray(list) ? copied(source, memoryOf(list).byteLength) : source
    this.#staging.addBytes(bytes)
    return bytes.length / this.#type.itemsize
  }
}

function copied(core, byteLength) {
  const copy = allocate(Uint8Array, byteLength)
  core.slice(copy)
  return copy
}
