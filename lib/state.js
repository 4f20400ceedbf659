// The few numbers that the core and the element path both read and write, where each of them is among the words, and how the
// larger ones are put together.

/** How many elements there are; BEYOND where a word does not hold it. */
export const LENGTH = 0
/** Up to which length elements may be appended here: nothing where the length is BEYOND. */
export const ROOM = 1
/** 1 where elements may be written. */
export const WRITABLE = 2
const LONG_LENGTH = 3
const CAPACITY = 5

export const BEYOND = 2 ** 32 - 1

const long = (words, at) => words[at] * 2 ** 32 + words[at + 1]

export const lengthOf = (words) => (words[LENGTH] === BEYOND ? long(words, LONG_LENGTH) : words[LENGTH])

export const capacityOf = (words) => long(words, CAPACITY)
