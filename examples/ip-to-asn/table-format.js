/** Goes up whenever the files below change their meaning: tables of another format are built anew. */
export const FORMAT = 1

/** The stamp that makes a directory of tables a finished one. */
export const STAMP = 'tables.json'

/**
 * The files. Each is a bare array in the machine's byte order, element 0 at byte 0: README.md says how to read them from C
 * and Python. 'I' is an unsigned 32-bit integer, 'B' a byte.
 */
export const TABLE_FILES = {
  /** 2^24 entries, one for each /24 block: see below */
  blocks: { file: 'blocks.u32', typecode: 'I' },
  /** first and last address of each range, ascending, no two overlap */
  rangeStarts: { file: 'range-starts.u32', typecode: 'I' },
  rangeEnds: { file: 'range-ends.u32', typecode: 'I' },
  /** the number of the network (AS) each range belongs to */
  rangeNetworks: { file: 'range-networks.u32', typecode: 'I' },
  /** every network number once, ascending: number k has the bytes nameOffsets[k] to nameOffsets[k + 1] of names */
  networkNumbers: { file: 'network-numbers.u32', typecode: 'I' },
  nameOffsets: { file: 'name-offsets.u32', typecode: 'I' },
  names: { file: 'names.utf8', typecode: 'B' },
}

export const BLOCK_COUNT = 2 ** 24
export const BLOCK_SIZE = 256

/** A block's entry below SPLIT is the range that holds the whole block: one read answers. */
export const SPLIT = 0x80000000
/** From SPLIT on, entry - SPLIT is the first of several ranges, or of ranges and gaps, in the block: go on from there. */
export const NO_RANGE_IN_BLOCK = 0xffffffff
