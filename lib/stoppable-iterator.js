// An async iterator that ends at once. That of a generator does not: its return() waits for a pending next(), which may wait for
// an event that never comes.

const DONE = { value: undefined, done: true }

/**
 * Iterates over what a generator yields. `return()`, `throw()` and the abort of the signal call `stop` at once, whether a `next()` is
 * pending or the consumer is busy; the end of the generator and its error call it too. It must end what the generator waits for,
 * and may be called more than once.
 */
export class StoppableIterator {
  #generator
  #stop
  /** @type {AbortSignal | undefined} */
  #signal
  #hasStarted = false
  #hasEnded = false
  #onAbort = () => this.#stop()

  /** @param {{ stop: () => void, signal?: AbortSignal }} options */
  constructor(generator, { stop, signal }) {
    this.#generator = generator
    this.#stop = stop
    this.#signal = signal
  }

  [Symbol.asyncIterator]() {
    return this
  }

  async next() {
    if (this.#hasEnded) return DONE
    this.#start()
    try {
      const result = this.#signal?.aborted ? DONE : await this.#generator.next()
      // The consumer gets a value that came together with an abort, because the value may have to be closed.
      if (!result.done) return result
    } catch (error) {
      await this.#end()
      throw error
    }
    const isFirst = !this.#hasEnded
    await this.#end()
    if (isFirst) this.#signal?.throwIfAborted()
    return DONE
  }

  async return(value) {
    await this.#end()
    return { value, done: true }
  }

  async throw(error) {
    await this.#end()
    throw error
  }

  #start() {
    if (this.#hasStarted) return
    this.#hasStarted = true
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async #end() {
    this.#hasEnded = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#stop()
    await this.#generator.return()
  }
}

// Runtimes that have the symbol: `await using` ends the iterator.
if (Symbol.asyncDispose !== undefined) {
  StoppableIterator.prototype[Symbol.asyncDispose] = async function dispose() {
    await this.return()
  }
}
