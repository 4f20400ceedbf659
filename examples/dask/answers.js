// What Node computes, from the rows themselves: what the engine must answer too.

/** Mean size of a range, ranges by the first byte of the address, and the network of each address (null: none). */
export function answersOf({ starts, ends, networks }, rows, addresses) {
  let total = 0
  const histogram = Array(256).fill(0)
  for (let row = 0; row < rows; row++) {
    total += ends[row] - starts[row] + 1
    histogram[starts[row] >>> 24]++
  }
  const lookup = (address) => {
    const row = lastAtOrBefore(starts, rows, address)
    return row >= 0 && address <= ends[row] ? networks[row] : null
  }
  return { rows, mean: total / rows, histogram, lookups: addresses.map(lookup) }
}

function lastAtOrBefore(starts, rows, address) {
  let [low, high] = [0, rows]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle] <= address) low = middle + 1
    else high = middle
  }
  return low - 1
}
