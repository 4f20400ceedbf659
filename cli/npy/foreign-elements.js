// The elements of a .npy file that cannot be mapped as an array: big-endian ones, and those that are not aligned. They are
// copied and converted block by block.

import { statSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { bytesOf } from '../blocks.js'
import { DataError } from '../failures.js'

/** The typecode that the file is opened with, by the size of an element. */
const WORDS = { 1: 'B', 2: 'H', 4: 'I', 8: 'Q' }

/** The part of an array's interface that `blocksOf` and the targets need. */
export class ForeignElements {
  format = 'npy'
  #words
  /** How many words an element has: one, or its bytes if it is not aligned. */
  #each
  #isBigEndian
  #Kind

  constructor(path, { typecode, isBigEndian, shape, dataStart }) {
    const empty = new MmapArray(typecode)
    this.path = path
    this.typecode = typecode
    this.itemsize = empty.itemsize
    this.length = shape.includes(0) ? 0 : shape.reduce((count, length) => count * length, 1)
    this.#Kind = empty.slice().constructor
    empty.close()
    const there = Math.floor(Math.max(statSync(path).size - dataStart, 0) / this.itemsize)
    if (this.length > there)
      throw new DataError(`${path}: its header says ${this.length} elements, but it has only ${there}`)
    const isAligned = dataStart % this.itemsize === 0
    this.#each = isAligned ? 1 : this.itemsize
    this.#isBigEndian = isBigEndian
    const options = { format: 'raw', offset: dataStart, length: this.length * this.#each }
    this.#words = MmapArray.open(path, isAligned ? WORDS[this.itemsize] : 'B', options)
  }

  /** A copy of the elements from `start` to before `stop`, in this machine's byte order. */
  slice(start, stop, step = 1) {
    const bytes = bytesOf(this.#wordsOf(start, stop, step))
    if (this.#isBigEndian && this.itemsize > 1) bytes[`swap${this.itemsize * 8}`]()
    return new this.#Kind(bytes.buffer, bytes.byteOffset, bytes.length / this.itemsize)
  }

  #wordsOf(start, stop, step) {
    const each = this.#each
    if (each === 1 || step === 1) return this.#words.slice(start * each, stop * each, step)
    const count = Math.ceil((stop - start) / step)
    const bytes = new Uint8Array(count * each)
    for (let index = 0; index < count; index++) {
      const at = (start + index * step) * each
      bytes.set(this.#words.slice(at, at + each), index * each)
    }
    return bytes
  }

  close() {
    this.#words.close()
  }
}
