// How two rows of elements differ, block by block.

export class Differences {
  count = 0
  /** @type {{ index: number, values: [unknown, unknown] } | undefined} */
  first
  /** Of numbers: the pair that lies furthest apart; a NaN beside a number is no distance. */
  largest
  #tolerance
  #relative
  #indexOf

  /** @param {{ tolerance: number, relative: number, indexOf?: (at: number) => number }} terms where an element is, by its turn */
  constructor({ tolerance, relative, indexOf = (at) => at }) {
    this.#tolerance = tolerance
    this.#relative = relative
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
      if (distance < Infinity && distance <= Math.max(this.#tolerance, this.#relative * greaterOf(a, b))) continue
      this.count += 1
      const pair = { index: this.#indexOf(start + index), values: [a, b] }
      if (this.first === undefined || pair.index < this.first.index) this.first = pair
      const least = this.largest ?? { distance: 0, index: -1 }
      if (distance > least.distance || (distance === least.distance && pair.index < least.index))
        this.largest = { ...pair, distance }
    }
  }
}

function haveTheSameBytes(values, others) {
  if (!ArrayBuffer.isView(values) || values.constructor !== others.constructor) return false
  return bytesOf(values).equals(bytesOf(others))
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)

/** A number, of integers the nearest to how far they are apart: never 0 for two that are not equal. */
function distanceOf(a, b) {
  if (typeof a === typeof b) return Math.abs(Number(a - b))
  // A double that is no integer is small enough for doubles to tell it from every integer.
  const areWhole = [a, b].every((value) => typeof value === 'bigint' || Number.isInteger(value))
  return Math.abs(areWhole ? Number(BigInt(a) - BigInt(b)) : Number(a) - Number(b))
}

const greaterOf = (a, b) => Math.max(Math.abs(Number(a)), Math.abs(Number(b)))
