// What the contenders' arrays hold: small whole numbers, so that every sum is exact in every type and every language.
// The contenders in Python and C make the same.

const PERIOD = 1000
const sampleAt = (index) => (index % PERIOD) - 300

/** In the sample once in every thousand elements. */
export const RARE = 42

/** The last element, and nowhere else in the sample. */
export const LAST = 5000

/** Puts the sample into a typed array. */
export function fillWithSample(values) {
  const { length } = values
  const first = Math.min(length, PERIOD)
  const number = values instanceof BigInt64Array ? BigInt : Number
  for (let index = 0; index < first; index++) values[index] = number(sampleAt(index))
  for (let filled = first; filled < length; filled *= 2) values.copyWithin(filled, 0, filled)
  if (length > 0) values[length - 1] = number(LAST)
  return values
}

/** A typed array of so many elements. */
export const sample = (View, elements) => fillWithSample(new View(elements))

/** Sum of the sample. */
export function sampleSum(elements) {
  let sum = 0
  for (let index = 0; index < elements - 1; index++) sum += sampleAt(index)
  return elements > 0 ? sum + LAST : sum
}

/** How often RARE is among so many elements. */
export const rareCount = (elements) => sampleCount(elements - 1, RARE)
const sampleCount = (elements, value) => Math.floor((elements + PERIOD - 1 - (value + 300)) / PERIOD)

/** Sum of the indices, which is what loops that write put in. */
export const indexSum = (elements) => (elements * (elements - 1)) / 2

/** Numbers over all 32 bits, in no order, the same in every run: a linear congruential generator's, its low bits stirred. */
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
