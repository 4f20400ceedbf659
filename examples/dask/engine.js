// The Python process with the scheduler: a line of JSON for each question, a line for each answer.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LIMIT_MS = 60_000

export function startEngine() {
  const program = fileURLToPath(new URL('engine.py', import.meta.url))
  // It has its own process group, so `kill` also ends the workers. If this process is killed, the engine reads the end of its
  // stdin, and ends.
  const child = spawn(process.env.PYTHON ?? 'python3', ['-B', program], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve))
  child.stdin.on('error', () => {})

  async function ask(question) {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await within(lines.next(), `no answer to ${question.do}`)
    if (done) throw new Error('the engine ended early. Is Dask installed? See README.md.')
    return JSON.parse(value)
  }

  /** Ends scheduler and workers, by force if they do not end by themselves. */
  async function stop() {
    child.stdin.end()
    await within(ended, 'no end of the engine').finally(kill)
  }

  function kill() {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }

  return { ask, stop, kill }
}

function within(promise, failure) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${failure} within ${LIMIT_MS / 1000} s`)), LIMIT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
