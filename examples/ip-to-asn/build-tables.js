import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { ipRanges } from './ip-ranges.js'
import { BLOCK_COUNT, BLOCK_SIZE, NO_RANGE_IN_BLOCK, SPLIT, TABLE_FILES } from './table-format.js'

const PROGRESS_EVERY = 4096

/**
 * Writes the table files into an existing, empty directory, and calls `onProgress(fraction, step)` on the way.
 * The directory is not finished after this: tables-directory.js adds a stamp and renames it.
 */
export function buildTables(csvText, directory, onProgress = () => {}) {
  const create = (key, options) =>
    MmapArray.open(join(directory, TABLE_FILES[key].file), TABLE_FILES[key].typecode, { flags: 'w+', ...options })
  const total = csvText.length + BLOCK_COUNT

  const arrays = {
    // Only the length of this array is known in advance. The others grow.
    blocks: create('blocks', { length: BLOCK_COUNT }),
    rangeStarts: create('rangeStarts'),
    rangeEnds: create('rangeEnds'),
    rangeNetworks: create('rangeNetworks'),
    networkNumbers: create('networkNumbers'),
    nameOffsets: create('nameOffsets'),
    names: create('names'),
  }
  try {
    const namesByNetwork = appendRanges(csvText, arrays, (position) => onProgress(position / total, 'ranges'))
    onProgress(csvText.length / total, 'names')
    appendNames(namesByNetwork, arrays)
    fillBlocks(arrays, (block) => onProgress((csvText.length + block) / total, '/24 blocks'))
    onProgress(1, 'to disk')
    // The rename that follows must not reach the disk before the bytes do.
    for (const array of Object.values(arrays)) array.flush()
  } finally {
    for (const array of Object.values(arrays)) array.close()
  }
}

/** Returns the name of each network number: the first that is not empty. */
function appendRanges(csvText, { rangeStarts, rangeEnds, rangeNetworks }, onProgress) {
  // This process is the only writer, so appends may be stores into reserved memory (2 ns) instead of system calls.
  const likelyCount = Math.ceil(csvText.length / 48)
  for (const array of [rangeStarts, rangeEnds, rangeNetworks]) array.reserve(likelyCount)

  const namesByNetwork = new Map()
  const append = ({ start, end, network }) => {
    rangeStarts.append(start)
    rangeEnds.append(end)
    rangeNetworks.append(network)
  }
  let pending = null
  let count = 0
  for (const range of ipRanges(csvText)) {
    // A range is stored when the next row is known. It ends before that row starts, so no two ranges in the table overlap.
    if (pending !== null) {
      pending.end = Math.min(pending.end, range.start - 1)
      if (pending.start <= pending.end) append(pending)
    }
    pending = range
    if (!namesByNetwork.get(range.network)) namesByNetwork.set(range.network, range.name)
    if (++count % PROGRESS_EVERY === 0) onProgress(range.position)
  }
  if (pending !== null) append(pending)

  for (const array of [rangeStarts, rangeEnds, rangeNetworks]) array.trim()
  return namesByNetwork
}

function appendNames(namesByNetwork, { networkNumbers, nameOffsets, names }) {
  const count = namesByNetwork.size
  networkNumbers.reserve(count)
  nameOffsets.reserve(count + 1)
  names.reserve(count * 32)

  const byNumber = [...namesByNetwork].sort(([left], [right]) => left - right)
  nameOffsets.append(0)
  for (const [network, name] of byNumber) {
    networkNumbers.append(network)
    names.extend(new Uint8Array(Buffer.from(name, 'utf8')))
    nameOffsets.append(names.length)
  }
  for (const array of [networkNumbers, nameOffsets, names]) array.trim()
}

function fillBlocks(arrays, onProgress) {
  const blocks = arrays.blocks.view
  const starts = arrays.rangeStarts.view
  const ends = arrays.rangeEnds.view

  let next = 0 // every block before this one has its entry
  for (let range = 0; range < starts.length; range++) {
    const first = Math.floor(starts[range] / BLOCK_SIZE)
    const last = Math.floor(ends[range] / BLOCK_SIZE)
    const wholeFrom = Math.ceil(starts[range] / BLOCK_SIZE)
    const wholeTo = Math.floor((ends[range] + 1) / BLOCK_SIZE)

    if (next < first) blocks.fill(NO_RANGE_IN_BLOCK, next, first)
    // If the previous range reaches into this block, it stays the first of the block.
    const isSplitAtFirst = first < wholeFrom || wholeTo <= first
    if (isSplitAtFirst && next <= first) blocks[first] = SPLIT + range
    if (wholeFrom < wholeTo) blocks.fill(range, wholeFrom, wholeTo)
    if (last > first && wholeTo <= last) blocks[last] = SPLIT + range
    next = last + 1
    if (range % PROGRESS_EVERY === 0) onProgress(next)
  }
  blocks.fill(NO_RANGE_IN_BLOCK, next)
}
