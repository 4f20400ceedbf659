// A Python process with python/mmap_array.py, which runs what a test sends it.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export const COMPANION = fileURLToPath(new URL('../../python/mmap_array.py', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../python/companion.py', import.meta.url))

/**
 * Starts the process. The function it returns runs a text of Python, with some names, and resolves to its value; it rejects with the `code`
 * and the `kinds` (the builtin classes) of a Python exception. The process must end by itself, unless `kill` was called.
 */
export function startCompanion(scope, { command = 'python3', env = process.env } = {}) {
  const child = spawn(command, ['-B', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let wasKilled = false
  scope.atEnd(() => (wasKilled ? undefined : ask.end()))

  async function ask(text, names = {}) {
    child.stdin.write(`${JSON.stringify({ text, names })}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`Python ended with ${JSON.stringify(await exit)}`)
    const answer = JSON.parse(value)
    if (!answer.error) return answer.value
    throw Object.assign(new Error(answer.error.trace), answer.error)
  }
  ask.end = async () => {
    child.stdin.end()
    expect(await exit).toEqual({ code: 0, signal: null })
  }
  ask.kill = async () => {
    wasKilled = true
    child.kill('SIGKILL')
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' })
  }
  return ask
}

/** Starts the process, and attaches it to an array of Node as `a`. */
export async function attachCompanion(scope, array) {
  const ask = startCompanion(scope)
  await ask('a = attach(handle)', { handle: array.handle() })
  return ask
}

let names = 0
/** A name of shared memory, which is unlinked at the end of the test. */
export function sharedName(scope) {
  const name = `mmap-array-companion-${process.pid}-${names++}`
  scope.atEnd(() => fs.rmSync(`/dev/shm/${name}`, { force: true }))
  return name
}
