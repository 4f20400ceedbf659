// The few numbers that the core and the element path both read and write, and where each of them is.

export const LENGTH = 0
export const CAPACITY = 1
export const WRITABLE = 2
