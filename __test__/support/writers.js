// Processes that write without end until they are killed, and what they leave is judged by.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { script } from './processes.js'

/**
 * Elements are 64 bits that count and check: the n-th is n and, in its upper half, n with every bit turned. Zeros are none of
 * them, nor are halves of two. `acknowledge(n)` writes down, in a file of its own, that a call on element n has returned.
 */
const PRELUDE = `
  const [path, log] = process.argv.slice(1)
  const element = (n) => (BigInt(~n >>> 0) << 32n) | BigInt(n)
  const elements = (from, to) => BigUint64Array.from({ length: to - from + 1 }, (_, n) => element(from + n))
  const journal = fs.openSync(log, 'w')
  const line = new Float64Array(1)
  const acknowledge = (n) => { line[0] = n; fs.writeSync(journal, line, 0, 8, 0) }
  const started = () => fs.writeSync(1, 'started')`

/** Runs a body until a random moment after it has said started(). Gives how it ended, its file and what it acknowledged. */
export async function runUntilKilled(scope, body, { delay, signal = 'SIGKILL', path = scope.path() }) {
  const log = scope.path()
  const source = script(`${PRELUDE}\n${body}`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', path, log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  scope.atEnd(() => child.kill('SIGKILL'))
  const end = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), end])
  await new Promise((resolve) => setTimeout(resolve, delay))
  child.kill(signal)
  return {
    ...(await end),
    ...leftIn(path),
    acknowledged: new Float64Array(new Uint8Array(fs.readFileSync(log)).buffer)[0] ?? 0,
  }
}

/** What a plain read finds in a file: the numbers of its elements (0 for zeros, NaN for what is none), and its size. */
export function leftIn(path) {
  const bytes = fs.readFileSync(path)
  const words = new Uint32Array(new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 8))).buffer)
  const numbers = Array.from({ length: words.length / 2 }, (_, n) => numberOf(words[2 * n], words[2 * n + 1]))
  return { size: bytes.length, numbers }
}

function numberOf(low, high) {
  if (low === 0 && high === 0) return 0
  return ~low >>> 0 === high ? low : NaN
}
