// A canvas of characters for a terminal: each holds two dots across and four down.

const BLANK = 0x2800
/** The bit of each dot, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]
export const ACROSS = 2
export const DOWN = 4

export class Braille {
  #cells

  constructor(columns, rows) {
    this.columns = columns
    this.rows = rows
    this.#cells = new Uint8Array(columns * rows)
  }

  /** Sets the dots of a column, from one row of dots to another; row 0 is the upper one. */
  line(x, from, to) {
    for (let y = Math.min(from, to); y <= Math.max(from, to); y++) {
      const cell = Math.floor(y / DOWN) * this.columns + Math.floor(x / ACROSS)
      this.#cells[cell] |= DOTS[y % DOWN][x % ACROSS]
    }
  }

  /** @returns {string[]} a line for each row */
  toLines() {
    return Array.from({ length: this.rows }, (_, row) => {
      const cells = this.#cells.subarray(row * this.columns, (row + 1) * this.columns)
      return String.fromCharCode(...Array.from(cells, (dots) => BLANK + dots))
    })
  }
}
