import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { NO_RANGE_IN_BLOCK, SPLIT, TABLE_FILES } from './table-format.js'

/** AS 0 is reserved, so it is never a network. */
export const NO_NETWORK = 0

/**
 * The lookup in tables that are mapped files. Opening reads nothing. Each page comes from the page cache when
 * it is first used, and all threads and processes that have the tables open use the same pages.
 */
export class AsnTable {
  #arrays
  #blocks
  #rangeStarts
  #rangeEnds
  #rangeNetworks
  #decoder = new TextDecoder()

  constructor(arrays) {
    this.#arrays = arrays
    // Typed arrays over the mapped memory are the fastest way to read an element.
    this.#blocks = arrays.blocks.view
    this.#rangeStarts = arrays.rangeStarts.view
    this.#rangeEnds = arrays.rangeEnds.view
    this.#rangeNetworks = arrays.rangeNetworks.view
  }

  static open(directory) {
    return new AsnTable(
      eachTable((key) =>
        MmapArray.open(join(directory, TABLE_FILES[key].file), TABLE_FILES[key].typecode, { flags: 'r' }),
      ),
    )
  }

  /** The same tables in another thread, by the same mappings, or in another process, by the same pages. */
  static attach(handles) {
    return new AsnTable(eachTable((key) => MmapArray.attach(handles[key])))
  }

  handles() {
    return eachTable((key) => this.#arrays[key].handle())
  }

  get byteLength() {
    return Object.values(this.#arrays).reduce((sum, array) => sum + array.byteLength, 0)
  }

  get rangeCount() {
    return this.#arrays.rangeStarts.length
  }

  get networkCount() {
    return this.#arrays.networkNumbers.length
  }

  /** The number of the network that has this address, or NO_NETWORK. */
  networkOf(address) {
    const entry = this.#blocks[address >>> 8]
    if (entry < SPLIT) return this.#rangeNetworks[entry]
    return entry === NO_RANGE_IN_BLOCK ? NO_NETWORK : this.#networkFrom(entry - SPLIT, address)
  }

  /** A /24 has at most 256 ranges (11 in the real data), side by side, so a scan is faster than a bisection. */
  #networkFrom(range, address) {
    const count = this.#rangeEnds.length
    while (range < count && this.#rangeEnds[range] < address) range++
    return range < count && this.#rangeStarts[range] <= address ? this.#rangeNetworks[range] : NO_NETWORK
  }

  /** '' if the source has no name, or no such network. */
  nameOf(network) {
    const { networkNumbers, nameOffsets, names } = this.#arrays
    let index = 0
    let end = networkNumbers.length
    while (index < end) {
      const middle = (index + end) >>> 1
      if (networkNumbers.get(middle) < network) index = middle + 1
      else end = middle
    }
    if (networkNumbers.at(index) !== network) return ''
    return this.#decoder.decode(names.slice(nameOffsets.get(index), nameOffsets.get(index + 1)))
  }

  close() {
    for (const array of Object.values(this.#arrays)) array.close()
  }
}

function eachTable(make) {
  return Object.fromEntries(Object.keys(TABLE_FILES).map((key) => [key, make(key)]))
}
