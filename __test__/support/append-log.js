// A log that many writers append to: each element is there once, whole, and each writer's in its order.

const WRITER = 32n

/** The elements of a writer: its number above, a count from 1 below. None is 0, and no part of one is another. */
export const elementOf = (writer, count) => (BigInt(writer + 1) << WRITER) + BigInt(count)

export class AppendLog {
  #array
  #counts = new Map()
  #length = 0

  /** @param {import('../../index.js').MmapArray<'q'>} array one that nobody shortens */
  constructor(array) {
    this.#array = array
  }

  /** Elements that were checked. */
  get length() {
    return this.#length
  }

  /** How many of a writer's elements were checked. */
  countOf(writer) {
    return this.#counts.get(writer) ?? 0
  }

  /** Checks what was appended since; throws at the first element that is wrong. */
  check() {
    const length = this.#array.refresh()
    if (length < this.#length) throw new Error(`a log of ${this.#length} elements has ${length}`)
    for (; this.#length < length; this.#length++) {
      const element = this.#array.get(this.#length)
      const writer = Number(element >> WRITER) - 1
      const count = this.countOf(writer) + 1
      if (element !== elementOf(writer, count)) {
        throw new Error(`element ${this.#length} is ${element}: count ${count} of writer ${writer} is expected`)
      }
      this.#counts.set(writer, count)
    }
  }
}
