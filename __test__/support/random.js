// Random numbers that a seed repeats.

/** 32 bits from a text. */
function hash(text) {
  let bits = 0x811c9dc5
  for (let n = 0; n < text.length; n++) bits = Math.imul(bits ^ text.charCodeAt(n), 0x01000193)
  return bits >>> 0
}

export class Random {
  #state

  /** Anything that prints the same gives the same numbers. */
  constructor(...seed) {
    this.#state = hash(seed.join('/'))
  }

  /** 32 bits: Weyl's sequence, mixed. */
  bits() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return (bits ^ (bits >>> 16)) >>> 0
  }

  bigBits() {
    return (BigInt(this.bits()) << 32n) | BigInt(this.bits())
  }

  /** from low to high, both included */
  integer(low, high) {
    return low + Math.floor((this.bits() / 2 ** 32) * (high - low + 1))
  }

  /** from 0 to before a limit */
  below(limit) {
    return this.integer(0, limit - 1)
  }

  chance(probability) {
    return this.bits() < probability * 2 ** 32
  }

  pick(list) {
    return list[this.integer(0, list.length - 1)]
  }

  list(low, high, make) {
    return Array.from({ length: this.integer(low, high) }, () => make())
  }
}

/** The seeds of a test with random numbers: what MMAP_ARRAY_SEED says, else one that is always the same and a new one. */
export const SEEDS = process.env.MMAP_ARRAY_SEED ? [process.env.MMAP_ARRAY_SEED] : ['1', String(Date.now())]
