import { MmapArray } from '../../index.js'
import { CAPACITY, FIRST_TAIL, HEAD, NUMBER, RECORDS, RECORD_WORDS, VALUE } from './layout.js'

const PATIENCE_MS = 20_000

/** A reader with its own tail in the ring. It gets every record, in order. The writer waits for the slowest reader. */
export class RingReader {
  #words
  #view
  #tail

  constructor(handle, index) {
    this.#words = MmapArray.attach(handle)
    // Atomics, so that on every processor the records are there when the head counts them.
    this.#view = this.#words.sharedView
    this.#tail = FIRST_TAIL + index
  }

  /** Sleeps until a record comes, then takes all new records. For threads that may block. */
  take() {
    const read = Atomics.load(this.#view, this.#tail)
    while (Atomics.load(this.#view, HEAD) === read) {
      if (this.#words.wait(HEAD, read, PATIENCE_MS) === 'timed-out') throw new Error('the writer is silent')
    }
    return this.#takeFrom(read)
  }

  /** Does the same without blocking the event loop. */
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
    // From now on, the writer may overwrite these records.
    Atomics.store(this.#view, this.#tail, head)
    this.#words.notify(this.#tail)
    return records
  }

  close() {
    this.#words.close()
  }
}
