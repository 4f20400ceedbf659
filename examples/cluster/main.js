// node examples/cluster/main.js: a cluster of servers that share one table. The table is in memory only once.
import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { askEveryWorker } from './questions.js'
import { serveTable } from './server.js'
import { makeTable, squareRoot } from './table.js'

const WORKERS = 4

if (cluster.isPrimary) await lead()
else serveTable(JSON.parse(process.env.TABLE))

async function lead() {
  const table = makeTable()
  console.log(`The table: ${table.length} square roots, ${table.byteLength / 2 ** 20} MiB, in anonymous memory.`)
  // The handle is plain JSON, so it can go through the environment, process.send or a file.
  const env = { TABLE: JSON.stringify(table.handle()) }
  const workers = Array.from({ length: WORKERS }, () => cluster.fork(env))
  try {
    const ports = await Promise.all(workers.map(listening))
    // Port 0: the system chooses a free port, the same for all workers.
    assert.equal(new Set(ports).size, 1)
    const answers = await askEveryWorker(ports[0], workers)
    for (const { pid, number, root, refused } of answers) {
      assert.equal(root, squareRoot(number))
      assert.equal(refused, 'ERR_READ_ONLY')
      console.log(`worker ${pid}: the root of ${number} is ${root}; a write is refused with ${refused}`)
    }
  } finally {
    await Promise.all(workers.map(ended))
  }
  console.log(`${workers.length} workers looked up in the same memory.`)
  table.close()
}

/** The port, as soon as the worker serves it. Rejects if the worker ends before. */
function listening(worker) {
  return new Promise((resolve, reject) => {
    worker.once('listening', ({ port }) => resolve(port))
    worker.once('error', reject)
    worker.once('exit', (code, signal) => reject(new Error(`a worker ended early: ${signal ?? `exit code ${code}`}`)))
  })
}

function ended(worker) {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve()
    worker.once('exit', resolve)
    worker.disconnect()
  })
}
