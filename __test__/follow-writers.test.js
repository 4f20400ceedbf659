// A follower beside four processes that append as fast as they can, one of them Python, of which one is killed now and then and
// replaced. MMAP_ARRAY_FOLLOW_SECONDS=… asks for a longer run, and MMAP_ARRAY_FOLLOW_KILL_MS=… for other pauses between kills.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { script } from './support/processes.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

const SECONDS = Number(process.env.MMAP_ARRAY_FOLLOW_SECONDS ?? 4)
const KILL_MS = Number(process.env.MMAP_ARRAY_FOLLOW_KILL_MS ?? 500)
const WRITERS = 4

/** Elements that say who wrote them and how many that writer wrote before. */
const KINDS = {
  // The writer, its count, and the bits of both turned.
  numbers: {
    type: 'Q',
    bytes: 8,
    element: `(writer, n) => (BigInt(~writer & 0xffff) << 48n) | (BigInt(writer) << 32n) | BigInt(n)`,
    packed: `struct.pack('<IHH', n, writer, ~writer & 0xffff)`,
    decode: (element) => ({
      writer: Number((element >> 32n) & 0xffffn),
      n: Number(element & 0xffffffffn),
      isWhole: ((element >> 48n) ^ (element >> 32n)) % 65536n === 65535n,
    }),
  },
  // A record of 20 bytes lies across page borders, where a kill interrupts it. The next append removes what is left of it.
  'records across pages': {
    type: { writer: 'I', n: 'Q', check: 'Q' },
    bytes: 20,
    element: `(writer, n) => ({ writer, n: BigInt(n), check: ~BigInt(n) & 0xffffffffffffffffn })`,
    packed: `struct.pack('<IQQ', writer, n, ~n & 0xffffffffffffffff)`,
    decode: ({ writer, n, check }) => ({ writer, n: Number(n), isWhole: (n ^ check) === 0xffffffffffffffffn }),
  },
}

/** Appends one element, then five at once, until it is told to stop, or its parent was killed. Writes the count of those that are surely in the file to a log. */
const nodeWriter = ({ type, element }) =>
  script(`const [path, log, id, stop] = process.argv.slice(1)
    const element = ${element}
    const array = MmapArray.open(path, ${JSON.stringify(type)}, { flags: 'r+', tail: 'cut' })
    const journal = fs.openSync(log, 'w')
    const line = new Float64Array(1)
    const writer = Number(id)
    let n = 0
    const acknowledge = () => { line[0] = n; fs.writeSync(journal, line, 0, 8, 0) }
    const parent = process.ppid
    while (!fs.existsSync(stop) && process.ppid === parent) {
      for (let round = 0; round < 200; round++) {
        array.append(element(writer, ++n))
        array.extend(Array.from({ length: 5 }, () => element(writer, ++n)))
        acknowledge()
      }
    }`)

const pythonWriter = ({ bytes, packed }) => `
import fcntl, os, struct, sys
path, log, writer, stop = sys.argv[1:]
writer, n = int(writer), 0
file = os.open(path, os.O_RDWR | os.O_APPEND)
journal = os.open(log, os.O_WRONLY | os.O_CREAT)

def lock_appends(kind):
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, struct.pack('hhqqi4x', kind, os.SEEK_SET, 2**62, 1, 0))

parent = os.getppid()
while not os.path.exists(stop) and os.getppid() == parent:
    for _ in range(200):
        n += 1
        lock_appends(fcntl.F_WRLCK)
        size = os.fstat(file).st_size
        if size % ${bytes}:
            os.ftruncate(file, size - size % ${bytes})
        os.write(file, ${packed})
        lock_appends(fcntl.F_UNLCK)
        os.pwrite(journal, struct.pack('<d', n), 0)
`

const scope = useScope()

/** Starts a writer: `{ id, log, child, kill, ended }`. */
function startWriter(kind, path, id, stop) {
  const log = scope.path()
  const words = [path, log, String(id), stop]
  const isPython = id % WRITERS === 0
  const child = isPython
    ? spawn('python3', ['-c', pythonWriter(kind), ...words], { stdio: 'inherit' })
    : spawn(process.execPath, ['--input-type=module', '-e', nodeWriter(kind), '--', ...words], { stdio: 'inherit' })
  scope.atEnd(() => child.kill('SIGKILL'))
  return { log, child, ended: once(child, 'exit') }
}

const acknowledged = (log) =>
  (fs.existsSync(log) && new Float64Array(new Uint8Array(fs.readFileSync(log)).buffer)[0]) || 0

describePython('follow beside four processes that append, one of them Python, and kills', () => {
  test.each(Object.entries(KINDS))(
    'gives each element of %s once and in order',
    async (_, kind) => {
      const path = scope.file()
      const stop = scope.path()
      const reader = scope.keep(MmapArray.open(path, kind.type))
      const counts = new Map()
      let given = 0
      let isDone = () => false
      const read = (async () => {
        for await (const part of reader.follow()) {
          for (const element of part) {
            const { writer, n, isWhole } = kind.decode(element)
            if (!isWhole) throw new Error(`nobody wrote element ${given}`)
            const before = counts.get(writer) ?? 0
            if (n !== before + 1) throw new Error(`element ${given}: ${n} of writer ${writer} after ${before}`)
            counts.set(writer, n)
            given++
          }
          if (isDone()) return
        }
      })()
      const writers = Array.from({ length: WRITERS }, (__, id) => startWriter(kind, path, id, stop))
      scope.atEnd(() => read.catch(() => {}))
      const end = Date.now() + SECONDS * 1000
      while (Date.now() < end) {
        // One kill follows the other.
        // oxlint-disable-next-line no-await-in-loop
        await Promise.race([pause(KILL_MS), read])
        const killed = writers[writers.length - WRITERS]
        killed.child.kill('SIGKILL')
        // oxlint-disable-next-line no-await-in-loop
        await killed.ended
        writers.push(startWriter(kind, path, writers.length, stop))
      }
      fs.writeFileSync(stop, '')
      const ends = await Promise.all(writers.map(({ ended }) => ended))
      expect(ends.slice(-WRITERS)).toEqual(Array.from({ length: WRITERS }, () => [0, null]))
      const whole = Math.floor(fs.statSync(path).size / kind.bytes)
      isDone = () => given >= whole
      if (isDone()) reader.close()
      await read
      expect(given).toBe(whole)
      for (const [id, { log }] of writers.entries()) {
        const sure = acknowledged(log)
        expect(counts.get(id) ?? 0, `of writer ${id}`).toBeGreaterThanOrEqual(sure)
        // A killed writer has appended an element and five more at most since it wrote to its log.
        expect(counts.get(id) ?? 0, `of writer ${id}`).toBeLessThanOrEqual(sure + 6)
      }
      if (process.env.MMAP_ARRAY_FOLLOW_SECONDS) console.log(`${given} elements of ${writers.length} writers`)
    },
    SECONDS * 2000 + 60_000,
  )
})
