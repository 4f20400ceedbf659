// The state that the core and JavaScript share: the index of each word, and the numbers that need two words. src/array/state.rs
// has the same order.

/** The number of elements; BEYOND if one word cannot hold it. */
export const LENGTH = 0
/** The length up to which JavaScript may append; 0 if the length is BEYOND. */
export const ROOM = 1
/** 1 if JavaScript may write elements. */
export const WRITABLE = 2
const LONG_LENGTH = 3
const CAPACITY = 5
/** The fault counter when the core last found no fault in the array. While the counter differs, the core is asked. */
export const FAULTS_SEEN = 7

export const BEYOND = 2 ** 32 - 1

const long = (words, at) => words[at] * 2 ** 32 + words[at + 1]

export const lengthOf = (words) => (words[LENGTH] === BEYOND ? long(words, LONG_LENGTH) : words[LENGTH])

export const capacityOf = (words) => long(words, CAPACITY)

/** The index to store a new element at: the end of the array. */
export const END = -1
