// node examples/dask/main.js: four Node processes write shards, while Dask computes with those that are sealed.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from './engine.js'
import { SERVERS, answersOfServers, answersOfShards } from './requests.js'
import { sealsAnother, startWriter, stopWriters } from './writers.js'

/** How many times Dask is asked while the processes write. */
const QUESTIONS = 3

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-dask-'))
for (const name of ['open', 'sealed']) mkdirSync(join(directory, name))
const engine = startEngine()
const writers = []

for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => {
    leave()
    process.exit(code)
  })
}
try {
  await compare()
  await engine.stop()
} finally {
  leave()
}
console.log('Node and Dask agreed on every answer.')

async function compare() {
  const addresses = await engine.ask({ do: 'listening' })
  assert.deepEqual(addresses, ['127.0.0.1'])
  console.log(`Dask: a scheduler and two workers, listening on ${addresses}`)

  for (let server = 0; server < SERVERS; server++) writers.push(startWriter(directory, server))
  let last = { names: [], rows: 0 }
  for (let question = 0; question < QUESTIONS; question++) {
    await Promise.all(writers.map((writer) => sealsAnother(writer, last.names)))
    const next = await askBoth(`${SERVERS} processes write`)
    assert(next.rows > last.rows)
    last = next
  }

  await stopWriters(writers)
  assert.deepEqual(readdirSync(join(directory, 'open')), [])
  const { names, ...all } = await askBoth('all have ended')
  assert.deepEqual(all, answersOfServers(writers.map(({ rows }) => rows)))

  const path = join(directory, 'sealed', names[0])
  assert.deepEqual(await engine.ask({ do: 'copies', path }), { workers: [path, path], client: null })
  console.log('Dask: both workers map the file of a shard; the client receives a copy of its elements')
}

/** Asks Dask for answers about the shards that it finds, and compares them with Node's about the same shards. */
async function askBoth(when) {
  const { names, ...answers } = await engine.ask({ do: 'answers', directory })
  assert.deepEqual(answers, answersOfShards(names.map((name) => join(directory, 'sealed', name))))
  console.log(`${when}: Dask found ${names.length} sealed shards with ${answers.rows} rows`)
  return { names, ...answers }
}

function leave() {
  engine.kill()
  for (const { child } of writers) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
}
