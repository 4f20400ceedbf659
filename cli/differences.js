// Compares two sequences of elements, block by block.

import { bytesOf } from './blocks.js'

export class Differences {
  count = 0
  /** @type {{ index: number, values: [unknown, unknown] } | undefined} */
  first
  /** The pair of numbers with the greatest distance. A NaN and a number have none. */
  largest
  #tolerance
  #relative
  #indexOf

  /** @param {{ tolerance: number | bigint, relative: number, indexOf?: (at: number) => number }} options `indexOf` gives the index of the n-th element */
  constructor({ tolerance, relative, indexOf = (at) => at }) {
    this.#tolerance = tolerance
    this.#relative = relative
    this.#indexOf = indexOf
  }

  /** Compares the next elements of both, as many of each. */
  add(start, values, others) {
    if (haveTheSameBytes(values, others)) return
    for (let index = 0; index < values.length; index++) {
      const [a, b] = [values[index], others[index]]
      if (areSame(a, b)) continue
      const distance = typeof a === 'string' ? undefined : distanceOf(a, b)
      if (distance < Infinity && this.#isNear(distance, a, b)) continue
      this.count += 1
      const pair = { index: this.#indexOf(start + index), values: [a, b] }
      if (this.first === undefined || pair.index < this.first.index) this.first = pair
      const least = this.largest ?? { distance: 0, index: -1 }
      if (distance > least.distance || (distance == least.distance && pair.index < least.index))
        this.largest = { ...pair, distance }
    }
  }

  #isNear(distance, a, b) {
    const [tolerance, relative] = [this.#tolerance, this.#relative]
    if (tolerance === 0 && relative === 0) return false
    if (tolerance === Infinity || relative === Infinity) return true
    const size = Math.max(doubleSizeOf(a), doubleSizeOf(b))
    const most = Math.max(Number(tolerance), relative * size)
    if (isComplexPair(a, b)) return distance <= most
    const beyond = Number(distance) - most
    // Doubles decide if the rounding errors, which are smaller than this, cannot change the result.
    if (Math.abs(beyond) > (size + most) * 2 ** -49 + 2 ** -1070) return beyond < 0
    const [exact, other] = [unitsOf(a), unitsOf(b)]
    const apart = sizeOf(exact - other)
    if (apart <= unitsOf(tolerance)) return true
    const larger = sizeOf(exact) > sizeOf(other) ? sizeOf(exact) : sizeOf(other)
    return apart << UNIT <= unitsOf(relative) * larger
  }
}

function haveTheSameBytes(values, others) {
  if (!ArrayBuffer.isView(values) || values.constructor !== others.constructor) return false
  return bytesOf(values).equals(bytesOf(others))
}

const isComplexPair = (a, b) => typeof a === 'object' || typeof b === 'object'
const partsOf = (value) => (typeof value === 'object' ? value : { re: value, im: 0 })
const doubleSizeOf = (value) => (typeof value === 'object' ? Math.hypot(value.re, value.im) : Math.abs(Number(value)))

/** Numbers and bigints compare by their exact value. Two NaNs count as equal. */
function areSame(a, b) {
  if (!isComplexPair(a, b)) return a == b || (a !== a && b !== b)
  const [one, other] = [partsOf(a), partsOf(b)]
  return areSame(one.re, other.re) && areSame(one.im, other.im)
}

/** A distance as a number, or as a bigint if a double cannot hold it exactly. */
function distanceOf(a, b) {
  if (isComplexPair(a, b)) {
    const [one, other] = [partsOf(a), partsOf(b)]
    return Math.hypot(Number(one.re) - Number(other.re), one.im - other.im)
  }
  const distance = Math.abs(Number(a) - Number(b))
  if (typeof a === 'number' && typeof b === 'number' && distance <= Number.MAX_SAFE_INTEGER) return distance
  // Infinities and NaNs cannot become bigints.
  if (![a, b].every((value) => typeof value === 'bigint' || Number.isInteger(value))) return distance
  const exact = sizeOf(BigInt(a) - BigInt(b))
  return exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact
}

/** Every double is a whole number of 2 ** -1074. */
const UNIT = 1074n
const sizeOf = (integer) => (integer < 0n ? -integer : integer)

/** @returns {bigint} a finite number in units of 2 ** -1074 */
function unitsOf(number) {
  if (typeof number === 'bigint') return number << UNIT
  // In steps, because 2 ** 1074 is larger than any double.
  let [part, shift] = [number, UNIT]
  for (; !Number.isInteger(part); part *= 2 ** 53) shift -= 53n
  return shift < 0n ? BigInt(part) >> -shift : BigInt(part) << shift
}
