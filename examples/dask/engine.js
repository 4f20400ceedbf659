// The Python process with the scheduler: a line of JSON for each question, a line for each answer.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const LIMIT_MS = 60_000

/** `packages`: the folder with Dask and Arrow. */
export function startEngine(packages) {
  const program = fileURLToPath(new URL('engine.py', import.meta.url))
  // A process group of its own, so that the workers end with it. Should this process be killed, its stdin ends.
  const child = spawn('python3', ['-B', program], {
    detached: true,
    env: { ...process.env, PYTHONPATH: packages },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve))
  child.stdin.on('error', () => {})

  async function ask(question) {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await within(lines.next(), `no answer to ${question.do}`)
    if (done) throw new Error('the engine ended early')
    return JSON.parse(value)
  }

  /** Ends scheduler and workers, by force where they do not by themselves. */
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
