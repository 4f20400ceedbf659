// What a comparison must reach; `measured` comes from duel.js.

const ratioOf = ({ ratio }) => ratio.toFixed(2)

/** A ratio of times. */
export const atMost = (limit) => ({
  text: `≤ ${limit.toFixed(2)}`,
  result: ratioOf,
  isMet: ({ ratio }) => ratio <= limit,
})

/** The same time: 1.00 lies among the middle half of the ratios, or no further than 5 % away. */
export const SAME = {
  text: '1.00 within noise',
  result: ratioOf,
  isMet: ({ ratio, lower }) => lower <= 1 || ratio <= 1.05,
}

/** Nothing to reach: only there to be seen. */
export const NONE = { text: '', result: ratioOf, isMet: () => null }

/** So many nanoseconds an operation beyond the other's. */
export const atMostMore = (nanoseconds) => ({
  text: `≤ + ${nanoseconds} ns`,
  result: ({ ours, theirs }) => `${ours < theirs ? '-' : '+'} ${Math.abs(ours - theirs).toFixed(0)} ns`,
  isMet: ({ ours, theirs }) => ours - theirs <= nanoseconds,
})

/** A ratio of times, and so many nanoseconds on top. */
export const atMostAnd = (limit, nanoseconds) => ({
  text: `≤ ${limit.toFixed(2)} + ${nanoseconds} ns`,
  result: ratioOf,
  isMet: ({ ours, theirs }) => ours <= limit * theirs + nanoseconds,
})

/** So many nanoseconds an operation, whoever else does it. */
export const atMostTime = (nanoseconds) => ({
  text: `≤ ${nanoseconds / 1000} µs`,
  result: ({ ours }) => `${(ours / 1000).toFixed(1)} µs`,
  isMet: ({ ours }) => ours <= nanoseconds,
})

/** So many times as fast as the other. */
export const atLeastTimesFaster = (times) => ({
  text: `≤ ${(1 / times).toFixed(2)}`,
  result: ({ ratio }) => `${ratio.toFixed(3)} (${(1 / ratio).toFixed(1)} times)`,
  isMet: ({ ratio }) => ratio <= 1 / times,
})
