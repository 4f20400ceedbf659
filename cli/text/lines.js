// Lines of a text file or of the standard input, many at a time.

import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

const CHUNK = 1 << 18
/** No number, and no row of a table of numbers, is longer. */
const LONGEST = 1 << 24

/**
 * @param {string | undefined} path none for the standard input
 * @param {(bytes: number) => void} onProgress
 * @yields {string[]} lines without their ends
 */
export async function* linesOf(path, onProgress = () => {}) {
  const stream = path === undefined ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop()
    if (rest.length > LONGEST) throw new RangeError('a line is longer than any number or row: is it a text file?')
    yield lines.map(withoutReturn)
    onProgress(bytes)
  }
  rest += decoder.end()
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line) => (line.endsWith('\r') ? line.slice(0, -1) : line)
