import { MmapArray } from '../../index.js'
import { CAPACITY, FIRST_TAIL, HEAD, NUMBER, RECORDS, RECORD_WORDS, VALUE } from './layout.js'

const PATIENCE_MS = 20_000

/** One reader's place in the ring. It gets every record, in order; the writer waits for the slowest. */
export class RingReader {
  #words
  #view
  #tail

  constructor(handle, index) {
    this.#words = MmapArray.attach(handle)
    // Atomics, because what the head promises must be there when it is read, on every processor
    this.#view = this.#words.sharedView
    this.#tail = FIRST_TAIL + index
  }

  /** Sleeps until there is a record, then takes all that are there. For threads that may block. */
  take() {
    const read = Atomics.load(this.#view, this.#tail)
    while (Atomics.load(this.#view, HEAD) === read) {
      if (this.#words.wait(HEAD, read, PATIENCE_MS) === 'timed-out') throw new Error('the writer is silent')
    }
    return this.#takeFrom(read)
  }

  /** The same without blocking: the event loop goes on meanwhile. */
  async takeAsync() {
    const read = Atomics.load(this.#view, this.#tail)
    while (Atomics.load(this.#view, HEAD) === read) {
      if ((await this.#words.waitAsync(HEAD, read, PATIENCE_MS)) === 'timed-out')
        throw new Error('the writer is silent')
    }
    return this.#takeFrom(read)
  }

  #takeFrom(read) {
    const head = Atomics.load(this.#view, HEAD)
    const records = []
    for (let record = read; record < head; record++) {
      const at = RECORDS + (record % CAPACITY) * RECORD_WORDS
      records.push({ number: this.#view[at + NUMBER], value: this.#view[at + VALUE] })
    }
    // From here on the writer may write over them.
    Atomics.store(this.#view, this.#tail, head)
    this.#words.notify(this.#tail)
    return records
  }

  close() {
    this.#words.close()
  }
}
