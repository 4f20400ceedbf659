// How many elements lie in each of equal bins.

import { blocksOf } from '../blocks.js'

/**
 * @param {{ start: number, stop: number, extent: [least: number, greatest: number], bins: number }} terms
 * @returns {Promise<Array<{ from: number, to: number, count: number }>>} the last bin has its upper end too
 */
export async function histogramOf(array, { start, stop, extent: [least, greatest], bins: wanted }, onProgress) {
  const isInteger = !'efd'.includes(array.typecode)
  // Numbers that are further apart than the largest double are counted as quarters of themselves.
  const scale = Number.isFinite(greatest - least) ? 1 : 1 / 4
  const low = least * scale
  // A bin for each integer where there are few; else bins of whole integers.
  const span = isInteger ? greatest - least + 1 : greatest * scale - low
  // Bins narrower than the least normal double would have no exact ends.
  const isOne = !isInteger && span / wanted < Number.MIN_VALUE * 2 ** 52
  const width = isOne ? span || 1 : isInteger ? Math.max(Math.ceil(span / wanted), 1) : span / wanted
  const count = isOne ? 1 : isInteger ? Math.ceil(span / width) : wanted
  const counts = new Float64Array(count)
  for await (const { start: at, values } of blocksOf(array, { start, stop })) {
    add(values, counts, { low, width, scale })
    onProgress(at + values.length - start)
  }
  return Array.from(counts, (number, bin) => ({
    from: bin === 0 ? least : (low + bin * width) / scale,
    to: bin === count - 1 && !isInteger && span > 0 ? greatest : (low + (bin + 1) * width) / scale,
    count: number,
  }))
}

function add(values, counts, { low, width, scale }) {
  const last = counts.length - 1
  const isBig = typeof values[0] === 'bigint'
  for (let index = 0; index < values.length; index++) {
    const bin = Math.floor(((isBig ? Number(values[index]) : values[index]) * scale - low) / width)
    if (bin >= 0 && bin !== Infinity) counts[bin < last ? bin : last] += 1
  }
}
