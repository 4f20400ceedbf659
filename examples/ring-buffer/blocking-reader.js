// The program of a worker thread or a child process: a reader that sleeps in the kernel between records.
import { parentPort, workerData } from 'node:worker_threads'
import { RingReader } from './ring-reader.js'
import { Tally } from './tally.js'

if (parentPort !== null) parentPort.postMessage(readAll(workerData))
else process.once('message', (task) => process.send(readAll(task), () => process.disconnect()))

function readAll({ handle, index }) {
  const reader = new RingReader(handle, index)
  const tally = new Tally()
  while (!tally.isEnded) tally.add(reader.take())
  reader.close()
  return tally.result
}
