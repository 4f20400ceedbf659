// A canvas of characters for a terminal: each holds two dots across and four down, and belongs to the series that drew it last.

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
  #owners

  constructor(columns, rows) {
    this.columns = columns
    this.rows = rows
    this.#cells = new Uint8Array(columns * rows)
    this.#owners = new Uint8Array(columns * rows)
  }

  /** Sets the dots of a column, from one row of dots to another; row 0 is the upper one. */
  line(x, from, to, owner = 0) {
    for (let y = Math.min(from, to); y <= Math.max(from, to); y++) {
      const cell = Math.floor(y / DOWN) * this.columns + Math.floor(x / ACROSS)
      this.#cells[cell] |= DOTS[y % DOWN][x % ACROSS]
      this.#owners[cell] = owner
    }
  }

  /**
   * @param {(text: string, owner: number) => string} paint shows characters that belong to one series
   * @returns {string[]} a line for each row
   */
  toLines(paint = (text) => text) {
    return Array.from({ length: this.rows }, (_, row) => {
      let [line, run, owner] = ['', '', 0]
      for (let cell = row * this.columns; cell < (row + 1) * this.columns; cell++) {
        const isBlank = this.#cells[cell] === 0
        if (!isBlank && this.#owners[cell] !== owner) {
          line += run && paint(run, owner)
          ;[run, owner] = ['', this.#owners[cell]]
        }
        run += String.fromCharCode(BLANK + this.#cells[cell])
      }
      return line + paint(run, owner)
    })
  }
}
