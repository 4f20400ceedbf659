import { Contender } from './contender.js'

/**
 * Where the contenders of a match sit. Each is a fresh process, that leaves with the match; only where nothing is measured
 * does one of many tasks stay for the next, which saves its start.
 */
export class Seats {
  #stays
  #kept = new Map()

  constructor({ stays }) {
    this.#stays = stays
  }

  take(name, spec) {
    const stays = this.#stays && spec.task !== undefined
    const contender = (stays && this.#kept.get(name)) || new Contender(name, spec)
    if (stays) this.#kept.set(name, contender)
    return contender
  }

  /** After the last round: each must end well. */
  async leave(contenders) {
    for (const contender of contenders) if (!this.#isKept(contender)) await contender.end()
  }

  /** Whatever happened: nobody stays that should not. */
  dismiss(contenders, { hasFailed }) {
    for (const contender of contenders) {
      if (this.#isKept(contender) && !hasFailed) continue
      contender.kill()
      for (const [key, kept] of this.#kept) if (kept === contender) this.#kept.delete(key)
    }
  }

  #isKept(contender) {
    return [...this.#kept.values()].includes(contender)
  }

  /** The end of the run. */
  async close() {
    const kept = [...this.#kept.values()]
    this.#kept.clear()
    for (const contender of kept) await contender.end()
  }
}
