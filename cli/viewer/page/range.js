// The visible range of elements. It can be zoomed and panned, and follows the end if it was at the end.

/** The fewest elements to show. */
const LEAST = 8

export class Range {
  /** Elements from `start` to before `stop`, of `length`; not rounded, so that many small steps add up. */
  constructor(length) {
    this.length = length
    this.showAll()
  }

  get span() {
    return this.stop - this.start
  }

  get isAll() {
    return this.start === 0 && this.stop === this.length
  }

  showAll() {
    this.start = 0
    this.stop = this.length
  }

  /** Looks at as many from another start. */
  moveTo(start) {
    const { span } = this
    this.start = Math.min(Math.max(start, 0), Math.max(this.length - span, 0))
    this.stop = Math.min(this.start + span, this.length)
  }

  /** @param {number} factor below 1 to see fewer @param {number} at the element that stays where it is */
  zoom(factor, at = (this.start + this.stop) / 2) {
    const span = Math.min(Math.max(this.span * factor, Math.min(LEAST, this.length)), this.length)
    const share = this.span > 0 ? (at - this.start) / this.span : 0.5
    this.start = at - share * span
    this.stop = this.start + span
    this.moveTo(this.start)
  }

  moveToEnd() {
    this.moveTo(this.length)
  }

  /** Takes a new length over. */
  setLength(length) {
    const { isAll, span } = this
    const isAtEnd = this.stop === this.length
    this.length = length
    if (isAll) this.showAll()
    else if (isAtEnd || this.stop > length) {
      this.start = Math.max(length - span, 0)
      this.stop = length
    }
  }

  /** Whole elements. */
  toIndices() {
    const start = Math.floor(this.start)
    return { start, stop: Math.min(Math.max(Math.ceil(this.stop), start + 1), this.length) }
  }
}
