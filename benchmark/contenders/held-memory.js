// Makes a table, lets processes and threads hold it, and adds up what the kernel counts for it in all of them. This process
// is one of the holders.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, heldBytes } from '../process-facts.js'
import { answerLines, parameters } from '../service.js'

const { path, flags, bytes, processes, threads } = parameters
const HOLDER = new URL('held-memory-holder.js', import.meta.url)
const length = bytes / 4

await answerLines(async () => {
  const table = path === null ? new MmapArray('i') : MmapArray.open(path, 'i', { flags: 'w+', length })
  if (path === null) {
    table.append(0)
    table.repeatInPlace(length)
  }
  let sum = 0
  for (let i = 0, { view } = table; i < length; i++) sum += view[i] = i % 1000

  const task = { handle: table.handle(), flags }
  const children = Array.from({ length: processes - 1 }, () => fork(fileURLToPath(HOLDER)))
  const workers = Array.from({ length: threads }, () => new Worker(HOLDER, { workerData: task }))
  const sums = [...children, ...workers].map((holder) => once(holder, 'message'))
  for (const child of children) child.send(task)
  const found = (await Promise.all(sums)).flat()

  const counted = [process, ...children].map(({ pid }) => heldBytes(pid, path ?? ANONYMOUS))
  const total = (what) => counted.reduce((all, one) => all + one[what], 0)
  const reply = {
    answer: 1 + found.filter((theirs) => theirs === sum).length,
    nanoseconds: 0,
    pss: total('pss'),
    rss: total('rss'),
  }
  for (const child of children) child.disconnect()
  for (const worker of workers) await worker.terminate()
  table.close()
  return reply
})
