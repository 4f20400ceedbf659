// What every member has done so far, in an array that all of them share: it is there to be read after a member was killed.

/** Numbers a member has on the board. */
const FIELDS = ['file', 'memory', 'reserved', 'locked', 'cuts', 'faults', 'wakes', 'arrays', 'turns']
export const BOARD_TYPE = 'd'

export const boardLength = (members) => members * FIELDS.length

/** A member's own numbers on the board: `has.cuts` reads, `add('cuts', 1)` counts. */
export class Row {
  #view
  #start

  constructor(view, member) {
    this.#view = view
    this.#start = member * FIELDS.length
  }

  get(field) {
    return this.#view[this.#start + FIELDS.indexOf(field)]
  }

  set(field, value) {
    this.#view[this.#start + FIELDS.indexOf(field)] = value
  }

  add(field, count = 1) {
    this.set(field, this.get(field) + count)
  }
}
