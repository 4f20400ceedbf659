// A table that many hold is in memory once: the sum of its PSS, in which the kernel divides each page among its holders.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { answerRounds, isProgram, nodeProgram, roundsOf } from '../comparison.js'
import { ANONYMOUS, heldBytes } from '../../__test__/support/process-facts.js'

const MIB = 2 ** 20
const PROCESSES = 6
const THREADS = 4
const MOST = 1.05

export function heldMemoryRows({ sizes: { held: bytes }, scratch }) {
  const tables = {
    'a file, for reading and writing': { path: join(scratch, 'held'), flags: 'r+' },
    'a file, for reading only': { path: join(scratch, 'held'), flags: 'r' },
    'anonymous memory': { flags: 'r+' },
  }
  return [
    {
      title: `a table of ${bytes / MIB} MiB held by ${PROCESSES} processes and ${THREADS} threads`,
      async measure() {
        const lines = []
        for (const [name, table] of Object.entries(tables)) {
          const program = nodeProgram(import.meta.url, { ...table, bytes })
          const [{ pss, rss }] = await roundsOf('held-memory', program, PROCESSES + THREADS, 1)
          lines.push({
            name: `memory (PSS) of ${name}`,
            goal: `≤ ${MOST.toFixed(2)} × itself`,
            result: `${(pss / bytes).toFixed(3)} × (RSS: ${(rss / bytes).toFixed(2)} ×)`,
            // a table that nobody has in memory would take nothing
            met: pss <= MOST * bytes && pss > 0.99 * bytes,
          })
        }
        return lines
      },
    },
  ]
}

/** The program: makes a table, lets others hold it, and adds up what the kernel counts for it in all. It is a holder itself. */
async function makeTable({ path, flags, bytes }) {
  const file = fileURLToPath(import.meta.url)
  const length = bytes / 4
  await answerRounds(async () => {
    const table = path ? MmapArray.open(path, 'i', { flags: 'w+', length }) : new MmapArray('i', [0])
    if (!path) table.repeatInPlace(length)
    let sum = 0
    for (let i = 0, { view } = table; i < length; i++) sum += view[i] = i % 1000

    const task = { handle: table.handle(), flags }
    const children = Array.from({ length: PROCESSES - 1 }, () => fork(file, ['holder']))
    const workers = Array.from({ length: THREADS }, () => new Worker(file, { workerData: task }))
    const sums = [...children, ...workers].map((holder) => once(holder, 'message'))
    for (const child of children) child.send(task)
    const found = (await Promise.all(sums)).flat()

    const held = [process, ...children].map(({ pid }) => heldBytes(pid, path ?? ANONYMOUS))
    const total = (what) => held.reduce((all, one) => all + one[what], 0)
    for (const child of children) child.disconnect()
    for (const worker of workers) await worker.terminate()
    table.close()
    return { answer: 1 + found.filter((theirs) => theirs === sum).length, pss: total('pss'), rss: total('rss') }
  })
}

let table

/** A holder: reads all of the table, and keeps it. */
function hold({ handle, flags }) {
  table = MmapArray.attach(handle, { flags })
  const { view } = table
  let sum = 0
  for (let i = 0; i < view.length; i++) sum += view[i]
  return sum
}

if (!isMainThread) {
  parentPort.postMessage(hold(workerData))
  // keeps the thread, and with it the table
  parentPort.on('message', () => table.close())
} else if (isProgram(import.meta.url) && process.argv[2] === 'holder') {
  // stays until it is disconnected
  process.on('message', (task) => process.send(hold(task)))
} else if (isProgram(import.meta.url)) {
  await makeTable(JSON.parse(process.argv[2]))
}
