// Appends of many writers to one exact array: every element arrives whole and once, and a reader sees a prefix that only
// grows.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { AppendLog } from './support/append-log.js'
import { describeWith, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { ended, startThread } from './support/threads.js'

const scope = useScope()
const EACH = 20_000

/** Half of a writer's elements; there it waits for a file that the reader makes once it has seen all the writers. */
const HALF = EACH / 2

/** Appends the elements that AppendLog expects of a writer. */
const APPEND = `const base = BigInt(number + 1) << 32n
  for (let i = 1; i <= ${EACH}; ) {
    if (i > ${HALF}) while (!fs.existsSync(seen)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    if (i % 7 === 0 && i + 2 <= ${EACH}) {
      array.extend([base + BigInt(i), base + BigInt(i + 1), base + BigInt(i + 2)])
      i += 3
    } else {
      array.append(base + BigInt(i++))
    }
  }`

function startProcess(handle, number, seen) {
  const source = script(
    `const array = MmapArray.attach(${JSON.stringify(handle)})
     const [number, seen] = [${number}, ${JSON.stringify(seen)}]
     ${APPEND}`,
  )
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  scope.atEnd(() => child.kill('SIGKILL'))
  return once(child, 'exit').then((end) => expect(end).toEqual([0, null]))
}

const startWorker = (handle, number, seen) =>
  ended(
    startThread(
      `const fs = require('node:fs')
       const array = MmapArray.attach(workerData.handle)
       const { number, seen } = workerData
       ${APPEND}`,
      { handle, number, seen },
    ),
  )

/**
 * Follows the array while writers run; throws at the first element that is not one of theirs. The writers stop half way
 * until it has seen one of each, so what it reads is being written.
 */
async function follow(array, writers, done, seenFile) {
  const log = new AppendLog(array)
  const counts = () => Array.from({ length: writers }, (_, writer) => log.countOf(writer))
  let lengths = 0
  for (let last = false; ;) {
    last = await Promise.race([done.then(() => true), new Promise((turn) => setImmediate(turn, false))])
    const seen = log.length
    log.check()
    if (log.length > seen && !last) lengths++
    if (counts().every((count) => count > 0)) fs.writeFileSync(seenFile, '')
    if (last) {
      expect(fs.existsSync(seenFile), 'writers that went on before they were seen').toBe(true)
      expect(lengths, 'lengths that were seen while writers ran').toBeGreaterThan(writers)
      return counts()
    }
  }
}

const storages = [
  ['a file', () => scope.keep(MmapArray.open(scope.path(), 'q', { flags: 'w+' }))],
  ['anonymous memory', () => scope.keep(new MmapArray('q'))],
]

test.each(storages)('eight processes and four threads on %s', { timeout: 300_000 }, async (_, make) => {
  const array = make()
  const handle = array.handle()
  const reader = scope.keep(MmapArray.attach(handle, { flags: 'r' }))
  const seen = scope.path()
  const done = Promise.all([
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((number) => startProcess(handle, number, seen)),
    ...[8, 9, 10, 11].map((number) => startWorker(handle, number, seen)),
  ])
  expect(await follow(reader, 12, done, seen)).toEqual(Array.from({ length: 12 }, () => EACH))
  expect(array.refresh()).toBe(12 * EACH)
})

// A write whose source was not in memory yet stopped at the border of a page of the source. With a source at an odd address
// that was the middle of an element: others saw a ragged file, and a kill would have left it so.
test('bytes from an odd address, never touched before, are whole elements to a reader at any moment', async () => {
  const array = scope.keep(MmapArray.open(scope.path(), 'q', { flags: 'w+' }))
  const counts = new Int32Array(new SharedArrayBuffer(12))
  const [DONE, LOOKS, RAGGED] = [0, 1, 2]
  const reader = startThread(
    `const fs = require('node:fs')
    const { path, counts } = workerData
    const file = fs.openSync(path)
    while (!Atomics.load(counts, ${DONE})) {
      if (fs.fstatSync(file).size % 8) Atomics.add(counts, ${RAGGED}, 1)
      Atomics.add(counts, ${LOOKS}, 1)
    }
    fs.closeSync(file)`,
    { path: array.path, counts },
  )
  const size = 2 ** 20
  while (Atomics.load(counts, LOOKS) < 50_000) {
    array.frombytes(new Uint8Array(new ArrayBuffer(size), 1, size - 8))
    if (array.length > 2 ** 20) array.clear()
    await new Promise((turn) => setImmediate(turn))
  }
  Atomics.store(counts, DONE, 1)
  await ended(reader)
  expect(Atomics.load(counts, RAGGED)).toBe(0)
})

const C_WRITER = `
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>
int main(int count, char **argument) {
  int file = open(argument[1], O_WRONLY | O_APPEND);
  for (int64_t i = 1; i <= ${EACH}; i++) {
    while (i > ${HALF} && access(argument[3], F_OK)) usleep(1000);
    int64_t element = ((int64_t)(argument[2][0] - '0' + 1) << 32) + i;
    if (write(file, &element, sizeof element) != sizeof element) return 1;
  }
  return count != 4;
}`

const PYTHON_WRITER = `
import array, os, sys, time
file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
base = (int(sys.argv[2]) + 1) << 32
for i in range(1, ${EACH} + 1):
    while i > ${HALF} and not os.path.exists(sys.argv[3]): time.sleep(0.001)
    assert os.write(file, array.array('q', [base + i])) == 8
`

describeWith('gcc', ['--version'], 'with C', () =>
  describeWith('python3', ['--version'], 'and Python', () => {
    test.each(storages)('programs of C and of Python among them, on %s', { timeout: 300_000 }, async (_, make) => {
      const program = scope.path('writer')
      fs.writeFileSync(`${program}.c`, C_WRITER)
      expectExit(await run('gcc', ['-O1', '-Wall', '-o', program, `${program}.c`]))
      const array = make()
      const handle = array.handle()
      const reader = scope.keep(MmapArray.attach(handle, { flags: 'r' }))
      const seen = scope.path()
      const path = array.path ?? `/proc/${process.pid}/fd/${array.fd}`
      const foreign = async (command, args) => expectExit(await run(command, [...args, seen], { timeout: 240_000 }))
      const done = Promise.all([
        ...['0', '1'].map((number) => foreign(program, [path, number])),
        ...['2', '3'].map((number) => foreign('python3', ['-c', PYTHON_WRITER, path, number])),
        ...[4, 5].map((number) => startProcess(handle, number, seen)),
        ...[6, 7].map((number) => startWorker(handle, number, seen)),
      ])
      expect(await follow(reader, 8, done, seen)).toEqual(Array.from({ length: 8 }, () => EACH))
    })
  }),
)
