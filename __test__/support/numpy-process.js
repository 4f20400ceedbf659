// A Python process with NumPy that obeys the requests of __test__/python/numpy_files.py.
import { spawn } from 'node:child_process'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect } from 'vitest'
import { pythonWithNumpy } from './numpy.js'

const SCRIPT = fileURLToPath(new URL('../python/numpy_files.py', import.meta.url))

/** Starts it: { ask(name, ...parameters), end() }. Or another script that takes one JSON request a line. An error of Python's is thrown here. */
export function startNumpy(python, script = SCRIPT) {
  const child = spawn(python, ['-B', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(...request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error('Python ended')
      const answer = JSON.parse(value)
      if (answer.error) throw new Error(answer.error)
      return answer.value
    },
    async end() {
      child.stdin.end()
      expect(await exit).toEqual({ code: 0, signal: null })
    },
  }
}

/** One process for all tests of a file, started before the first: { ask(name, ...parameters) }. Without NumPy the tests are skipped. */
export function useNumpy(script) {
  let numpy
  beforeEach(async ({ skip }) => {
    numpy ??= startNumpy(await pythonWithNumpy(skip), script)
  }, 200_000)
  afterAll(() => numpy?.end())
  return { ask: (...request) => numpy.ask(...request) }
}
