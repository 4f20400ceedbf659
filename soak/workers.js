// The workers of a round, which are processes and threads: started, told to end, killed, terminated. Any other end is a failure.
import { fork } from 'node:child_process'
import { Worker } from 'node:worker_threads'

const PROGRAM = new URL('./worker.js', import.meta.url)
/** Longest that a worker may take to end when it is told to. */
const MOST_MS = 60_000

class RunningWorker {
  /** Resolves when the worker has ended as it was meant to, rejects otherwise. */
  ended
  isGone = false
  /** Whether the worker was ended without being asked: its reserved file may have zeros at its end. */
  isCutShort = false
  #end

  constructor(number, end, ended) {
    this.number = number
    this.#end = end
    this.ended = ended.finally(() => (this.isGone = true))
    // A failure is thrown to whoever waits for it; until then it is not an unhandled rejection.
    this.ended.catch(() => {})
  }

  /** Ends it by a message, or at once. */
  async end(isCutShort) {
    this.isCutShort = isCutShort
    this.#end(isCutShort)
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`worker ${this.number} did not end`)), MOST_MS)
    })
    try {
      await Promise.race([this.ended, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

export function startProcess(parameters) {
  const child = fork(PROGRAM, [JSON.stringify(parameters)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text))
  let isKilled = false
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const isExpected = isKilled ? signal === 'SIGKILL' || code === 0 : code === 0 && signal === null
      if (isExpected) resolve()
      else reject(new Error(`process ${parameters.number} ended with code ${code}, signal ${signal}: ${complaint}`))
    })
  })
  const end = (isCutShort) => {
    isKilled = isCutShort
    if (isCutShort) child.kill('SIGKILL')
    // It may have ended by itself, with an error, just now.
    else if (child.connected) child.send('end', () => {})
  }
  return new RunningWorker(parameters.number, end, ended)
}

export function startThread(parameters) {
  const worker = new Worker(PROGRAM, { workerData: parameters })
  let isTerminated = false
  const ended = new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => {
      if (code === 0 || (isTerminated && code === 1)) resolve()
      else reject(new Error(`thread ${parameters.number} ended with code ${code}`))
    })
  })
  const end = (isCutShort) => {
    isTerminated = isCutShort
    if (isCutShort) worker.terminate()
    else worker.postMessage('end')
  }
  return new RunningWorker(parameters.number, end, ended)
}
