// Counts the elements in bins of equal width.

import { blocksOf } from '../blocks.js'
import { isFloat } from '../type-names.js'

/**
 * @param {{ start: number, stop: number, extent: [least: number, greatest: number], bins: number }} options
 * @returns {Promise<Array<{ from: number, to: number, count: number }>>} the last bin has its upper end too
 */
export async function histogramOf(array, { start, stop, extent: [least, greatest], bins: wanted }, onProgress) {
  const isInteger = !isFloat(array.typecode)
  // The distance of the ends may be larger than any double: then all numbers are divided by four.
  const scale = Number.isFinite(greatest - least) ? 1 : 1 / 4
  const low = least * scale
  // Few integers have a bin each; otherwise a bin has whole integers.
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
