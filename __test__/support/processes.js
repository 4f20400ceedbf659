// Child processes for what may end a process: always with a time limit, always with exit code AND signal in the answer.
import { spawn, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

export const INDEX = new URL('../../index.js', import.meta.url).href
/** What a process counts of its own, for the bodies of children. */
export const FACTS = new URL('process-facts.js', import.meta.url).href

/** A module's source for `run`: imports MmapArray, then the body. */
export const script = (body) => `import fs from 'node:fs'
import { MmapArray } from ${JSON.stringify(INDEX)}
${body}`

/** Runs a command to its end: { code, signal, stdout, stderr }. */
export function run(command, commandArguments, { timeout = 30000, input, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream]?.setEncoding('utf8').on('data', (text) => (output[stream] += text))
    }
    const timer = setTimeout(() => {
      output.stderr += `\n[ended by the test after ${timeout} ms]`
      child.kill('SIGKILL')
    }, timeout)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, ...output })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Runs a body of JavaScript with MmapArray and fs in a Node of its own. */
export const runNode = (body, { nodeOptions = [], args = [], ...options } = {}) =>
  run(process.execPath, [...nodeOptions, '--input-type=module', '-e', script(body), '--', ...args], options)

/** The child ended by itself with this exit code; its output is in the failure. */
export function expectExit(result, code = 0) {
  const { code: actual, signal } = result
  expect({ code: actual, signal }, `${result.stderr}\n${result.stdout}`).toEqual({ code, signal: null })
}

const isThere = (command, commandArguments) => spawnSync(command, commandArguments, { stdio: 'ignore' }).status === 0

/** describe for tests that need a program: skipped where it is absent, a failure where CI is set. */
export function describeWith(command, commandArguments, name, body) {
  if (isThere(command, commandArguments)) return describe(name, body)
  if (process.env.CI) {
    return test(`${name}: needs ${command}`, () => expect.fail(`${command} is not installed, and CI is set`))
  }
  return describe.skip(`${name} (skipped: no ${command})`, body)
}

/** describe for tests that need what only some machines allow, as to mount: skipped elsewhere, in CI too. */
export function describeWhereAllowed(command, commandArguments, name, body) {
  const allowed = isThere(command, commandArguments)
  return describe.skipIf(!allowed)(allowed ? name : `${name} (skipped: ${command} is not allowed here)`, body)
}
