import { MmapArray } from '../../index.js'
import { PlainSearch } from './plain-search.js'
import { SEED, nextAddress } from './random-addresses.js'

/**
 * The right answers, all from the plain search of the CSV: network and name for the well-known addresses, and the network
 * numbers for the random ones. Those are in anonymous shared memory, so that the readers in all processes can compare with them.
 * Afterwards the plain search can be collected, so it does not count in the memory that is measured later.
 */
export function judge(csvText, wellKnown, lookups) {
  const began = performance.now()
  const plain = new PlainSearch(csvText)
  const readAt = performance.now()
  const expected = new MmapArray('I', [], { capacity: lookups })
  let address = SEED
  for (let i = 0; i < lookups; i++) {
    address = nextAddress(address)
    expected.append(plain.networkOf(address))
  }
  expected.trim()
  const searchedAt = performance.now()

  const answers = wellKnown.map((address) => {
    const network = plain.networkOf(address)
    return { network, name: plain.nameOf(network) }
  })
  return { answers, expected, readMilliseconds: readAt - began, searchMilliseconds: searchedAt - readAt }
}
