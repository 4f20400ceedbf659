// What every worker has done so far, in an array that all of them share: it can be read after a worker was killed.

const NAMES = ['file', 'memory', 'reserved', 'locked', 'truncations', 'faults', 'wakes', 'arrays', 'turns']
export const COUNTERS_TYPE = 'd'

export const countersLength = (workers) => workers * NAMES.length

/** The counters of one worker. */
export class Counters {
  #view
  #start

  constructor(view, worker) {
    this.#view = view
    this.#start = worker * NAMES.length
  }

  get(name) {
    return this.#view[this.#start + NAMES.indexOf(name)]
  }

  set(name, value) {
    this.#view[this.#start + NAMES.indexOf(name)] = value
  }

  add(name, count = 1) {
    this.set(name, this.get(name) + count)
  }
}
