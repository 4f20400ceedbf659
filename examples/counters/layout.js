// Where the counters are, the same for all.

/** Each counts so many times. */
export const ROUNDS = 100_000

/**
 * Elements from one counter to the next: 64 bytes, a line of the processor's cache. Processors that change two counters in one line
 * wait for each other.
 */
export const DISTANCE = 8

export const SENT = 0
/** In the integers. */
export const WITH_ATOMICS = DISTANCE
/** In the doubles. */
export const TAKEN = DISTANCE
export const HIGHEST = 2 * DISTANCE
