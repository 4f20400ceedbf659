// The elements of the file, an array of 'i'. ring.py has the same in Python.

/** The number of records written so far. Only the writer changes it. */
export const HEAD = 0
/** The number of records that each reader has finished, one element for each reader. Only that reader changes it. */
export const FIRST_TAIL = 1
const MOST_READERS = 15
/** The first record. After CAPACITY records, the ring starts here again. */
export const RECORDS = FIRST_TAIL + MOST_READERS
export const RECORD_WORDS = 2
export const CAPACITY = 1024

export const LENGTH = RECORDS + CAPACITY * RECORD_WORDS

/** The elements of a record: its number, and a value. The value of the last record is END. */
export const NUMBER = 0
export const VALUE = 1
export const END = -1

/** The value that the writer stores in each record. Readers compute it too, to find wrong records. */
export const valueOf = (number) => (number * 7919) % 1_000_003
