// A .npy file is valid at every moment: for NumPy that loads it again and again while it changes, and for whoever finds it
// after its writer was killed. What broke while this was written: a count of more digits that was written in one write was
// seen half of by NumPy, and a file that was cut at once was shorter than a reader that knew the old count believed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { readNpy } from './support/npy.js'
import { startNumpy } from './support/numpy-process.js'
import { pythonWithNumpy } from './support/numpy.js'
import { expectExit, runNode, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const LOADER = fileURLToPath(new URL('./python/load_again.py', import.meta.url))

/** Changes the length in every way there is, mostly across lengths of few digits. */
function meddle(array) {
  const die = Math.random()
  const middle = Math.floor(array.length / 2)
  if (die < 0.5) array.append(1)
  else if (die < 0.65) array.insert(middle, 2)
  else if (die < 0.8) array.deleteSlice(0, 1)
  else if (die < 0.85) array.deleteSlice(undefined, undefined, 2)
  else if (die < 0.9) array.deleteSlice(0, middle)
  else if (die < 0.94) array.clear()
  else array.extend(new Int32Array(Math.floor(Math.random() * 2000)))
}

/** Records of 15 bytes, of which some lie across the border of two pages. */
const RECORD = { n: 'I', twice: 'q', rest: ['B', 3] }

/**
 * Appends one record or many. Each is made of its index, so that a loader can tell whether it is whole. There is no slack in such a
 * file: elements that were counted before they are written would not be there.
 */
function grow(array) {
  const { length } = array
  if (Math.random() < 0.8) return array.append({ n: length, twice: 2 * length, rest: [0, 0, 0] })
  const count = Math.floor(Math.random() * 1000)
  const records = Buffer.alloc(15 * count)
  for (let n = 0; n < count; n++) {
    records.writeUInt32LE(length + n, 15 * n)
    records.writeBigInt64LE(2n * BigInt(length + n), 15 * n + 4)
  }
  array.frombytes(records)
}

/** An empty array of the same type, in a new file in the place of the old one, which a loader may still read. */
function startAgain(array) {
  const beside = `${array.path}.new.npy`
  const next = scope.keep(MmapArray.open(beside, array.typecode, { flags: 'w+' }))
  fs.renameSync(beside, array.path)
  array.close()
  return next
}

const SUBJECTS = [
  ['integers', 'i', meddle],
  ['records', RECORD, grow],
]

const scope = useScope()

test.for(SUBJECTS)(
  'NumPy that loads a file of %s again and again sees no invalid one, but for a read that is torn',
  { timeout: 240_000 },
  async ([, type, change], { skip }) => {
    const python = await pythonWithNumpy(skip)
    const path = scope.path('busy.npy')
    let array = scope.keep(MmapArray.open(path, type, { flags: 'w+' }))
    const loader = spawn(python, ['-B', LOADER, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    scope.atEnd(() => loader.kill('SIGKILL'))
    const exit = once(loader, 'close')
    await once(loader.stdout, 'data')
    let output = ''
    loader.stdout.setEncoding('utf8').on('data', (text) => (output += text))
    const end = Date.now() + 2000
    while (Date.now() < end) {
      for (let n = 0; n < 500; n++) change(array)
      if (array.byteLength > 2 ** 22) array = startAgain(array)
      await sleep(0)
    }
    loader.stdin.end()
    expect(await exit).toEqual([0, null])
    const { loads, lengths, repeated, failures } = JSON.parse(output)
    expect(failures).toEqual([])
    // Linux reads no hundred bytes at once: about one read of a header in a million begins before some writes and ends after
    // them. A header that is wrong between two writes takes one load in twenty; that each of its states is right is held by
    // the core's tests.
    expect(repeated).toBeLessThanOrEqual(loads / 1000 + 1)
    expect(loads).toBeGreaterThan(10)
    expect(lengths).toBeGreaterThan(2)
  },
)

test.for(SUBJECTS)(
  'a writer of %s that is killed at any moment leaves a file that NumPy loads',
  { timeout: 240_000 },
  async ([, type, change], { skip }) => {
    const numpy = startNumpy(await pythonWithNumpy(skip))
    scope.atEnd(() => numpy.end())
    const path = scope.path('killed.npy')
    const code = script(`const change = ${change}
    const array = MmapArray.open(process.argv[1], ${JSON.stringify(type)}, { flags: 'a+' })
    for (let n = 0; ; n++) { change(array); if (n === 100) fs.writeSync(1, '.') }`)
    const lengths = []
    for (let round = 0; round < 12; round++) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', code, '--', path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = once(writer, 'exit')
      await once(writer.stdout, 'data')
      await sleep(Math.random() * 20)
      writer.kill('SIGKILL')
      expect(await exit).toEqual([null, 'SIGKILL'])
      const array = MmapArray.open(path, type)
      expect(await numpy.ask('length', path)).toBe(array.length)
      if (type === RECORD) {
        const twice = array.column('twice')
        expect(array.column('n').findIndex((n, at) => n !== at || twice[at] !== 2n * BigInt(at))).toBe(-1)
      }
      lengths.push(array.length)
      array.close()
      // Lengths of few digits change in more places.
      if (fs.statSync(path).size > 2 ** 20) fs.unlinkSync(path)
    }
    expect(new Set(lengths).size).toBeGreaterThan(3)
  },
)

describe('a reserved array', () => {
  const reserved = (rest) => `const array = MmapArray.open(process.argv[1], 'i', { flags: 'w+' })
    array.extend([1, 2])
    array.reserve(1000)
    for (let n = 0; n < 100; n++) array.append(n)
    ${rest}`

  test.each([
    ['the end of the process', ''],
    ['process.exit', 'process.exit(0)'],
    ['an uncaught error', "process.on('exit', () => (process.exitCode = 0)); throw new Error('meant')"],
  ])('has its count written at %s', async (_, rest) => {
    const path = scope.path('reserved.npy')
    const result = await runNode(reserved(rest), { args: [path] })
    expectExit(result, rest.includes('throw') ? result.code : 0)
    expect(readNpy(path, 4)).toMatchObject({ count: 102, size: 128 + 408 })
  })

  test('that is killed leaves the count of before', async () => {
    const path = scope.path('reserved.npy')
    const { signal } = await runNode(reserved("process.kill(process.pid, 'SIGKILL')"), { args: [path] })
    expect(signal).toBe('SIGKILL')
    expect(readNpy(path, 4)).toMatchObject({ count: 2, size: 128 + 4000 })
    const array = scope.keep(MmapArray.open(path, undefined, { flags: 'r+' }))
    expect([array.tolist(), fs.statSync(path).size]).toEqual([[1, 2], 128 + 8])
  })
})
