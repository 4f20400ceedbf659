// What the contenders' arrays hold: small whole numbers, so that every sum is exact in every type and every language.

const sampleAt = (index) => (index % 1000) - 300

/** A typed array of the first elements. */
export function sample(View, elements) {
  const values = new View(elements)
  for (let index = 0; index < elements; index++) values[index] = sampleAt(index)
  return values
}

/** Sum of the sample. */
export function sampleSum(elements) {
  let sum = 0
  for (let index = 0; index < elements; index++) sum += sampleAt(index)
  return sum
}

/** Sum of the indices, which is what loops that write put in. */
export const indexSum = (elements) => (elements * (elements - 1)) / 2

/** A typed array of numbers that lie all over the range of 32 bits, no two alike. */
export function scrambled(View, elements, first = 0) {
  const values = new View(elements)
  for (let index = 0; index < elements; index++) values[index] = Math.imul(first + index, 0x9e3779b1)
  return values
}

/** What tells an array that was written from one that was not, in every language. */
export const probe = (values) => values[0] + 3 * values[1] + 7 * values.at(-1)
