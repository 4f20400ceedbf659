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
