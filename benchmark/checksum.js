// What stands for bytes in an answer: how many, and a checksum of all or of some of them. The same in every language.
import { crc32 } from 'node:zlib'

/** Of `some`, a block is looked at in every stride, and the last bytes. */
const BLOCK = 4096
const STRIDE = 16 * BLOCK

/** @param {ArrayBufferView} view */
export function checksum(view, extent) {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  const { length } = bytes
  if (extent === 'all' || length <= STRIDE) return `${length}:${crcOf(bytes, 0)}`
  let crc = 0
  for (let at = 0; at < length; at += STRIDE) crc = crc32(bytes.subarray(at, at + BLOCK), crc)
  return `${length}:${crc32(bytes.subarray(length - BLOCK), crc)}`
}

/** zlib takes less than 4 GiB at once. */
function crcOf(bytes, start) {
  let crc = start
  for (let at = 0; at < bytes.length; at += 2 ** 30) crc = crc32(bytes.subarray(at, at + 2 ** 30), crc)
  return crc
}
