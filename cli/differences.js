// How two rows of elements differ, block by block.

export class Differences {
  count = 0
  /** @type {{ index: number, values: [unknown, unknown] } | undefined} */
  first
  /** Of numbers: the pair that lies furthest apart; a NaN beside a number is no distance. */
  largest
  #tolerance
  #relative
  /** The same as integers: a part of how many. */
  #fraction
  #indexOf

  /** @param {{ tolerance: number | bigint, relative: number, indexOf?: (at: number) => number }} terms where an element is, by its turn */
  constructor({ tolerance, relative, indexOf = (at) => at }) {
    this.#tolerance = tolerance
    this.#relative = relative
    this.#fraction = fractionOf(relative)
    this.#indexOf = indexOf
  }

  /** Takes as many elements of each. */
  add(start, values, others) {
    if (haveTheSameBytes(values, others)) return
    for (let index = 0; index < values.length; index++) {
      const [a, b] = [values[index], others[index]]
      // Numbers and bigints compare by their exact value; a NaN is nothing's equal.
      if (a == b || (a !== a && b !== b)) continue
      const distance = typeof a === 'string' ? undefined : distanceOf(a, b)
      if (distance < Infinity && (distance <= this.#tolerance || this.#isRelativelyNear(distance, a, b))) continue
      this.count += 1
      const pair = { index: this.#indexOf(start + index), values: [a, b] }
      if (this.first === undefined || pair.index < this.first.index) this.first = pair
      const least = this.largest ?? { distance: 0, index: -1 }
      if (distance > least.distance || (distance == least.distance && pair.index < least.index))
        this.largest = { ...pair, distance }
    }
  }

  #isRelativelyNear(distance, a, b) {
    if (this.#relative === 0) return false
    if (typeof distance === 'number') return distance <= this.#relative * greaterOf(a, b)
    if (this.#fraction === undefined) return true
    const [part, whole] = this.#fraction
    return distance * whole <= part * greatestInteger(a, b)
  }
}

function haveTheSameBytes(values, others) {
  if (!ArrayBuffer.isView(values) || values.constructor !== others.constructor) return false
  return bytesOf(values).equals(bytesOf(others))
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)

/** A number, or a bigint for integers of which doubles do not tell each from the next: their distance is exact. */
function distanceOf(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b)
  // A double that is no integer is small enough for doubles to tell it from every integer.
  const areWhole = [a, b].every((value) => typeof value === 'bigint' || Number.isInteger(value))
  if (!areWhole) return Math.abs(Number(a) - Number(b))
  const difference = BigInt(a) - BigInt(b)
  const distance = difference < 0n ? -difference : difference
  return [a, b, distance].every(isSafe) ? Number(distance) : distance
}

/** Whether doubles hold the integer and its neighbours. */
const isSafe = (integer) => integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER

/** @returns {[bigint, bigint] | undefined} a double as one integer over another; none for Infinity */
function fractionOf(number) {
  if (number === Infinity) return undefined
  let [part, whole] = [number, 1n]
  for (; !Number.isInteger(part); part *= 2) whole *= 2n
  return [BigInt(part), whole]
}

function greatestInteger(...values) {
  const [a, b] = values.map((value) => (value < 0 ? -BigInt(value) : BigInt(value)))
  return a > b ? a : b
}

const greaterOf = (a, b) => Math.max(Math.abs(Number(a)), Math.abs(Number(b)))
