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

  /** What JSON has no number for is a string: bigints, NaN and infinities. */
  async json(value) {
    const isNumber = (part) => typeof part !== 'bigint' && (typeof part !== 'number' || Number.isFinite(part))
    await this.line(JSON.stringify(value, (_, part) => (isNumber(part) ? part : String(part))))
  }
}
