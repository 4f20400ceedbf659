// node writer.js DIRECTORY SERVER: one of the processes that write shards, until it is told to stop.
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MmapArray } from '../../index.js'
import { Request, requestOf } from './requests.js'

const ROWS_PER_SHARD = 2000
const ROWS_PER_BATCH = 100
const PAUSE_MS = 20

const [directory, server] = [process.argv[2], Number(process.argv[3])]
const stop = new AbortController()
process.once('message', () => stop.abort())
// If the process that started this one has ended, nobody will tell it to stop.
process.once('disconnect', () => stop.abort())

let rows = 0
for (let shard = 0; !stop.signal.aborted; shard++) {
  const name = `${server}-${String(shard).padStart(5, '0')}.npy`
  await writeShard(name)
  if (process.connected) process.send({ name, rows })
}
if (process.connected) process.disconnect()

/** Writes a shard in `open/`, and moves it to `sealed/` when it is complete. Nobody writes to it after that. */
async function writeShard(name) {
  const path = join(directory, 'open', name)
  const shard = MmapArray.open(path, Request, { flags: 'wx+' })
  while (shard.length < ROWS_PER_SHARD && !stop.signal.aborted) {
    shard.extend(nextBatch())
    await setTimeout(PAUSE_MS)
  }
  // First the rows on the disk, then the name that says so.
  shard.flush()
  shard.close()
  renameSync(path, join(directory, 'sealed', name))
}

function nextBatch() {
  return Array.from({ length: ROWS_PER_BATCH }, () => requestOf(server, rows++))
}
