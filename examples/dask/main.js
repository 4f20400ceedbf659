// node examples/dask/main.js: a distributed engine and Arrow on the files that Node writes.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { daskFolder } from '../../scripts/pypi.js'
import { runScript } from '../../scripts/toolchain.js'
import { parseAddress } from '../ip-to-asn/ip-address.js'
import { CREDIT } from '../ip-to-asn/asn-package.js'
import { answersOf } from './answers.js'
import { lookWithArrow, lookWithPyarrow } from './arrow.js'
import { startEngine } from './engine.js'
import { appendRows, makeShard, readColumns, sealShard } from './shards.js'

const SHARDS = 4
const ROWS = 100_000
/** Every 2^22nd address: 1,024 of them, in and between the ranges; and two that people know. */
const ADDRESSES = [...Array.from({ length: 1024 }, (_, i) => i * 2 ** 22), ...['1.1.1.1', '8.8.8.8'].map(parseAddress)]

await runScript(async () => {
  const packages = await daskFolder()
  const directory = mkdtempSync(join(tmpdir(), 'mmap-array-dask-'))
  const engine = startEngine(packages)
  const leave = () => {
    engine.kill()
    rmSync(directory, { recursive: true, force: true })
  }
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => {
      leave()
      process.exit(code)
    })
  }
  try {
    await compare(directory, engine)
    await engine.stop()
  } finally {
    leave()
  }
  console.log(`Node, Dask and Arrow agreed on every answer. ${CREDIT}`)
})

async function compare(directory, { ask }) {
  const columns = readColumns(ROWS)
  const perShard = ROWS / SHARDS
  for (let number = 0; number < SHARDS - 1; number++) {
    const shard = makeShard(directory, number)
    appendRows(shard, columns, number * perShard, (number + 1) * perShard)
    sealShard(shard)
  }
  const live = makeShard(directory, SHARDS - 1)
  const from = (SHARDS - 1) * perShard
  const half = from + perShard / 2
  appendRows(live, columns, from, half)

  const addresses = await ask({ do: 'listening' })
  assert.deepEqual(addresses, ['127.0.0.1'])
  console.log(`Dask: a scheduler and two workers, listening on ${addresses}`)

  await agree('three shards sealed, one live', half)
  appendRows(live, columns, half, ROWS)
  await agree('after the live one grew', ROWS)
  lookWithArrow(live.networks)
  await lookWithPyarrow(live.networks, ask)
  sealShard(live)
  await agree('all four sealed', ROWS)

  async function agree(when, rows) {
    const answers = await ask({ do: 'answers', directory, shards: SHARDS, addresses: ADDRESSES })
    assert.deepEqual(answers, { ...answersOf(columns, rows, ADDRESSES), workers: 2 })
    const found = answers.lookups.filter((network) => network !== null).length
    console.log(
      `Dask, ${when}: ${rows} ranges of ${answers.mean.toFixed(1)} addresses, ${found} of ${ADDRESSES.length} found`,
    )
  }
}
