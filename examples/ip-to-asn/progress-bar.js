const WIDTH = 40
const REDRAW_EVERY_MS = 40
const PLAIN_LINE_EVERY = 0.25

/** Redraws one line on a terminal. In a pipe or a file, it prints a line at each quarter. */
export class ProgressBar {
  #stream
  #title
  #drawnAt = -Infinity
  #nextPlainLine = PLAIN_LINE_EVERY

  constructor(title, stream = process.stdout) {
    this.#title = title
    this.#stream = stream
  }

  update(fraction, step) {
    if (this.#stream.isTTY) this.#redraw(fraction, step)
    else if (fraction >= this.#nextPlainLine) {
      this.#stream.write(`${this.#title} ${percent(fraction)}  ${step}\n`)
      this.#nextPlainLine = (Math.floor(fraction / PLAIN_LINE_EVERY) + 1) * PLAIN_LINE_EVERY
    }
  }

  /** Removes the line from the terminal, because the result has its own line. */
  finish() {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K')
  }

  #redraw(fraction, step) {
    const now = performance.now()
    if (now - this.#drawnAt < REDRAW_EVERY_MS && fraction < 1) return
    this.#drawnAt = now
    const full = Math.round(fraction * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    this.#stream.write(`\r\x1b[K${this.#title} ${bar} ${percent(fraction)}  ${step}`)
  }
}

function percent(fraction) {
  return `${Math.floor(fraction * 100)} %`.padStart(5)
}
