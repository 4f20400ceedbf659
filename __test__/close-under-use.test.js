// Close in one thread while another uses the same memory in a compiled loop: an attachment goes on as it was, shared
// memory turns to zeros, and the process lives. Each case in a child.
import { describe, expect, test } from 'vitest'
import { hasSharedBuffers } from '../native.js'
import { INDEX, expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** Runs a body with `make()`, an array of 10,000 sevens, and `start(source, data)`, a worker; `flags` are shared words. */
async function inChild(storage, body) {
  const make = {
    file: `MmapArray.open(${JSON.stringify(scope.path())}, 'i', { flags: 'w+' })`,
    anonymous: `new MmapArray('i')`,
  }[storage]
  const result = await runNode(
    `import { once } from 'node:events'
     import { Worker } from 'node:worker_threads'
     const flags = new Int32Array(new SharedArrayBuffer(8))
     const [ROUNDS, STOP] = [0, 1]
     const make = () => { const array = ${make}; array.extend(new Int32Array(10_000).fill(7)); return array }
     const start = (source, workerData) => new Worker(\`
       const { parentPort, workerData } = require('node:worker_threads')
       const { flags } = workerData
       import(${JSON.stringify(INDEX)}).then(async ({ MmapArray }) => { \${source} })\`,
       { eval: true, execArgv: [], workerData: { flags, ...workerData } })
     const answerOf = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
     const ended = (worker) => worker.threadId === -1 || once(worker, 'exit')
     const rounds = async (count) => { for (const end = flags[ROUNDS] + count; Atomics.load(flags, ROUNDS) < end; ) await new Promise(setImmediate) }
     ${body}
     console.log('end')`,
    { nodeOptions: ['--expose-gc'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

/** Sums up round after round until it is told to stop; answers with every sum it saw but 70,000. */
const LOOP = (element, prepare) => `
  const array = MmapArray.attach(workerData.handle)
  ${prepare}
  const sumOf = new Function('array', 'view', 'let sum = 0; for (let i = 0; i < 10_000; i++) sum += ${element}; return sum')
  const others = []
  while (!Atomics.load(flags, 1)) {
    const sum = sumOf(array, view)
    if (sum !== 70_000) others.push(sum)
    Atomics.add(flags, 0, 1)
  }
  parentPort.postMessage(others.slice(0, 5))`

describe.each(['file', 'anonymous'])('%s', (storage) => {
  test.each([
    ['view', 'view[i]', 'const { view } = array'],
    ['get()', 'array.get(i)', 'const view = undefined'],
    ['sharedView', 'view[i]', 'const view = array.sharedView'],
  ])('the owner closes while another thread reads its attachment by %s', (_, element, prepare) =>
    inChild(
      storage,
      `const array = make()
       const { view, sharedView } = array
       const worker = start(${JSON.stringify(LOOP(element, prepare))}, { handle: array.handle() })
       const answer = answerOf(worker)
       await rounds(100)
       array.close()
       gc()
       await rounds(100)
       // Its shared memory is the other thread's too, where the runtime made it of the very window.
       if (view.length !== 0 || sharedView[0] !== ${hasSharedBuffers() ? 7 : 0}) throw new Error('nothing was closed')
       Atomics.store(flags, STOP, 1)
       const others = await answer
       if (others.length > 0) throw new Error('sums ' + others)`,
    ),
  )

  test('the owner closes while a bare thread reads the shared buffer it was sent', () =>
    inChild(
      storage,
      `const array = make()
       const source = "const { flags, view } = workerData; let sum = 1; while (sum) { sum = 0; for (let i = 0; i < view.length; i++) sum += view[i]; Atomics.add(flags, 0, 1) } view.fill(5); parentPort.postMessage('zeros')"
       const worker = start(source, { view: array.sharedView })
       const answer = answerOf(worker)
       await rounds(100)
       array.close()
       if ((await answer) !== 'zeros') throw new Error('no zeros')
       await ended(worker)
       gc()`,
    ))

  test('two threads attach, use and close the same array over and over', () =>
    inChild(
      storage,
      `const array = make()
       const use = (MmapArray, handle) => {
         const one = MmapArray.attach(handle)
         const { view } = one
         if (view[5] !== 7 || one.get(9_999) !== 7 || one.count(7) !== 10_000 || one.sharedView[77] !== 7) throw new Error('not its elements')
         one.close()
         if (view.length !== 0) throw new Error('not closed')
       }
       const source = 'const use = ' + use + '; for (let n = 0; n < 300; n++) use(MmapArray, workerData.handle); parentPort.postMessage(300)'
       const handle = array.handle()
       const answers = [1, 2].map(() => answerOf(start(source, { handle })))
       for (let n = 0; n < 300; n++) { use(MmapArray, handle); if (n % 50 === 0) gc() }
       if (String(await Promise.all(answers)) !== '300,300') throw new Error('not all')
       if (array.count(7) !== 10_000) throw new Error('the owner lost it')`,
    ))

  test('close while another thread is inside kernels on its attachment', () =>
    inChild(
      storage,
      `const array = make()
       array.extend(new Int32Array(4_000_000).fill(7))
       const source = "const array = MmapArray.attach(workerData.handle); let counts = new Set(); while (!Atomics.load(flags, 1)) { counts.add(array.count(7)); counts.add(array.tobytes().length / 4); Atomics.add(flags, 0, 1) } parentPort.postMessage([...counts])"
       const answer = answerOf(start(source, { handle: array.handle() }))
       await rounds(2)
       array.close()
       await rounds(2)
       Atomics.store(flags, STOP, 1)
       if (String(await answer) !== '4010000') throw new Error('counts ' + (await answer))`,
    ))
})

test('what is pending on an array that is closed ends in the error of a closed array', () =>
  inChild(
    'file',
    `const array = make()
     const other = MmapArray.attach(array.handle())
     other.lock()
     const pending = [array.waitAsync(0, 7), array.waitAsync(1, 7, 1e9), array.lockAsync(), array.withLock(() => 5)]
     const flush = array.flushAsync()
     await new Promise(setImmediate)
     array.close()
     const codes = (await Promise.allSettled(pending)).map(({ reason }) => reason?.code)
     if (codes.some((code) => code !== 'ERR_CLOSED')) throw new Error('ended with ' + codes)
     // Its part on this thread was over by then.
     await flush
     other.unlock()`,
  ))

test('iterators begun before close end in the error of a closed array', () =>
  inChild(
    'file',
    `for (const begin of ['values', 'keys', 'entries']) {
       const array = make()
       const iterator = array[begin]()
       iterator.next()
       array.close()
       let code
       try { iterator.next() } catch (error) { code = error.code }
       if (code !== 'ERR_CLOSED') throw new Error(begin + ' ' + code)
       if (!iterator.next().done) throw new Error('not over')
     }`,
  ))

test.skipIf(typeof ArrayBuffer.prototype.transfer !== 'function')(
  'a buffer that was transferred away outlives the array, in another thread too',
  () =>
    inChild(
      'anonymous',
      `const source = "parentPort.once('message', (moved) => { const view = new Int32Array(moved); for (let sum = 1; sum; Atomics.add(flags, 0, 1)) { sum = 0; for (let i = 0; i < view.length; i++) sum += view[i] } parentPort.postMessage('zeros') })"
       for (let n = 0; n < 5; n++) {
         let array = make()
         const moved = array.buffer.transfer()
         const worker = start(source)
         const answer = answerOf(worker)
         worker.postMessage(moved, [moved])
         await rounds(20)
         array.close()
         array = undefined
         if ((await answer) !== 'zeros') throw new Error('not given back')
         await ended(worker)
         gc()
       }`,
    ),
)
