// node examples/counters/main.js: 4 processes and 4 threads count in the same elements, and no count is lost.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { DISTANCE, HIGHEST, ROUNDS, SENT, TAKEN, WITH_ATOMICS } from './layout.js'

const COUNTING = new URL('counting.js', import.meta.url)
const EACH = 4

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-counters-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

const integers = MmapArray.open(join(directory, 'counters.q'), 'q', { flags: 'w+' })
const doubles = MmapArray.open(join(directory, 'counters.d'), 'd', { flags: 'w+' })
integers.extend(new BigInt64Array(3 * DISTANCE))
doubles.extend(new Float64Array(3 * DISTANCE))

const task = (number) => ({ number, integers: integers.path, doubles: doubles.path })
const began = performance.now()
const counting = []
for (let number = 0; number < 2 * EACH; number += 2) {
  const child = fork(fileURLToPath(COUNTING))
  child.send(task(number))
  counting.push(child, new Worker(COUNTING, { workerData: task(number + 1) }))
}

// Takes out what was counted so far, as a program does that reports it every second.
let reported = 0
const report = setInterval(() => (reported += doubles.exchange(TAKEN, 0)), 20)
await Promise.all(counting.map(ended))
clearInterval(report)
reported += doubles.exchange(TAKEN, 0)
const milliseconds = performance.now() - began

const all = 2 * EACH * ROUNDS
console.log(`${EACH} processes and ${EACH} threads counted to ${ROUNDS} each, in ${milliseconds.toFixed(0)} ms.`)
const results = [
  ['integers, add', integers.get(SENT), BigInt(all)],
  ['integers, Atomics.add on view', integers.get(WITH_ATOMICS), BigInt(all)],
  ['doubles, add of 0.25', doubles.get(SENT), all / 4],
  ['doubles, add of 0.5, taken by exchange', reported, all / 2],
  ['doubles, the highest by compareExchange', doubles.get(HIGHEST), all - 1],
]
for (const [what, counted, right] of results)
  console.log(`  ${what}: ${counted}, ${counted === right ? 'exact' : `not ${right}`}`)
const isExact = results.every(([, counted, right]) => counted === right)
console.log(isExact ? 'No count was lost.' : 'COUNTS WERE LOST')
process.exitCode = isExact ? 0 : 1
integers.close()
doubles.close()

/** Waits until a process or a thread has ended. Rejects if it failed. */
function ended(counter) {
  return new Promise((resolve, reject) => {
    counter.once('error', reject)
    counter.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`it ended with ${signal ?? code}`)),
    )
  })
}
