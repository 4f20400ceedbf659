// The indices of the counters, for all processes and threads.

/** How many times each process and thread counts. */
export const ROUNDS = 100_000

/**
 * The distance between two counters: 64 bytes, which is a line of the processor's cache. Processors that change two counters in the
 * same line wait for each other.
 */
export const DISTANCE = 8

export const SENT = 0
/** In the integers. */
export const WITH_ATOMICS = DISTANCE
/** In the doubles. */
export const TAKEN = DISTANCE
export const HIGHEST = 2 * DISTANCE
