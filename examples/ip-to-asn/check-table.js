import { formatAddress } from './ip-address.js'
import { SEED, nextAddress } from './random-addresses.js'

/**
 * The task of every reader. It looks up the well-known addresses, then as many random addresses as there are expected answers, and
 * counts the answers that differ. The time is for the random ones: make the address, look it up, compare.
 */
export function checkTable(table, wellKnown, expected) {
  const answers = wellKnown.map((address) => {
    const network = table.networkOf(address)
    return { network, name: table.nameOf(network) }
  })

  let disagreements = 0
  let firstDisagreement = null
  let address = SEED
  const began = performance.now()
  for (let i = 0; i < expected.length; i++) {
    address = nextAddress(address)
    const network = table.networkOf(address)
    if (network === expected[i]) continue
    disagreements++
    firstDisagreement ??= `${formatAddress(address)} is AS${network}, expected AS${expected[i]}`
  }
  const milliseconds = performance.now() - began
  return { answers, lookups: expected.length, milliseconds, disagreements, firstDisagreement }
}
