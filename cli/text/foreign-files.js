// Recognises files that are not the text to be read, and names a program that converts them.

import { DataError } from '../failures.js'

const PACKED = [
  ['gzip', '1f8b', 'gunzip -c'],
  ['bzip2', '425a6839314159265359', 'bunzip2 -c'],
  ['xz', 'fd377a585a00', 'xz -dc'],
  ['Zstandard', '28b52ffd', 'zstd -dc'],
  ['zip', '504b0304', 'unzip -p'],
]
const BINARY = [
  ['a NumPy file', '934e554d5059', 'name it .npy, or give --from npy'],
  ['a PDF document', '255044462d', undefined],
  ['a PNG picture', '89504e470d0a', undefined],
  ['a Parquet file', '5041523115', undefined],
  ['an Arrow file', '4152524f573100', undefined],
  ['an HDF5 file', '894844460d0a1a0a', undefined],
  ['an SQLite database', '53514c69746520666f726d6174203300', undefined],
  ['an old Excel file', 'd0cf11e0a1b11ae1', 'save it as CSV'],
]
const MARKS = { 16: ['fffe', 'feff'], 32: ['fffe0000', '0000feff'] }
/** How many bytes of a file are examined. */
const LOOKED_AT = 1 << 16

const beginsWith = (bytes, hex) => bytes.subarray(0, hex.length / 2).toString('hex') === hex

/**
 * Refuses text that is not UTF-8.
 * @param {Buffer} bytes the first of a file
 */
export function requireText(bytes) {
  const head = bytes.subarray(0, LOOKED_AT)
  for (const [name, magic, command] of PACKED) {
    if (beginsWith(head, magic)) throw new DataError(`this is packed by ${name}: unpack it first, as with ${command}`)
  }
  for (const [name, magic, remedy] of BINARY) {
    if (beginsWith(head, magic))
      throw new DataError(`this is ${name}, not text${remedy === undefined ? '' : `: ${remedy}`}`)
  }
  const zero = head.indexOf(0)
  if (zero < 0 && !hasMark(head, 16)) return
  const bits = [32, 16].find((size) => hasMark(head, size)) ?? [32, 16].find((size) => isWide(head, size / 8))
  if (bits !== undefined)
    throw new DataError(`this is UTF-${bits}, not UTF-8: convert it first, with iconv -f UTF-${bits} -t UTF-8`)
  throw new DataError(`this is not text: byte ${zero} is 0`)
}

const hasMark = (head, bits) => MARKS[bits].some((mark) => beginsWith(head, mark))

/** Whether bytes are mostly ASCII in units of so many bytes: of each, all but the first or the last byte are zero. */
function isWide(head, size) {
  const zeros = Array(size).fill(0)
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % size] += 1
  const most = head.length / size / 2
  const [first, last] = [zeros[0], zeros.at(-1)]
  return (
    Math.min(first, last) === 0 && Math.max(first, last) > most && zeros.slice(1, -1).every((count) => count > most)
  )
}

const HTML = /^\s*<(?:!doctype|html|\?xml|error)\b/i
const OLD_MAC = /\r[^\n]/

/**
 * Refuses text that is not a table.
 * @param {string} text the first of a file
 */
export function requireTable(text) {
  const head = text.slice(0, LOOKED_AT)
  if (HTML.test(head)) throw new DataError('this is HTML or XML, not a table')
  if (isJson(head)) throw new DataError('this is JSON, not a table: --from jsonl reads JSON with a value a line')
  if (!head.includes('\n') && OLD_MAC.test(head))
    throw new DataError(String.raw`this has the line ends of an old Mac (CR): convert it first, with tr '\r' '\n'`)
}

/** Whether a text begins as JSON does, and not with a title such as [0]. */
function isJson(text) {
  const [line] = text.trimStart().split('\n', 1)
  if (!/^[[{]/.test(line)) return false
  if (/^(?:\{\s*"[^"]*"\s*:|\[\s*\{)/.test(line) || !/[\]}]/.test(line)) return true
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
