// Worker threads for tests: a body of code with the package, or without it, and messages both ways.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { INDEX } from './processes.js'

/** A worker that runs a body with `MmapArray`, `workerData`, `post(value)` and `received()`, the next message. */
export function startThread(body, workerData = undefined) {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    const { once } = require('node:events')
    const post = (value) => parentPort.postMessage(value)
    const received = async () => (await once(parentPort, 'message'))[0]
    import(${JSON.stringify(INDEX)}).then(async ({ MmapArray }) => { ${body}
    })`
  return new Worker(source, { eval: true, execArgv: [], workerData })
}

/** A worker with no package but Node's own. */
export function startBareThread(body, workerData) {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    ${body}`
  return new Worker(source, { eval: true, execArgv: [], workerData })
}

/** The next message of a worker; its error is thrown. */
export async function messageOf(worker) {
  const [message] = await once(worker, 'message')
  return message
}

/** Waits until a worker has ended. */
export async function ended(worker) {
  if (worker.threadId !== -1) await once(worker, 'exit')
}
