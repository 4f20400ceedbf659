// The rows of the IP ranges as three columns, cut into shards: files of .npy, one a column and shard.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { asnPackage } from '../ip-to-asn/asn-package.js'
import { ipRanges } from '../ip-to-asn/ip-ranges.js'

const COLUMNS = ['starts', 'ends', 'networks']

/** The first `count` ranges, as columns. */
export function readColumns(count) {
  const columns = { starts: [], ends: [], networks: [] }
  for (const { start, end, network } of ipRanges(readFileSync(asnPackage().csvPath, 'utf8'))) {
    columns.starts.push(start)
    columns.ends.push(end)
    columns.networks.push(network)
    if (columns.starts.length === count) break
  }
  return columns
}

/** A shard that can grow: arrays by column. */
export function makeShard(directory, number) {
  const open = (column) => MmapArray.open(join(directory, `${column}-${number}.npy`), 'I', { flags: 'w+' })
  return Object.fromEntries(COLUMNS.map((column) => [column, open(column)]))
}

/** `starts` last: a reader that counts the rows there finds them whole in the other columns. */
export function appendRows(shard, columns, from, to) {
  for (const column of COLUMNS.toReversed()) shard[column].extend(columns[column].slice(from, to))
}

/** Nothing is written to it any more; the files are all there is. */
export function sealShard(shard) {
  for (const array of Object.values(shard)) array.close()
}
