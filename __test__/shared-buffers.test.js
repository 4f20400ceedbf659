// sharedBuffer and sharedView: a real SharedArrayBuffer on the mapped memory.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { hasSharedBuffers } from '../native.js'
import { expectError } from './support/errors.js'
import { FACTS, expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { ended, messageOf, startBareThread } from './support/threads.js'
import { PAGE } from './support/pages.js'

const scope = useScope()
const numbers = (length = 5000) =>
  scope.keep(
    new MmapArray(
      'i',
      Int32Array.from({ length }, (_, index) => index),
    ),
  )

test('it is a SharedArrayBuffer on exactly the elements, in step with the array both ways', () => {
  const array = numbers()
  const { sharedBuffer, sharedView } = array
  expect(sharedBuffer).toBeInstanceOf(SharedArrayBuffer)
  expect(sharedBuffer.byteLength).toBe(array.byteLength)
  expect([...sharedView]).toEqual(array.tolist())
  sharedView[4999] = -1
  expect(array.get(4999)).toBe(-1)
  array.set(0, 77)
  expect(sharedView[0]).toBe(77)
})

test('it is the same object until the length changes', () => {
  const array = numbers()
  const { sharedBuffer, sharedView } = array
  expect(array.sharedBuffer).toBe(sharedBuffer)
  expect(array.sharedView).toBe(sharedView)
  array.append(5)
  expect(array.sharedBuffer).not.toBe(sharedBuffer)
  expect(array.sharedView.length).toBe(5001)
  array.sharedView[1] = 42
  expect(sharedView[1]).toBe(42)
})

test('an empty array has an empty one', () => {
  const array = scope.keep(new MmapArray('d'))
  expect(array.sharedBuffer.byteLength).toBe(0)
  expect(array.sharedView.length).toBe(0)
})

test('posting it shares, and needs no package; posting view copies', async () => {
  const array = numbers()
  const bare = `for (const view of workerData) Atomics.store(view, 0, 123)
    parentPort.postMessage('stored')`
  const worker = startBareThread(bare, [array.sharedView])
  expect(await messageOf(worker)).toBe('stored')
  expect(array.get(0)).toBe(123)
  array.set(0, 0)
  const copier = startBareThread(bare, [array.view])
  expect(await messageOf(copier)).toBe('stored')
  expect(array.get(0)).toBe(0)
  await Promise.all([ended(worker), ended(copier)])
})

test('Atomics.wait and notify work on it', async () => {
  const array = numbers()
  const worker = startBareThread(
    `parentPort.postMessage('ready')
     parentPort.postMessage(Atomics.wait(workerData, 3, 3, 60000))`,
    array.sharedView,
  )
  const messages = []
  worker.on('message', (message) => messages.push(message))
  while (Atomics.notify(array.sharedView, 3) === 0) await new Promise(setImmediate)
  await ended(worker)
  expect(messages).toEqual(['ready', 'ok'])
})

test('after close it shows zeros', () => {
  const array = numbers()
  const { sharedView } = array
  array.close()
  expect(sharedView.every((value) => value === 0)).toBe(true)
  sharedView[5] = 1
  expectError('ERR_CLOSED', () => array.sharedBuffer)
  expectError('ERR_CLOSED', () => array.sharedView)
})

test('stray stores into a read-only one reach nobody', () => {
  const path = scope.file(Buffer.from(Int32Array.of(1, 2, 3).buffer))
  const array = scope.keep(MmapArray.open(path, 'i'))
  const writer = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
  array.sharedView[0] = 99
  expect(writer.get(0)).toBe(1)
  expect(fs.readFileSync(path).readInt32LE(0)).toBe(1)
  writer.set(2, 33)
  expect(writer.sharedView[2]).toBe(33)
})

describe('what only the runtime itself can do', () => {
  const unaligned = () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', offset: 8 }))
    array.extend([1, 2, 3])
    return array
  }
  const copied = () => scope.keep(MmapArray.open(scope.file(Buffer.alloc(8)), 'i', { flags: 'c' }))

  test.each([
    ['an array that begins inside a page', unaligned],
    ['a copy-on-write array', copied],
  ])('%s', (_, make) => {
    const array = make()
    if (hasSharedBuffers()) {
      array.sharedView[1] = 5
      expect(array.get(1)).toBe(5)
    } else {
      expectError('ERR_UNSUPPORTED_RUNTIME', () => array.sharedBuffer)
    }
  })
})

test('an array that begins on a page, which is not the first', () => {
  // A multiple of every page size in use.
  const offset = 65536
  const kept = PAGE / 4
  const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', offset }))
  array.extend(Int32Array.from({ length: 50_000 }, (_, index) => index))
  const { sharedView } = array
  expect([sharedView[0], sharedView[49_999], sharedView.length]).toEqual([0, 49_999, 50_000])
  sharedView[0] = 7
  sharedView[49_999] = 8
  expect([array.get(0), array.get(-1)]).toEqual([7, 8])
  const bytes = fs.readFileSync(array.path)
  expect([bytes.readInt32LE(offset), bytes.readInt32LE(offset + 199_996)]).toEqual([7, 8])
  expect(bytes.subarray(0, offset).every((byte) => byte === 0)).toBe(true)
  // The guard knows where the file ends, which is not where the array begins.
  fs.truncateSync(array.path, offset + PAGE)
  expect([sharedView[5], sharedView[kept - 1], sharedView[40_000]]).toEqual([5, kept - 1, 0])
  expectError('ERR_MEMORY_FAULT', () => array.count(1))
  expect(array.refresh()).toBe(kept)
  array.extend(new Int32Array(50_000 - kept).fill(9))
  expect([array.sharedView[5], array.sharedView[kept - 1], array.sharedView[kept]]).toEqual([5, kept - 1, 9])
})

test('a worker that uses it goes on over zeros when the array is closed', async () => {
  const result = await runNode(
    `import { Worker } from 'node:worker_threads'
     import { once } from 'node:events'
     const array = new MmapArray('i', new Int32Array(100_000).fill(7))
     array.handle()
     const rounds = new Int32Array(new SharedArrayBuffer(4))
     const worker = new Worker(\`
       const { parentPort, workerData: { view, rounds } } = require('node:worker_threads')
       const sum = () => { let sum = 0; for (let i = 0; i < view.length; i++) sum += view[i]; return sum }
       const seen = new Set()
       while (sum() > 0) Atomics.add(rounds, 0, 1)
       for (let n = 0; n < 50; n++) { view.fill(n); Atomics.add(view, n, 1) }
       parentPort.postMessage(view.length)\`, { eval: true, execArgv: [], workerData: { view: array.sharedView, rounds } })
     const answer = once(worker, 'message')
     while (Atomics.load(rounds, 0) < 50) await new Promise(setImmediate)
     array.close()
     global.gc()
     console.log(String(await answer))`,
    { nodeOptions: ['--expose-gc'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('100000\n')
})

test('it outlives the array that was dropped in a thread that lives on', async () => {
  const result = await runNode(
    `let gone = 0
     const registry = new FinalizationRegistry(() => gone++)
     const make = (n) => {
       const array = new MmapArray('i', new Int32Array(100_000).fill(n))
       registry.register(array)
       return array.sharedView
     }
     const views = Array.from({ length: 20 }, (_, n) => make(n + 1))
     // A frame of the stack may keep the last.
     const collected = () => gone >= 15
     for (let n = 0; n < 100 && !collected(); n++) {
       global.gc()
       await new Promise(setImmediate)
     }
     // New ones take the address ranges that are free.
     const others = Array.from({ length: 20 }, () => make(99))
     const whole = () => views.every((view, n) => view.every((value) => value === n + 1))
     console.log(collected(), whole(), others.length)
     for (const view of views) view.fill(5)
     console.log(views.every((view) => view.every((value) => value === 5)))`,
    { nodeOptions: ['--expose-gc'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('true true 20\ntrue\n')
})

test('it outlives the array that was dropped, and the only worker that loaded the addon', async () => {
  const result = await runNode(
    `import { Worker } from 'node:worker_threads'
     import { once } from 'node:events'
     const worker = new Worker(\`
       const { parentPort } = require('node:worker_threads')
       import(${JSON.stringify(new URL('../index.js', import.meta.url).href)}).then(({ MmapArray }) => {
         parentPort.postMessage(new MmapArray('i', new Int32Array(100000).fill(7)).sharedView)
         global.gc?.()
       })\`, { eval: true, execArgv: [] })
     const [view] = await once(worker, 'message')
     await once(worker, 'exit')
     for (let i = 0; i < 10; i++) { global.gc(); await new Promise(setImmediate) }
     console.log(view.length, view.every((value) => value === 7))`,
    { nodeOptions: ['--expose-gc'] },
  )
  expectExit(result)
  expect(result.stdout).toBe('100000 true\n')
})

test('thousands come and go without leaving maps behind', async () => {
  const result = await runNode(
    `const { ANONYMOUS, addressSpace, maps } = await import(${JSON.stringify(FACTS)})
     const rest = async () => { for (let i = 0; i < 20; i++) { global.gc(); await new Promise(setImmediate) } }
     const round = async () => {
       for (let i = 0; i < 1000; i++) {
         const array = new MmapArray('i', [1, 2, 3])
         array.sharedView[0] = i
         array.append(4)
         array.sharedView[3] = i
         if (i % 2) array.close()
         if (i % 100 === 0) await rest()
       }
       await rest()
       return [maps([ANONYMOUS]), addressSpace()]
     }
     const first = await round()
     const second = await round()
     // A window spans 256 MiB: those of a tenth of the arrays would be more than this.
     console.log(second[0] - first[0] < 50 && second[1] - first[1] < 20 * 2 ** 30, String(first), String(second))`,
    { nodeOptions: ['--expose-gc'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toMatch(/^true /)
})
