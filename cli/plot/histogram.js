// How many elements lie in each of equal bins.

import { blocksOf } from '../blocks.js'

/**
 * @param {{ start: number, stop: number, extent: [least: number, greatest: number], bins: number }} terms
 * @returns {Promise<Array<{ from: number, to: number, count: number }>>} the last bin has its upper end too
 */
export async function histogramOf(array, { start, stop, extent: [least, greatest], bins: wanted }, onProgress) {
  const isInteger = !'efd'.includes(array.typecode)
  // A bin for each integer where there are few; else bins of whole integers.
  const span = isInteger ? greatest - least + 1 : greatest - least
  const width = span === 0 ? 1 : isInteger ? Math.max(Math.ceil(span / wanted), 1) : span / wanted
  const count = span === 0 ? 1 : isInteger ? Math.ceil(span / width) : wanted
  const counts = new Float64Array(count)
  for await (const { start: at, values } of blocksOf(array, { start, stop })) {
    add(values, counts, { least, width })
    onProgress(at + values.length - start)
  }
  return Array.from(counts, (number, bin) => ({
    from: least + bin * width,
    to: least + (bin + 1) * width,
    count: number,
  }))
}

function add(values, counts, { least, width }) {
  const last = counts.length - 1
  const isBig = typeof values[0] === 'bigint'
  for (let index = 0; index < values.length; index++) {
    const bin = Math.floor(((isBig ? Number(values[index]) : values[index]) - least) / width)
    if (bin >= 0 && bin !== Infinity) counts[bin < last ? bin : last] += 1
  }
}
