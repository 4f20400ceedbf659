import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { RingReader } from './ring-reader.js'
import { Tally } from './tally.js'

const BLOCKING = new URL('blocking-reader.js', import.meta.url)

/** Each function starts a reader and returns its result: { records, mistakes }. */
export function readInThread(task) {
  return resultOf(new Worker(BLOCKING, { workerData: task }))
}

export function readInProcess(task) {
  const child = fork(fileURLToPath(BLOCKING))
  child.send(task)
  return resultOf(child)
}

/** In this thread, without blocking its event loop. */
export async function readHere({ handle, index }) {
  const reader = new RingReader(handle, index)
  const tally = new Tally()
  while (!tally.isEnded) tally.add(await reader.takeAsync())
  reader.close()
  return tally.result
}

function resultOf(reader) {
  return new Promise((resolve, reject) => {
    let result
    reader.once('message', (message) => (result = message))
    reader.once('error', reject)
    reader.once('exit', (code) => (result ? resolve(result) : reject(new Error(`a reader ended with ${code}`))))
  })
}
