// Appends of records whose size does not divide a page, by several writers that may be killed or stopped: no record is torn, and none is
// shifted. MMAP_ARRAY_KILLS=… asks for more kills.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { RECORDS, RecordCounts, SIZE, TYPE } from './support/checked-records.js'
import { expectError } from './support/errors.js'
import { expectExit, run, script } from './support/processes.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'
import { ended, startThread } from './support/threads.js'

const scope = useScope()
const KILLS = Number(process.env.MMAP_ARRAY_KILLS ?? 4)
const LONGEST = 30
/** As many records as 1 MB holds. */
const MANY = Math.floor(2 ** 20 / SIZE)

let names = 0
function inMemory() {
  const path = `/dev/shm/mmap-array-torn-${process.pid}-${names++}`
  scope.atEnd(() => fs.rmSync(path, { force: true }))
  return path
}

/** A process that appends without end, `count` records at a time, and writes down the number of the last one whose call returned. */
async function startWriter(path, writer, count) {
  const log = scope.path()
  const source = script(`${RECORDS}
    const [path, log] = process.argv.slice(1)
    const array = MmapArray.open(path, TYPE, { flags: 'r+' })
    const journal = fs.openSync(log, 'w')
    for (let n = 1; ; n += ${count}) {
      if (${count} === 1) array.append(record(${writer}, n))
      else array.frombytes(records(${writer}, n, ${count}))
      fs.writeSync(journal, Float64Array.of(n + ${count} - 1), 0, 8, 0)
      if (n === 1) fs.writeSync(1, 'started')
    }`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', path, log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  scope.atEnd(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exit])
  return {
    child,
    exit,
    acknowledged: () => new Float64Array(new Uint8Array(fs.readFileSync(log)).buffer)[0],
  }
}

/** Kills two writers of one file, each at a moment of its own. Returns whether they left a part of a record at the end. */
async function killWriters(path, count) {
  fs.writeFileSync(path, '')
  const survivor = MmapArray.open(path, TYPE, { flags: 'r+' })
  const writers = await Promise.all([1, 2].map((writer) => startWriter(path, writer, count)))
  await Promise.all(
    writers.map(async ({ child, exit }) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST))
      child.kill('SIGKILL')
      expect(await exit).toEqual([null, 'SIGKILL'])
    }),
  )
  const isTorn = fs.statSync(path).size % SIZE > 0
  const { length } = survivor
  expect(survivor.refresh()).toBeGreaterThan(length)
  survivor.append({ writer: 3, n: 1, check: 6.5 })
  survivor.close()
  const counts = new RecordCounts().addAll(fs.readFileSync(path))
  expect(counts.of(3)).toBe(1)
  writers.forEach(({ acknowledged }, at) => {
    expect(counts.of(at + 1)).toBeGreaterThanOrEqual(acknowledged())
    expect(counts.of(at + 1)).toBeLessThanOrEqual(acknowledged() + count)
  })
  return isTorn
}

describe.each([
  ['a file', () => scope.path()],
  ['/dev/shm', inMemory],
])('writers of records that are killed at a random moment, in %s', (_, place) => {
  test('append: all records whose call returned, whole', { timeout: 120_000 + 5_000 * KILLS }, async () => {
    const path = place()
    for (let kills = 0; kills < KILLS; kills += 2) await killWriters(path, 1)
  })

  // Without the lock, the records behind a torn one are shifted.
  test('frombytes of 1 MB: also after a torn record', { timeout: 120_000 + 5_000 * KILLS }, async () => {
    const path = place()
    let torn = 0
    for (let kills = 0; kills < KILLS || torn === 0; kills += 2) torn += await killWriters(path, MANY)
    if (process.env.MMAP_ARRAY_KILLS) console.log(`${torn} of ${KILLS / 2} files ended inside a record`)
  })
})

test('a writer that is stopped in an append is ERR_LOCKED with its pid, and nothing is written', async () => {
  const path = scope.file()
  const array = scope.keep(MmapArray.open(path, TYPE, { flags: 'r+' }))
  const { child } = await startWriter(path, 1, MANY)
  const isStopped = () => / T /.test(fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/.*\)/s, ''))
  let error
  while (!error) {
    child.kill('SIGSTOP')
    while (!isStopped()) await new Promise(setImmediate)
    const { size } = fs.statSync(path)
    try {
      array.append({ writer: 2, n: 1, check: 5.5 })
      // It was stopped between two appends.
      array.pop()
    } catch (caught) {
      error = caught
      expect(fs.statSync(path).size).toBe(size)
    }
    child.kill('SIGCONT')
  }
  const pid = process.env.MMAP_ARRAY_PORTABLE === '1' ? undefined : child.pid
  expect([error.code, error.pid]).toEqual(['ERR_LOCKED', pid])
  expect(error.message).toContain(pid ? `process ${pid} holds it` : 'another open file holds it')
  child.kill('SIGKILL')
  await once(child, 'exit')
  array.append({ writer: 2, n: 1, check: 5.5 })
  expect(new RecordCounts().addAll(fs.readFileSync(path)).of(2)).toBe(1)
})

const EACH = 20_000
/** A writer waits here for a file that the reader makes once it has seen records of all writers. */
const HALF = EACH / 2

/** Appends the records of one writer: alone, three at a time, and hundreds at a time. */
const APPEND = `${RECORDS}
  for (let n = 1; n <= ${EACH}; ) {
    if (n > ${HALF}) while (!fs.existsSync(seen)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    const count = Math.min(n % 7 ? 1 : n % 35 ? 3 : 300, ${EACH} + 1 - n)
    if (count === 1) array.append(record(number, n))
    else if (count <= 3) array.extend(Array.from({ length: count }, (_, i) => record(number, n + i)))
    else array.frombytes(records(number, n, count))
    n += count
  }`

const PYTHON_WRITER = `
import fcntl, os, struct, sys, time
path, number, seen = sys.argv[1], int(sys.argv[2]), sys.argv[3]
file = os.open(path, os.O_RDWR | os.O_APPEND)
RECORD = struct.Struct('<Idd')

def lock_appends(kind):
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, struct.pack('hhqqi4x', kind, os.SEEK_SET, 2**62, 1, 0))

n = 1
while n <= ${EACH}:
    while n > ${HALF} and not os.path.exists(seen): time.sleep(0.001)
    count = min(1 if n % 7 else 300, ${EACH} + 1 - n)
    batch = b''.join(RECORD.pack(number, i, 3 * i + number + 0.5) for i in range(n, n + count))
    lock_appends(fcntl.F_WRLCK)
    size = os.fstat(file).st_size
    if size % RECORD.size: os.ftruncate(file, size - size % RECORD.size)
    assert os.write(file, batch) == len(batch)
    lock_appends(fcntl.F_UNLCK)
    n += count
`

describePython('four writers of records, one of them in Python', () => {
  test.each([
    ['a file', () => MmapArray.open(scope.path(), TYPE, { flags: 'w+' })],
    ['anonymous memory', () => new MmapArray(TYPE)],
    ['/dev/shm', () => MmapArray.open(inMemory(), TYPE, { flags: 'w+' })],
  ])('on %s: a reader sees 80,000 whole records', { timeout: 300_000 }, async (_, make) => {
    const array = scope.keep(make())
    const handle = array.handle()
    const seen = scope.path()
    const startProcess = async (number) => {
      const source = script(`const array = MmapArray.attach(${JSON.stringify(handle)})
        const [number, seen] = [${number}, ${JSON.stringify(seen)}]
        ${APPEND}`)
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      scope.atEnd(() => child.kill('SIGKILL'))
      expect(await once(child, 'exit')).toEqual([0, null])
    }
    const thread = startThread(
      `const fs = require('node:fs')
      const array = MmapArray.attach(workerData.handle)
      const { number, seen } = workerData
      ${APPEND}`,
      { handle, number: 3, seen },
    )
    const path = array.path ?? `/proc/${process.pid}/fd/${array.fd}`
    const inPython = run('python3', ['-c', PYTHON_WRITER, path, '4', seen], { timeout: 240_000 })
    const done = Promise.all([startProcess(1), startProcess(2), ended(thread), inPython.then((end) => expectExit(end))])
    const reader = scope.keep(MmapArray.attach(handle, { flags: 'r' }))
    const counts = new RecordCounts()
    let read = 0
    for (let last = false; !last;) {
      last = await Promise.race([done.then(() => true), new Promise((turn) => setImmediate(turn, false))])
      const length = reader.refresh()
      for (; read < length; read++) counts.add(reader.get(read), read)
      if ([1, 2, 3, 4].every((writer) => counts.of(writer) > 0)) fs.writeFileSync(seen, '')
    }
    expect([1, 2, 3, 4].map((writer) => counts.of(writer))).toEqual([EACH, EACH, EACH, EACH])
    expect(read).toBe(4 * EACH)
  })
})

describe('records in a file that was whole', () => {
  const record = (n) => ({ writer: 1, n, check: n + 0.5 })
  const bytesOf = (numbers) => {
    const array = new MmapArray(TYPE, numbers.map(record))
    return Buffer.from(array.tobytes())
  }
  const part = bytesOf([9]).subarray(0, 7)

  test.each([
    ['append', (array) => array.append(record(3)), [1, 2, 3]],
    ['extend', (array) => array.extend([record(3), record(4)]), [1, 2, 3, 4]],
    ['extend with the array itself', (array) => array.extend(array), [1, 2, 1, 2]],
    ['insert', (array) => array.insert(0, record(0)), [0, 1, 2]],
    ['pop', (array) => array.pop(), [1]],
    ['clear', (array) => array.clear(), []],
    ['deleteSlice', (array) => array.deleteSlice(0, 1), [2]],
    ['setSlice', (array) => array.setSlice([record(7), record(8)], 1), [1, 7, 8]],
    ['repeatInPlace', (array) => array.repeatInPlace(3), [1, 2, 1, 2, 1, 2]],
    ['fromfile', (array) => array.fromfile(scope.file(bytesOf([3])), 1), [1, 2, 3]],
    ['fromfileAsync', (array) => array.fromfileAsync(scope.file(bytesOf([3])), 1), [1, 2, 3]],
    ['reserve', (array) => array.reserve(100), [1, 2]],
  ])('%s after a torn append removes its part', async (_, change, expected) => {
    const path = scope.file(bytesOf([1, 2]))
    const array = scope.keep(MmapArray.open(path, TYPE, { flags: 'r+' }))
    const reader = scope.keep(MmapArray.open(path, TYPE))
    fs.appendFileSync(path, part)
    expect([array.refresh(), reader.refresh()]).toEqual([2, 2])
    await change(array)
    array.close()
    expect(fs.readFileSync(path)).toEqual(bytesOf(expected))
    expect(reader.refresh()).toBe(expected.length)
  })

  test('a file that ends inside a record when it is opened is kept, until it is whole', () => {
    const path = scope.file(Buffer.concat([bytesOf([1]), part]))
    const array = scope.keep(MmapArray.open(path, TYPE, { flags: 'r+' }))
    expect(array.tolist()).toEqual([record(1)])
    expectError('ERR_RAGGED_LENGTH', () => array.append(record(2)))
    expectError('ERR_RAGGED_LENGTH', () => array.pop())
    expect(fs.statSync(path).size).toBe(27)
    fs.appendFileSync(path, bytesOf([9]).subarray(7))
    array.append(record(2))
    fs.appendFileSync(path, part)
    array.append(record(3))
    expect(fs.readFileSync(path)).toEqual(bytesOf([1, 9, 2, 3]))
  })

  test('behind an offset, records of a size that divides the page are protected too', () => {
    const path = scope.file(Buffer.alloc(5))
    const array = scope.keep(MmapArray.open(path, [['a', 'q']], { flags: 'r+', offset: 5 }))
    array.append({ a: 1n })
    fs.appendFileSync(path, part)
    array.append({ a: 2n })
    expect([array.tolist(), fs.statSync(path).size]).toEqual([[{ a: 1n }, { a: 2n }], 21])
  })
})
