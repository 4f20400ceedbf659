// The elements of a .npy file that cannot be mapped as an array: big-endian ones, and those that are not aligned. They are
// copied and converted block by block.

import { statSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { bytesOf, decoded, isComplex } from '../blocks.js'
import { DataError } from '../failures.js'

/** The typecode that the file is opened with, by the size of a number. */
const WORDS = { 1: 'B', 2: 'H', 4: 'I', 8: 'Q' }

/** The part of an array's interface that `blocksOf` and the targets need. */
export class ForeignElements {
  format = 'npy'
  #words
  /** How many words an element has: one, two of a complex number, or its bytes if it is not aligned. */
  #each
  /** The bytes of a number: half of a complex one. */
  #size
  #isBigEndian
  #Kind

  constructor(path, { typecode, isBigEndian, shape, fortranOrder, dataStart }) {
    const empty = new MmapArray(typecode)
    this.path = path
    this.typecode = typecode
    this.itemsize = empty.itemsize
    this.shape = shape
    this.order = fortranOrder && shape.length > 1 ? 'F' : 'C'
    this.length = shape.includes(0) ? 0 : shape.reduce((count, length) => count * length, 1)
    this.#Kind = empty.view.constructor
    empty.close()
    const parts = isComplex({ typecode }) ? 2 : 1
    this.#size = this.itemsize / parts
    const there = Math.floor(Math.max(statSync(path).size - dataStart, 0) / this.itemsize)
    if (this.length > there)
      throw new DataError(`${path}: its header says ${this.length} elements, but it has only ${there}`)
    const isAligned = dataStart % this.#size === 0
    this.#each = isAligned ? parts : this.itemsize
    this.#isBigEndian = isBigEndian
    const options = { format: 'raw', offset: dataStart, length: this.length * this.#each }
    this.#words = MmapArray.open(path, isAligned ? WORDS[this.#size] : 'B', options)
  }

  /** A copy of the elements from `start` to before `stop`, in this machine's byte order. */
  slice(start, stop, step = 1) {
    const bytes = bytesOf(this.#wordsOf(start, stop, step))
    if (this.#isBigEndian && this.#size > 1) bytes[`swap${this.#size * 8}`]()
    const copy = new this.#Kind(bytes.buffer, bytes.byteOffset, bytes.length / this.#size)
    return isComplex(this) ? decoded(this, copy) : copy
  }

  #wordsOf(start, stop, step) {
    const each = this.#each
    if (each === 1 || step === 1) return this.#words.slice(start * each, stop * each, step)
    const count = Math.ceil((stop - start) / step)
    const words = new this.#words.view.constructor(count * each)
    for (let index = 0; index < count; index++) {
      const at = (start + index * step) * each
      words.set(this.#words.slice(at, at + each), index * each)
    }
    return words
  }

  close() {
    this.#words.close()
  }
}
