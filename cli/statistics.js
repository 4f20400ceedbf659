// What an array's numbers are like, in one pass.

import { BLOCK, blocksOf, isText } from './blocks.js'
import { doublesOf } from './envelopes.js'

const WORD = 2n ** 32n

/**
 * Of all numbers: least, greatest, exact sum of integers. Of the finite ones: mean and standard deviation (of all, not of a
 * sample). NaNs and infinities are counted.
 */
export async function statisticsOf(array, onProgress = () => {}) {
  const { length } = array
  if (isText(array) || length === 0) return undefined
  const add = array.itemsize === 8 && 'lLqQ'.includes(array.typecode) ? addWords : addNumbers
  const moments = new Moments()
  let [min, max] = []
  let total = 0n
  const floats = 'efd'.includes(array.typecode) ? { nan: 0, infinite: 0 } : undefined
  for await (const { start, values } of blocksOf(array)) {
    const range = array.envelope(1, start, Math.min(start + BLOCK, length))
    const {
      min: [least],
      max: [greatest],
    } = array.typecode === 'e' ? doublesOf(array, range) : range
    if (min === undefined || least < min || Number.isNaN(min)) min = least
    if (max === undefined || greatest > max || Number.isNaN(max)) max = greatest
    const sum = add(values, moments, floats)
    if (!floats) total += sum
    onProgress(start + values.length)
  }
  const sum = floats ? moments.sum : total
  return { min, max, sum, mean: moments.mean, standardDeviation: moments.standardDeviation, ...floats }
}

/** Adds a block of numbers; gives their sum where they are integers. */
function addNumbers(values, moments, floats) {
  let [sum, count] = [0, values.length]
  if (floats) {
    count = 0
    for (let index = 0; index < values.length; index++) {
      const value = values[index]
      if (value - value === 0) {
        sum += value
        count += 1
      } else if (value === value) floats.infinite += 1
      else floats.nan += 1
    }
  } else {
    // At most 2^16 numbers of 32 bits: exact.
    for (let index = 0; index < values.length; index++) sum += values[index]
  }
  const mean = count > 0 ? sum / count : 0
  let squares = 0
  for (let index = 0; index < values.length; index++) {
    const distance = values[index] - mean
    if (distance - distance === 0) squares += distance * distance
  }
  moments.add(count, mean, squares, sum)
  return floats ? sum : BigInt(sum)
}

/** The same for integers of 8 bytes, as two words each: a loop over bigints takes ten times as long. */
function addWords(values, moments) {
  const low = new Uint32Array(values.buffer)
  const high = values instanceof BigInt64Array ? new Int32Array(values.buffer) : low
  let [lowSum, highSum] = [0, 0]
  for (let index = 0; index < low.length; index += 2) {
    lowSum += low[index]
    highSum += high[index + 1]
  }
  const sum = BigInt(highSum) * WORD + BigInt(lowSum)
  const mean = Number(sum) / values.length
  let squares = 0
  for (let index = 0; index < low.length; index += 2) {
    const distance = high[index + 1] * 2 ** 32 + low[index] - mean
    squares += distance * distance
  }
  moments.add(values.length, mean, squares, Number(sum))
  return sum
}

/** Count, mean and squared distances from it, block by block (Chan, Golub and LeVeque). */
class Moments {
  #count = 0
  #mean = 0
  #squares = 0
  #sum = 0
  /** What the sum has lost to rounding (Neumaier). */
  #lost = 0

  add(count, mean, squares, sum) {
    if (count === 0) return
    const together = this.#count + count
    const distance = mean - this.#mean
    this.#mean += (distance * count) / together
    this.#squares += squares + (distance * distance * this.#count * count) / together
    this.#count = together
    const next = this.#sum + sum
    this.#lost += Math.abs(this.#sum) >= Math.abs(sum) ? this.#sum - next + sum : sum - next + this.#sum
    this.#sum = next
  }

  get sum() {
    return Number.isFinite(this.#sum) ? this.#sum + this.#lost : this.#sum
  }

  get mean() {
    return this.#count > 0 ? this.#mean : NaN
  }

  get standardDeviation() {
    return this.#count > 0 ? Math.sqrt(this.#squares / this.#count) : NaN
  }
}
