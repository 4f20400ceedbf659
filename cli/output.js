// The standard output: waits where its reader is slow, and ends quietly where the reader has gone.

export class Output {
  #stream
  /** Why nothing can be written any more. */
  #failure

  constructor(stream) {
    this.#stream = stream
    stream.on('error', (error) => (this.#failure ??= error))
  }

  /** Whether nobody reads any more. */
  get isClosed() {
    return this.#failure?.code === 'EPIPE'
  }

  get isTerminal() {
    return Boolean(this.#stream.isTTY)
  }

  /** How many characters a line holds. */
  get columns() {
    return this.#stream.columns ?? 80
  }

  async write(chunk) {
    if (!this.#failure) {
      const error = await new Promise((written) => this.#stream.write(chunk, written))
      if (error) this.#failure ??= error
    }
    if (this.#failure) throw this.#failure
  }

  async line(text) {
    await this.write(`${text}\n`)
  }

  async json(value) {
    await this.line(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)))
  }
}
