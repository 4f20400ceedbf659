// The file, an array of 'i'. ring.py says the same in Python.

/** how many records were written so far; the writer's */
export const HEAD = 0
/** how many records each reader is through with, one word a reader; the reader's */
export const FIRST_TAIL = 1
const MOST_READERS = 15
/** the records begin here, one after the other, and begin anew after CAPACITY of them */
export const RECORDS = FIRST_TAIL + MOST_READERS
export const RECORD_WORDS = 2
export const CAPACITY = 1024

export const LENGTH = RECORDS + CAPACITY * RECORD_WORDS

/** The words of a record: its number, and a value, which is END in the last one. */
export const NUMBER = 0
export const VALUE = 1
export const END = -1

/** What the writer measures: known beforehand, so that readers can tell a wrong record. */
export const valueOf = (number) => (number * 7919) % 1_000_003
