// Checks that bytes are UTF-8. An error names the line of the first byte that is not.

import { isUtf8 } from 'node:buffer'
import { DataError } from '../failures.js'

const LINE_FEED = 10

/** Checks a file chunk by chunk. A chunk may end in the middle of a character. */
export class Utf8Check {
  /** The incomplete character at the end of the previous chunk. */
  #rest = Buffer.alloc(0)
  #line = 1

  add(chunk) {
    const bytes = Buffer.concat([this.#rest, chunk])
    const whole = bytes.subarray(0, beginOfUnfinished(bytes))
    if (!isUtf8(whole)) throw this.#failure(whole)
    this.#line += linesIn(whole)
    this.#rest = bytes.subarray(whole.length)
  }

  end() {
    if (this.#rest.length > 0) throw this.#failure(this.#rest)
  }

  #failure(bytes) {
    let [line, begin] = [this.#line, 0]
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, begin)) {
      if (!isUtf8(bytes.subarray(begin, end))) break
      ;[line, begin] = [line + 1, end + 1]
    }
    return new DataError(`line ${line}: this is not UTF-8: convert the file first, as with iconv -f LATIN1 -t UTF-8`)
  }
}

/** The index of an incomplete character at the end, or the length if the last character is complete. */
function beginOfUnfinished(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]
    if ((byte & 0xc0) === 0x80) continue
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return size > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function linesIn(bytes) {
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
