import { fork, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const PATIENCE_MS = 60_000

/** python3 is not installed. Only after this failure, the run goes on. */
export class PythonMissing extends Error {}

/**
 * A reader: a thread or a process that takes words ('go', 'leave') and answers with messages ('ready', 'result').
 * If it fails, or ends before its answer, the question rejects.
 */
export class Reader {
  #messages = []
  #waiting = null
  #failure = null
  #send
  #stop

  constructor(name, pid, send, stop) {
    this.name = name
    this.pid = pid
    this.#send = send
    this.#stop = stop
  }

  send(word) {
    this.#send(word)
  }

  /** Ends the reader, so that it does not outlive a run that fails. */
  stop() {
    this.#stop()
  }

  /** The next message, which must be of this kind. */
  async next(kind) {
    const message = this.#messages.shift() ?? (await this.#arrival(kind))
    if (message.kind !== kind) throw new Error(`${this.name}: expected '${kind}'. Received '${message.kind}'`)
    return message
  }

  receive(message) {
    if (this.#waiting === null) this.#messages.push(message)
    else this.#waiting.resolve(message)
  }

  fail(error) {
    this.#failure ??= error
    this.#waiting?.reject(error)
  }

  #arrival(kind) {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(new Error(`${this.name}: no '${kind}' within ${PATIENCE_MS / 1000} s`)),
        PATIENCE_MS,
      )
      const settle = (how) => (value) => {
        clearTimeout(timer)
        this.#waiting = null
        how(value)
      }
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) }
    })
  }
}

export function startThread(name, task) {
  const worker = new Worker(new URL('reader-thread.js', import.meta.url), { workerData: task })
  const reader = new Reader(
    name,
    process.pid,
    (word) => worker.postMessage(word),
    () => worker.terminate(),
  )
  worker.on('message', (message) => reader.receive(message))
  worker.on('error', (error) => reader.fail(error))
  worker.on('exit', () => reader.fail(new Error(`${name} ended early`)))
  return reader
}

export function startProcess(name, task) {
  const child = fork(fileURLToPath(new URL('reader-process.js', import.meta.url)))
  const reader = childReader(name, child, (word) => child.send(word))
  child.on('message', (message) => reader.receive(message))
  reader.send(task)
  return reader
}

export function startPython(name, task) {
  const path = fileURLToPath(new URL('reader.py', import.meta.url))
  const child = spawn('python3', [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const reader = childReader(name, child, (word) => child.stdin.write(`${word}\n`))
  child.stdin.on('error', () => {}) // the exit says more than the broken pipe
  createInterface({ input: child.stdout }).on('line', (line) => reader.receive(JSON.parse(line)))
  reader.send(JSON.stringify(task))
  return reader
}

function childReader(name, child, send) {
  const reader = new Reader(name, child.pid, send, () => child.kill())
  child.on('error', (error) => reader.fail(error.code === 'ENOENT' ? new PythonMissing(error.message) : error))
  child.on('exit', (code, signal) => reader.fail(new Error(`${name} ended early: ${signal ?? `exit code ${code}`}`)))
  return reader
}
