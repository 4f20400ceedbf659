// node examples/ring-buffer/main.js: a Python program writes records, and Node reads them in threads, in processes and in the main thread.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../../index.js'
import { CAPACITY, LENGTH } from './layout.js'
import { readHere, readInProcess, readInThread } from './readers.js'

const RECORDS = 100_000
const WRITER = fileURLToPath(new URL('writer.py', import.meta.url))
const READERS = [
  ['worker thread', readInThread],
  ['worker thread', readInThread],
  ['child process', readInProcess],
  ['child process', readInProcess],
  ['main thread, waitAsync', readHere],
]

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-ring-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
try {
  const ring = MmapArray.open(join(directory, 'ring.i32'), 'i', { flags: 'w+', length: LENGTH })
  const handle = ring.handle()
  const began = performance.now()
  const [results] = await Promise.all([
    Promise.all(READERS.map(([, read], index) => read({ handle, index }))),
    write(ring.path),
  ])
  const milliseconds = performance.now() - began
  ring.close()

  console.log(`Python wrote ${RECORDS} records through a ring of ${CAPACITY} in ${milliseconds.toFixed(0)} ms.`)
  for (const [index, { records, mistakes }] of results.entries()) {
    console.log(`  ${READERS[index][0].padEnd(24)} ${records} records, ${mistakes} wrong or out of order`)
  }
  const isRight = results.every(({ records, mistakes }) => records === RECORDS && mistakes === 0)
  console.log(isRight ? 'Every reader saw every record, in order.' : 'RECORDS WERE LOST')
  process.exitCode = isRight ? 0 : 1
} catch (error) {
  console.error(error)
  // If the writer failed, some readers still wait for records. They must not keep the program running.
  process.exit(1)
}

/** Runs the writer to its end. */
function write(path) {
  const writer = spawn('python3', ['-B', WRITER, path, String(READERS.length), String(RECORDS)], { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    writer.once('error', reject)
    writer.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`the writer ended with ${signal ?? code}`)),
    )
  })
}
