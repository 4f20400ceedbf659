// An array that many append to: each element is there once, whole, and each writer's in its order.

const WRITER = 32n
/** Most elements a member appends in one call: as many may be there without being on the board when it is killed. */
export const MOST_AT_ONCE = 50

/** The elements a writer appends: its number above, a count from 1 below. None is 0, and no part of one is another. */
export const elementOf = (writer, count) => (BigInt(writer + 1) << WRITER) + BigInt(count)

export class Ledger {
  #array
  #counts = new Map()
  #seen = 0

  /** @param {import('../index.js').MmapArray<'q'>} array one that nobody shortens */
  constructor(array) {
    this.#array = array
  }

  get length() {
    return this.#seen
  }

  /** Looks at what was appended since; throws at the first element that is wrong. */
  follow() {
    const length = this.#array.refresh()
    if (length < this.#seen) throw new Error(`a ledger of ${this.#seen} elements has ${length}`)
    const { view } = this.#array
    for (; this.#seen < length; this.#seen++) {
      const element = view[this.#seen]
      const writer = Number(element >> WRITER) - 1
      const count = (this.#counts.get(writer) ?? 0) + 1
      if (element !== elementOf(writer, count)) {
        throw new Error(`element ${this.#seen} is ${element}: count ${count} of writer ${writer} is expected`)
      }
      this.#counts.set(writer, count)
    }
  }

  /** Holds what is there against what a writer says it has appended. */
  check(writer, said) {
    const count = this.#counts.get(writer) ?? 0
    if (count < said || count > said + MOST_AT_ONCE) {
      throw new Error(`writer ${writer} appended ${said} elements, ${count} are there`)
    }
  }
}
