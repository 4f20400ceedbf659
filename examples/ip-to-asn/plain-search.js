import { ipRanges } from './ip-ranges.js'

/**
 * The usual way: the CSV in ordinary arrays, searched by bisection. It does not use the tables, so it can judge
 * them.
 */
export class PlainSearch {
  #starts = []
  #ends = []
  #networks = []
  #names = new Map()

  constructor(csvText) {
    for (const { start, end, network, name } of ipRanges(csvText)) {
      this.#starts.push(start)
      this.#ends.push(end)
      this.#networks.push(network)
      if (!this.#names.get(network)) this.#names.set(network, name)
    }
  }

  /** The number of the network this address belongs to, or 0. */
  networkOf(address) {
    // The first row that starts behind the address.
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#starts[middle] <= address) low = middle + 1
      else high = middle
    }
    return low > 0 && address <= this.#ends[low - 1] ? this.#networks[low - 1] : 0
  }

  nameOf(network) {
    return this.#names.get(network) ?? ''
  }
}
