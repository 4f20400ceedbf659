// The standard output: it waits for a slow reader, and ends quietly if the reader has gone.

export class Output {
  #stream
  /** The error after which nothing can be written. */
  #failure

  constructor(stream) {
    this.#stream = stream
    stream.on('error', (error) => (this.#failure ??= error))
  }

  /** Whether the reader has gone. */
  get isClosed() {
    return this.#failure?.code === 'EPIPE'
  }

  get isTerminal() {
    return Boolean(this.#stream.isTTY)
  }

  /** Whether it shows 16 million colours. */
  get hasAllColours() {
    return this.isTerminal && this.#stream.getColorDepth() >= 24
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

  /** Bigints, NaN and infinities become strings: JSON has no such numbers. */
  async json(value) {
    const isNumber = (part) => typeof part !== 'bigint' && (typeof part !== 'number' || Number.isFinite(part))
    await this.line(JSON.stringify(value, (_, part) => (isNumber(part) ? part : String(part))))
  }
}
