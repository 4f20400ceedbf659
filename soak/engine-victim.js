// A child of `engine-calls.js`: does calls of the engine again and again while a thread of its own writes to the memory. It says
// on standard output which call begins and what became of it, so that its parent knows which one ended it.
import crypto from 'node:crypto'
import fs from 'node:fs'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { MmapArray } from '../index.js'

const BYTES = 2 ** 20
const say = (line) => fs.writeSync(1, `${JSON.stringify(line)}\n`)

/** Where an array is, and what is written there: noise, or a seed in which one byte after another is wrong for a moment. */
function scribble({ handle, seed, stop }) {
  const { view } = MmapArray.attach(handle)
  const random = new Uint32Array(1000)
  while (Atomics.load(stop, 0) === 0) {
    if (seed === undefined) {
      crypto.randomFillSync(view)
      continue
    }
    const plant = () => {
      for (let at = 0; at < view.length; at += seed.length) view.set(seed.subarray(0, view.length - at), at)
    }
    // Nearly always something that makes sense, but something else when it is used than when it was measured.
    for (let n = 0; n < 20; n++) {
      view.fill(0x61)
      plant()
    }
    crypto.randomFillSync(random)
    for (const number of random) {
      const at = number % Math.min(seed.length, view.length)
      view[at] = number >>> 24
      for (let n = 0; n < (number & 0x3ff); n++) view[at + n + 1] ^= 0x80 & (number >>> (n % 8))
      if (number & 0x400) continue
      view.set(seed.subarray(at, at + 0x400), at)
    }
    // All of one kind, then all of the other: what is measured in one and used in the other differs most.
    view.fill(0x61)
    view.fill(0xc3)
  }
}

async function work({ name, seed, call }, { kind, seconds }) {
  const array = new MmapArray('B', new Uint8Array(BYTES))
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const started = new Promise((resolve, reject) => {
    const url = new URL(import.meta.url)
    const worker = new Worker(url, { workerData: { handle: array.handle(), seed, stop } })
    worker.on('online', () => resolve(worker)).on('error', reject)
  })
  const worker = await started
  const bytes = array[kind]
  const as = (Type, count) => new Type(bytes.buffer, 0, count)
  say({ begins: name })
  const errors = {}
  let rounds = 0
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    try {
      const result = call({ bytes, as })
      if (result instanceof Promise) await result
    } catch (error) {
      const label = error.code ?? error.name
      errors[label] = (errors[label] ?? 0) + 1
    }
    rounds++
  }
  say({ ends: name, rounds, errors })
  Atomics.store(stop, 0, 1)
  await new Promise((resolve) => worker.on('exit', resolve))
  array.close()
}

/** What is begun on memory that `close()` takes away is to end by a result or by an error, for whoever awaits it. */
async function closeMeanwhile({ name, call }) {
  say({ begins: name })
  const errors = {}
  const note = (label) => (errors[label] = (errors[label] ?? 0) + 1)
  const onUncaught = (error) => note(`thrown at nobody: ${error.code ?? error.name}`)
  process.on('uncaughtException', onUncaught)
  for (let round = 0; round < 10; round++) {
    const array = new MmapArray('B', crypto.randomBytes(BYTES / 4))
    const settled = call(array.view).catch((error) => note(error.code ?? error.name))
    if (round % 2) await new Promise(setImmediate)
    array.close()
    const tooLate = new Promise((resolve) => setTimeout(resolve, 10_000, 'never settled'))
    if ((await Promise.race([settled, tooLate])) === 'never settled') {
      note('never settled')
      break
    }
  }
  process.off('uncaughtException', onUncaught)
  say({ ends: name, rounds: 10, errors })
}

if (isMainThread) {
  const { CASES, CLOSINGS } = await import('./engine-cases.js')
  const { kind, seconds, names } = JSON.parse(process.argv[2])
  if (names === undefined) say({ cases: (kind === 'close' ? CLOSINGS : CASES).map(({ name }) => name) })
  for (const name of names ?? []) {
    const found = [...CASES, ...CLOSINGS].find((one) => one.name === name)
    await (kind === 'close' ? closeMeanwhile(found) : work(found, { kind, seconds }))
  }
  process.exit(0)
} else scribble(workerData)
