import { END, valueOf } from './layout.js'

/** Counts the records of a reader, and those that are wrong or out of order. */
export class Tally {
  records = 0
  mistakes = 0
  isEnded = false

  add(records) {
    for (const { number, value } of records) {
      if (this.isEnded || number !== this.records) this.mistakes++
      if (value === END) {
        this.isEnded = true
        return
      }
      if (value !== valueOf(number)) this.mistakes++
      this.records++
    }
  }

  get result() {
    return { records: this.records, mistakes: this.mistakes }
  }
}
