/** Raised whenever the files below change their meaning. Tables of another format are built again. */
export const FORMAT = 1

/** The stamp. A directory of tables that has it is finished. */
export const STAMP = 'tables.json'

/**
 * The files. Each is a plain array in the machine's byte order, with element 0 at byte 0. README.md says how to read them from C
 * and Python. 'I' is an unsigned 32-bit integer, 'B' a byte.
 */
export const TABLE_FILES = {
  /** 2^24 entries, one for each /24 block; see below. */
  blocks: { file: 'blocks.u32', typecode: 'I' },
  /** The first and last address of each range, in ascending order. Ranges do not overlap. */
  rangeStarts: { file: 'range-starts.u32', typecode: 'I' },
  rangeEnds: { file: 'range-ends.u32', typecode: 'I' },
  /** The number of the network (AS) that has each range. */
  rangeNetworks: { file: 'range-networks.u32', typecode: 'I' },
  /** Each network number once, in ascending order. The name of number k is the bytes nameOffsets[k] to nameOffsets[k + 1] of names. */
  networkNumbers: { file: 'network-numbers.u32', typecode: 'I' },
  nameOffsets: { file: 'name-offsets.u32', typecode: 'I' },
  names: { file: 'names.utf8', typecode: 'B' },
}

export const BLOCK_COUNT = 2 ** 24
export const BLOCK_SIZE = 256

/** An entry below SPLIT is the index of the range that holds the whole block, so one read answers. */
export const SPLIT = 0x80000000
/** From SPLIT on, several ranges, or ranges and gaps, are in the block. The index of the first range is entry - SPLIT. */
export const NO_RANGE_IN_BLOCK = 0xffffffff
