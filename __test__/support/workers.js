// Threads and processes that run functions sent to them, one at a time and on request: no sleeping, no racing.
// A function is sent as its text: it may use its arguments and what Node offers, nothing of the file it stands in.
import { fork } from 'node:child_process'
import { Worker } from 'node:worker_threads'

const MAIN = new URL('./worker-main.js', import.meta.url)
const LIMIT = 30000

class RemoteWorker {
  #pending = new Map()
  #count = 0
  #ended = false

  constructor(send) {
    this.send = send
  }

  /** Runs work({ MmapArray, state }, argument) over there; state lives as long as the worker. */
  run(work, argument) {
    const id = this.#count++
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new Error('the worker has ended'))
      const timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT} ms to ${work}`)), LIMIT)
      this.#pending.set(id, { resolve, reject, timer })
      this.send({ id, source: String(work), argument })
    })
  }

  answer({ id, value, error }) {
    const { resolve, reject, timer } = this.#pending.get(id)
    this.#pending.delete(id)
    clearTimeout(timer)
    if (error) reject(Object.assign(new Error(error.message), error))
    else resolve(value)
  }

  fail(reason) {
    this.#ended = true
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new Error(reason))
    }
    this.#pending.clear()
  }
}

/** A worker thread. end() resolves with its exit code. */
export function startThread(scope) {
  const thread = new Worker(MAIN)
  const worker = new RemoteWorker((message) => thread.postMessage(message))
  const exit = new Promise((resolve) => thread.once('exit', resolve))
  thread.on('message', (message) => worker.answer(message))
  thread.on('error', (error) => worker.fail(`the thread threw: ${error.stack}`))
  exit.then((code) => worker.fail(`the thread ended with code ${code}`))
  worker.terminate = () => thread.terminate()
  worker.end = () => {
    thread.postMessage({ end: true })
    return exit
  }
  scope.atEnd(() => thread.terminate())
  return worker
}

/** A forked process. end() resolves with { code, signal }; kill() ends it at once. */
export function startProcess(scope, { serialization = 'advanced' } = {}) {
  const child = fork(MAIN, [], { serialization, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const worker = new RemoteWorker((message) => child.send(message))
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  child.on('message', (message) => worker.answer(message))
  exit.then(({ code, signal }) => worker.fail(`the process ended with code ${code}, signal ${signal}`))
  worker.pid = child.pid
  worker.end = () => {
    child.send({ end: true })
    return exit
  }
  worker.kill = () => {
    child.kill('SIGKILL')
    return exit
  }
  scope.atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await exit
  })
  return worker
}
