// The few numbers that the core and JavaScript both read and write: which word holds each, and how the larger ones are put
// together from two. src/array/state.rs has the same order.

/** How many elements there are; BEYOND where a word does not hold it. */
export const LENGTH = 0
/** Up to which length elements may be appended here: nothing where the length is BEYOND. */
export const ROOM = 1
/** 1 where elements may be written. */
export const WRITABLE = 2
const LONG_LENGTH = 3
const CAPACITY = 5
/** How many faults the process had when the core last found the array sound: while it has had more, the core is asked. */
export const FAULTS_SEEN = 7

export const BEYOND = 2 ** 32 - 1

const long = (words, at) => words[at] * 2 ** 32 + words[at + 1]

export const lengthOf = (words) => (words[LENGTH] === BEYOND ? long(words, LONG_LENGTH) : words[LENGTH])

export const capacityOf = (words) => long(words, CAPACITY)
