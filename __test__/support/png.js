// Reads a PNG, for tests of pictures.
import { inflateSync } from 'node:zlib'
import { expect } from 'vitest'

/** Pixels of an image of 8 bits a channel and four channels, not interlaced. */
export function decodePng(bytes) {
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'))
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  expect([...bytes.subarray(24, 29)]).toEqual([8, 6, 0, 0, 0])
  const data = []
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)))
  }
  const packed = inflateSync(Buffer.concat(data))
  const stride = width * 4
  const pixels = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = packed[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const left = x >= 4 ? pixels[y * stride + x - 4] : 0
      const up = y > 0 ? pixels[(y - 1) * stride + x] : 0
      const corner = x >= 4 && y > 0 ? pixels[(y - 1) * stride + x - 4] : 0
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)]
      pixels[y * stride + x] = packed[y * (stride + 1) + 1 + x] + guesses[filter]
    }
  }
  return { width, height, pixels }
}

function paeth(left, up, corner) {
  const guess = left + up - corner
  const distances = [left, up, corner].map((value) => Math.abs(guess - value))
  return [left, up, corner][distances.indexOf(Math.min(...distances))]
}
