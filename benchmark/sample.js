// The elements of all arrays, and the checksum of bytes in an answer. subject.py does the same.
import { crc32 } from 'node:zlib'

/** The typecodes of the table. */
export const ELEMENT_TYPES = {
  i: { View: Int32Array, c: 'int32_t' },
  I: { View: Uint32Array, c: 'uint32_t' },
  q: { View: BigInt64Array, c: 'int64_t' },
  f: { View: Float32Array, c: 'float' },
  d: { View: Float64Array, c: 'double' },
}

// The sample: small whole numbers, so that every sum is exact in every type and every language.
const PERIOD = 1000
const sampleAt = (index) => (index % PERIOD) - 300

/** Occurs once in every thousand elements of the sample. */
export const RARE = 42

/** Occurs only as the last element of the sample. */
export const LAST = 5000

export function fillWithSample(values) {
  const { length } = values
  const first = Math.min(length, PERIOD)
  const number = values instanceof BigInt64Array ? BigInt : Number
  for (let index = 0; index < first; index++) values[index] = number(sampleAt(index))
  for (let filled = first; filled < length; filled *= 2) values.copyWithin(filled, 0, filled)
  if (length > 0) values[length - 1] = number(LAST)
  return values
}

export const sample = (View, elements) => fillWithSample(new View(elements))

export function sampleSum(elements) {
  let sum = 0
  for (let index = 0; index < elements - 1; index++) sum += sampleAt(index)
  return elements > 0 ? sum + LAST : sum
}

export function sumOf(view) {
  let sum = 0
  for (let index = 0; index < view.length; index++) sum += view[index]
  return sum
}

/** How often RARE is among so many elements. */
export const rareCount = (elements) => Math.floor((elements - 1 + PERIOD - 1 - (RARE + 300)) / PERIOD)

/** Unordered numbers of 32 bits, the same in every run, from a linear congruential generator with stirred low bits. */
export function random(View, elements, seed = 1) {
  const values = new View(elements)
  const number = values instanceof BigInt64Array ? BigInt : Number
  let state = seed
  for (let index = 0; index < elements; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    values[index] = number(state ^ (state >>> 15))
  }
  return values
}

/** The answer for bytes: their number and their CRC-32. */
export function checksum(view) {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  let crc = 0
  // zlib takes less than 4 GiB at once
  for (let at = 0; at < bytes.length; at += 2 ** 30) crc = crc32(bytes.subarray(at, at + 2 ** 30), crc)
  return `${bytes.length}:${crc}`
}
