// Counts the elements in bins of equal width.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { blocksOf } from '../blocks.js'
import { isFloat } from '../type-names.js'

/** Elements that are looked at between two turns of the event loop. */
const TURN = 1 << 23

/**
 * @param {{ start: number, stop: number, extent: [least: number, greatest: number], bins: number }} options
 * @returns {Promise<Array<{ from: number | bigint, to: number | bigint, count: number }>>} the last bin has its upper end too; integers
 *   beyond 2^53 have bigints as ends
 */
export async function histogramOf(array, { start, stop, extent, bins: wanted }, onProgress) {
  const [least, greatest] = extent
  if (!isFloat(array.typecode) && !extent.every(Number.isSafeInteger))
    return histogramOfBigints(array, { start, stop, wanted }, onProgress)
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

/** The same for integers that doubles do not hold exactly. */
async function histogramOfBigints(array, { start, stop, wanted }, onProgress) {
  const [least, greatest] = await endsOf(array, start, stop)
  const span = greatest - least + 1n
  const width = divideUp(span, BigInt(wanted))
  const counts = new Float64Array(Number(divideUp(span, width)))
  for await (const { start: at, values } of blocksOf(array, { start, stop })) {
    for (const value of values) counts[Number((value - least) / width)] += 1
    onProgress(at + values.length - start)
  }
  return Array.from(counts, (count, bin) => {
    const from = least + BigInt(bin) * width
    return { from, to: from + width, count }
  })
}

const divideUp = (number, by) => (number + by - 1n) / by

/** The least and the greatest integer. */
async function endsOf(array, start, stop) {
  let [least, greatest] = []
  for (let at = start; at < stop; at += TURN) {
    const { min, max } = array.envelope(1, at, Math.min(at + TURN, stop))
    if (least === undefined || min[0] < least) least = min[0]
    if (greatest === undefined || max[0] > greatest) greatest = max[0]
    await nextTurn()
  }
  return [least, greatest]
}
