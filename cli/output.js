// The standard output: waits where its reader is slow, and ends quietly where the reader has gone.

import { once } from 'node:events'

export class Output {
  #stream
  /** Whether nobody reads any more. */
  isClosed = false

  constructor(stream) {
    this.#stream = stream
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
      this.isClosed = true
    })
  }

  get isTerminal() {
    return Boolean(this.#stream.isTTY)
  }

  /** How many characters a line holds. */
  get columns() {
    return this.#stream.columns ?? 80
  }

  async write(chunk) {
    if (!this.isClosed && !this.#stream.write(chunk)) await Promise.race([once(this.#stream, 'drain'), this.#closed()])
    if (this.isClosed) throw new ReaderGone()
  }

  async line(text) {
    await this.write(`${text}\n`)
  }

  async json(value) {
    await this.line(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)))
  }

  async #closed() {
    await new Promise((close) => this.#stream.once('error', close))
  }
}

class ReaderGone extends Error {}
