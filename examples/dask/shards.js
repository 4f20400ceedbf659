import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { asnPackage } from '../ip-to-asn/asn-package.js'
import { ipRanges } from '../ip-to-asn/ip-ranges.js'

const SHARDS = 8

/**
 * The ranges of the internet in pairs of files, by the first bits of their addresses: how many addresses each has, and which
 * network it belongs to.
 * @returns {Array<{ sizes: MmapArray<'q'>, networks: MmapArray<'I'> }>}
 */
export function writeShards(directory) {
  const open = (name, shard, typecode) =>
    MmapArray.open(join(directory, `${name}-${shard}.npy`), typecode, { flags: 'w+', capacity: 2 ** 16 })
  const shards = Array.from({ length: SHARDS }, (_, shard) => ({
    sizes: open('sizes', shard, 'q'),
    networks: open('networks', shard, 'I'),
  }))
  for (const { start, end, network } of ipRanges(readFileSync(asnPackage().csvPath, 'utf8'))) {
    const { sizes, networks } = shards[Math.floor(start / (2 ** 32 / SHARDS))]
    sizes.append(end - start + 1)
    networks.append(network)
  }
  // From now on the headers say how many there are.
  for (const { sizes, networks } of shards) {
    sizes.trim()
    networks.trim()
  }
  return shards
}

/** More ranges, in files that others may be reading. */
export function appendTo({ sizes, networks }, moreSizes, moreNetworks) {
  networks.extend(moreNetworks)
  sizes.extend(moreSizes)
}
