// What an array's numbers are like, in one pass.

import { blocksOf, isComplex, isText, truths } from './blocks.js'
import { doublesOf } from './envelopes.js'
import { isFloat } from './type-names.js'

const WORD = 2n ** 32n

/**
 * Of all numbers: least, greatest, exact sum of integers. Of the finite ones: mean and standard deviation (of all, not of a
 * sample). NaNs and infinities are counted.
 * @param {{ isBoolean?: boolean, onProgress?: (done: number) => void }} [options] any byte but 0 of a boolean counts as 1
 */
export async function statisticsOf(array, { isBoolean = false, onProgress = () => {} } = {}) {
  const { length } = array
  if (isText(array) || isComplex(array) || length === 0) return undefined
  const areFloats = isFloat(array.typecode)
  const moments = areFloats ? new FloatMoments() : new IntegerMoments()
  let [min, max] = []
  for await (const { start, values } of blocksOf(array)) {
    const range = array.envelope(1, start, start + values.length)
    const { min: ends, max: others } = array.typecode === 'e' ? doublesOf(array, range) : range
    const [least, greatest] = isBoolean ? truths([...ends, ...others]) : [...ends, ...others]
    if (min === undefined || least < min || Number.isNaN(min)) min = least
    if (max === undefined || greatest > max || Number.isNaN(max)) max = greatest
    moments.add(isBoolean ? truths(values) : values, least)
    onProgress(start + values.length)
  }
  return { min, max, ...moments.facts }
}

/** Sums of integers, exact. */
class IntegerMoments {
  #count = 0n
  #sum = 0n
  #squares = 0

  /** Adds a block. Its squares are of the distances from its mean, computed from the distances from its least number. */
  add(values, least) {
    const add = typeof least === 'bigint' ? distancesOfWords : distancesOfNumbers
    const { total, squares } = add(values, least)
    const [count, sum] = [BigInt(values.length), total + BigInt(least) * BigInt(values.length)]
    if (this.#count > 0n) {
      // Combines the two means (Chan, Golub and LeVeque).
      const apart = Number(sum * this.#count - this.#sum * count) / Number(count * this.#count)
      this.#squares += (apart * apart * Number(this.#count * count)) / Number(this.#count + count)
    }
    this.#count += count
    this.#sum += sum
    this.#squares += squares
  }

  get facts() {
    const [count, sum] = [this.#count, this.#sum]
    const whole = (2n * sum + (sum < 0n ? -count : count)) / (2n * count)
    // Beyond 2^53 a double may be far from the exact mean.
    const mean = Number.isSafeInteger(Number(whole)) ? Number(sum) / Number(count) : whole
    return { sum, mean, standardDeviation: Math.sqrt(this.#squares / Number(count)) }
  }
}

function distancesOfNumbers(values, least) {
  // At most 2^16 numbers of 32 bits: exact.
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] - least
  const mean = sum / values.length
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += (values[index] - least - mean) ** 2
  return { total: BigInt(sum), squares }
}

/** The same for integers of 8 bytes, as two words each: a loop over bigints takes ten times as long. */
function distancesOfWords(values, least) {
  const low = new Uint32Array(values.buffer)
  const high = values instanceof BigInt64Array ? new Int32Array(values.buffer) : low
  const [leastHigh, leastLow] = [Number(least >> 32n), Number(least & (WORD - 1n))]
  let [lowSum, highSum] = [0, 0]
  for (let index = 0; index < low.length; index += 2) {
    lowSum += low[index] - leastLow
    highSum += high[index + 1] - leastHigh
  }
  const total = BigInt(highSum) * WORD + BigInt(lowSum)
  const mean = Number(total) / values.length
  let squares = 0
  for (let index = 0; index < low.length; index += 2) {
    const distance = (high[index + 1] - leastHigh) * 2 ** 32 + (low[index] - leastLow)
    squares += (distance - mean) ** 2
  }
  return { total, squares }
}

/** Beyond these, in powers of 2, squares would overflow or vanish: numbers are scaled by a power of 2, which is exact. */
const [LARGE, SMALL, SHIFT] = [400, -400, 700]

/** Sums of the finite floats, scaled if squares would overflow or vanish. */
class FloatMoments {
  #counts = { nan: 0, infinite: 0 }
  #count = 0
  /** The number that distances are taken from: the first one. */
  #pivot
  /** Sums are of numbers times 2 ** -power. */
  #power = -SHIFT
  #sum = 0
  /** The rounding error of the sum (Neumaier). */
  #lost = 0
  /** The mean of the distances from the pivot, and the squares of those from the mean. */
  #mean = 0
  #squares = 0

  add(values) {
    const finite = this.#finiteOf(values)
    if (finite.length === 0) return
    this.#pivot ??= finite[0]
    const scale = 2 ** -this.#power
    const pivot = this.#pivot * scale
    let distances = 0
    for (let index = 0; index < finite.length; index++) {
      const value = finite[index] * scale
      const next = this.#sum + value
      this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum
      this.#sum = next
      distances += value - pivot
    }
    const mean = distances / finite.length
    let squares = 0
    for (let index = 0; index < finite.length; index++) squares += (finite[index] * scale - pivot - mean) ** 2
    // Combines the two means (Chan, Golub and LeVeque).
    const together = this.#count + finite.length
    const apart = mean - this.#mean
    this.#mean += (apart * finite.length) / together
    this.#squares += squares + (apart * apart * this.#count * finite.length) / together
    this.#count = together
  }

  /** The finite numbers of a block. Counts the others, and scales the sums for the largest. */
  #finiteOf(values) {
    let [largest, others] = [0, 0]
    for (let index = 0; index < values.length; index++) {
      const size = Math.abs(values[index])
      if (size < Infinity) largest = size > largest ? size : largest
      else {
        others += 1
        if (size === Infinity) this.#counts.infinite += 1
        else this.#counts.nan += 1
      }
    }
    const power = largest > 2 ** LARGE ? SHIFT : largest < 2 ** SMALL ? -SHIFT : 0
    if (power > this.#power) this.#scaleTo(power)
    return others === 0 ? values : values.filter(Number.isFinite)
  }

  #scaleTo(power) {
    const scale = 2 ** (this.#power - power)
    this.#power = power
    this.#sum *= scale
    this.#lost *= scale
    this.#mean *= scale
    this.#squares *= scale * scale
  }

  get facts() {
    if (this.#count === 0) return { sum: 0, mean: NaN, standardDeviation: NaN, ...this.#counts }
    const scale = 2 ** this.#power
    return {
      sum: (this.#sum + this.#lost) * scale,
      mean: (this.#sum / this.#count + this.#lost / this.#count) * scale,
      standardDeviation: Math.sqrt(this.#squares / this.#count) * scale,
      ...this.#counts,
    }
  }
}
