// A table with many holders is in memory once. It adds up their PSS, in which the kernel divides each page among its holders. Prints
// the lines of the report as JSON.
import assert from 'node:assert'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, heldBytes } from '../../__test__/support/process-facts.js'
import { line } from '../comparison.js'
import { fillWithSample, sampleSum, sumOf } from '../sample.js'

const FILE = fileURLToPath(import.meta.url)
const MOST = 1.05

/** Makes a table, lets other processes and threads hold it, and adds up the memory of all. This process is a holder too. */
async function measure(name, path, flags, { bytes, processes, threads }) {
  const length = bytes / 4
  const table = path ? MmapArray.open(path, 'i', { flags: 'w+', length }) : new MmapArray('i', [0])
  if (!path) table.repeatInPlace(length)
  fillWithSample(table.view)
  const task = { handle: table.handle(), flags }
  const children = Array.from({ length: processes - 1 }, () => fork(FILE, ['holder']))
  const workers = Array.from({ length: threads }, () => new Worker(FILE, { workerData: task }))
  const sums = [...children, ...workers].map((holder) => once(holder, 'message'))
  for (const child of children) child.send(task)
  for (const [found] of await Promise.all(sums)) assert.equal(found, sampleSum(length))

  const held = [process, ...children].map(({ pid }) => heldBytes(pid, path ?? ANONYMOUS))
  const [pss, rss] = ['pss', 'rss'].map((what) => held.reduce((all, one) => all + one[what], 0))
  for (const child of children) child.disconnect()
  for (const worker of workers) await worker.terminate()
  table.close()
  // Less than the table means that a holder has not read it.
  const isMet = pss <= MOST * bytes && pss > 0.99 * bytes
  const result = `${(pss / bytes).toFixed(3)} × (RSS: ${(rss / bytes).toFixed(2)} ×)`
  return line(`memory (PSS) of ${name}`, result, `≤ ${MOST.toFixed(2)} × itself`, isMet)
}

let table

/** In a holder: reads all of the table and keeps it. */
function hold({ handle, flags }) {
  table = MmapArray.attach(handle, { flags })
  return sumOf(table.view)
}

if (!isMainThread) {
  parentPort.postMessage(hold(workerData))
  // Keeps the thread, and with it the table.
  parentPort.on('message', () => table.close())
} else if (process.argv[2] === 'holder') {
  // The process stays until it is disconnected.
  process.on('message', (task) => process.send(hold(task)))
} else {
  const { path, ...numbers } = JSON.parse(process.argv[2])
  const lines = []
  lines.push(await measure('a file, for reading and writing', path, 'r+', numbers))
  lines.push(await measure('a file, for reading only', path, 'r', numbers))
  lines.push(await measure('anonymous memory', undefined, 'r+', numbers))
  console.log(JSON.stringify(lines))
}
