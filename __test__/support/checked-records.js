// Records of 20 bytes, so that some lie across a page border. Each names its writer, its number among the records of that writer, and a
// number that follows from both: a torn or shifted record does not pass.
import { expect } from 'vitest'

export const TYPE = { writer: 'I', n: 'd', check: 'd' }
export const SIZE = 20

/** The source that writers in processes and threads of their own begin with: `record(writer, n)`, and `records(writer, from, count)` as bytes. */
export const RECORDS = `
  const TYPE = ${JSON.stringify(TYPE)}
  const record = (writer, n) => ({ writer, n, check: 3 * n + writer + 0.5 })
  const records = (writer, from, count) => {
    const view = new DataView(new ArrayBuffer(${SIZE} * count))
    for (let i = 0; i < count; i++) {
      view.setUint32(${SIZE} * i, writer, true)
      view.setFloat64(${SIZE} * i + 4, from + i, true)
      view.setFloat64(${SIZE} * i + 12, 3 * (from + i) + writer + 0.5, true)
    }
    return new Uint8Array(view.buffer)
  }`

/** Counts the records of each writer, and fails at the first that is not the writer's next one. */
export class RecordCounts {
  #counts = new Map()

  /** The number of records of a writer. */
  of(writer) {
    return this.#counts.get(writer) ?? 0
  }

  add({ writer, n, check }, at) {
    if (n !== this.of(writer) + 1 || check !== 3 * n + writer + 0.5) {
      const last = this.of(writer)
      expect.fail(
        `record ${at} is ${JSON.stringify({ writer, n, check })}, and the last one of that writer was ${last}`,
      )
    }
    this.#counts.set(writer, n)
  }

  /** Adds all records of a file, of which it has whole ones only. */
  addAll(bytes) {
    expect(bytes.length % SIZE).toBe(0)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < bytes.length; at += SIZE) {
      const writer = view.getUint32(at, true)
      this.add({ writer, n: view.getFloat64(at + 4, true), check: view.getFloat64(at + 12, true) }, at / SIZE)
    }
    return this
  }
}
