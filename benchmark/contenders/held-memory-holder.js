// A thread or a process that holds the table of held-memory.js until it is let go.
import { parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'

let table

function hold({ handle, flags }) {
  table = MmapArray.attach(handle, { flags })
  const { view } = table
  let sum = 0
  for (let i = 0; i < view.length; i++) sum += view[i]
  return sum
}

if (parentPort === null) {
  // stays until it is disconnected
  process.on('message', (task) => process.send(hold(task)))
} else {
  parentPort.postMessage(hold(workerData))
  // keeps the thread, and with it the table
  parentPort.on('message', () => table.close())
}
