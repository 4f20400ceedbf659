// node examples/dask/main.js: arrays of Node's as .npy files, read as they are by a Dask cluster and by Apache Arrow.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { daskEnvironment } from '../../scripts/pypi.js'
import { CREDIT } from '../ip-to-asn/asn-package.js'
import { shareWithArrow } from './arrow.js'
import { Cluster } from './cluster.js'
import { summaryOf } from './node-answers.js'
import { appendTo, writeShards } from './shards.js'

const env = await daskEnvironment(process.env)
const directory = mkdtempSync(join(tmpdir(), 'mmap-array-dask-'))
const cluster = new Cluster(directory, env)
/** What is started goes with this process, however it ends. */
process.on('exit', () => {
  cluster.kill()
  rmSync(directory, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const shards = writeShards(directory)
const count = shards.reduce((sum, { sizes }) => sum + sizes.length, 0)
console.log(`Node wrote ${count.toLocaleString('en')} IP ranges into ${shards.length} pairs of .npy files.`)

await cluster.start({ workers: 2 })
console.log('A Dask scheduler and 2 workers run on 127.0.0.1.')

const first = await cluster.ask('with_dask.py', directory)
assert.deepEqual(first.summary, summaryOf(shards))
assert.equal(first.workers.length, 2)
console.log(
  `Dask ${first.version}: ${first.workers.map(({ shards: number }) => `${number} shards`).join(' and ')} mapped by the two workers`,
)
console.log(`  ${first.summary.addresses.toLocaleString('en')} addresses, ${first.summary.mean.toFixed(1)} a range`)
console.log(`  the largest networks: ${first.summary.largest.map(([network]) => `AS${network}`).join(', ')}`)

appendTo(shards[0], [256n, 512n], [64512, 64512])
const second = await cluster.ask('with_dask.py', directory)
assert.deepEqual(second.summary, summaryOf(shards))
assert.equal(second.summary.addresses, first.summary.addresses + 768)
console.log('Node appended two ranges to the first pair while the cluster ran: Dask counts them.')
await cluster.stop()

await shareWithArrow(shards[0].sizes, (program, ...words) => cluster.run(program, ...words))
for (const { sizes, networks } of shards) {
  sizes.close()
  networks.close()
}
console.log('Node, Dask and Arrow agreed on every number.')
console.log(CREDIT)
