const LARGEST = 5

/** What Dask is asked too, by a plain loop. */
export function summaryOf(shards) {
  let [ranges, addresses] = [0, 0]
  const byNetwork = new Map()
  const bits = Array.from({ length: 33 }, () => 0)
  for (const { sizes, networks } of shards) {
    for (const [index, size] of sizes.entries()) {
      const number = Number(size)
      const network = networks.get(index)
      ranges += 1
      addresses += number
      bits[Math.floor(Math.log2(number))] += 1
      byNetwork.set(network, (byNetwork.get(network) ?? 0) + number)
    }
  }
  const largest = [...byNetwork].toSorted(([a, sizeA], [b, sizeB]) => sizeB - sizeA || a - b).slice(0, LARGEST)
  return { ranges, addresses, mean: addresses / ranges, bits, largest }
}
