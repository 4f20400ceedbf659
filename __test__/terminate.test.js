// worker.terminate() in the middle of anything: the process goes on, the file is whole elements, the lock is free, and what
// the worker held is given back. Each group in a child, whose exit code and signal are looked at.
import { expect, test } from 'vitest'
import { FACTS, INDEX, expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** What a worker does again and again; `array` is attached to a file of at least 100 doubles 7.5. */
const LOOPS = {
  appends: [
    'array.append(7.5)',
    'array.extend(many)',
    'array.extend(list)',
    'array.fromfile(path, 100); array.deleteSlice(100)',
    'array.reserve(array.length + 1000); for (let n = 0; n < 999; n++) array.append(7.5); array.deleteSlice(100)',
  ],
  'other changes': [
    'array.insert(50, 7.5); array.pop(50)',
    'array.setSlice(many, 50, 60); array.deleteSlice(50, 40 + many.length)',
    'array.fill(7.5)',
    'array.view.fill(7.5)',
    'array.sharedView[5] = 7.5',
  ],
  flushes: [
    'array.append(7.5); array.flush()',
    'array.append(7.5); await array.flushAsync()',
    'for (let n = 0; n < 20; n++) array.flushAsync(); await array.flushAsync()',
    "array.tofile(path + '.copy')",
  ],
  'asynchronous results': [
    'for (let n = 0; n < 20; n++) array.searchsortedAsync(many); await array.searchsortedAsync(many)',
    'for (let n = 0; n < 20; n++) array.envelopeAsync(100); await array.envelopeAsync(100)',
  ],
  locks: [
    'array.lock(); array.append(7.5); array.unlock()',
    'if (!locked) { array.lock(); locked = true }; array.append(7.5)',
    'await array.withLock(() => array.append(7.5))',
  ],
  'opened and attached arrays': [
    "const one = MmapArray.open(path, 'd', { flags: 'r+' }); one.append(7.5); one.close()",
    'const one = MmapArray.attach(workerData.handle); one.append(7.5); one.view; one.sharedView',
    "new MmapArray('d', [1]).append(2)",
  ],
  'notify and waitAsync': ['words.notify(0)', 'words.waitAsync(0, 0).catch(() => {}); await words.waitAsync(1, 5)'],
}

/** Sleeps that the terminated worker is in. */
const SLEEPS = ['words.wait(0, 0)', 'words.wait(0, 0, 1e9)', 'await words.waitAsync(0, 0)']

/** Sleeps that only the lock's holder could end. */
const LOCKED_OUT = ['array.lock()', 'array.lock({ shared: true })', 'await array.lockAsync()']

async function terminated(works, { held = false } = {}) {
  const result = await runNode(
    `import { Worker } from 'node:worker_threads'
     const path = ${JSON.stringify(scope.path())}
     const array = MmapArray.open(path, 'd', { flags: 'w+' })
     array.extend(new Float64Array(100).fill(7.5))
     const words = new MmapArray('i', [0, 0])
     const rounds = new Int32Array(new SharedArrayBuffer(4))
     const facts = await import(${JSON.stringify(FACTS)})
     const descriptors = () => facts.descriptors([facts.ANONYMOUS, path])
     const source = (work) => ${JSON.stringify(`
       const { workerData } = require('node:worker_threads')
       const { path, rounds } = workerData
       const ready = () => Atomics.add(rounds, 0, 1)
       const many = new Float64Array(5000).fill(7.5)
       const list = Array.from(many)
       let locked = false
       import(${JSON.stringify(INDEX)}).then(async ({ MmapArray }) => {
         const array = MmapArray.attach(workerData.handle)
         const words = MmapArray.attach(workerData.words)
         WORK
       })`)}.replace('WORK', () => work)
     const round = async (work) => {
       if (${held}) array.lock()
       Atomics.store(rounds, 0, 0)
       const worker = new Worker(source(work), { eval: true, execArgv: [],
         workerData: { path, rounds, handle: array.handle(), words: words.handle() } })
       worker.on('error', (error) => { throw error })
       while (Atomics.load(rounds, 0) === 0) await new Promise(setImmediate)
       if ((await worker.terminate()) !== 1) throw new Error('it ended by itself')
       if (${held}) array.unlock()
       // Free: whoever held it is gone.
       if (!array.tryLock()) throw new Error('still locked')
       array.unlock()
       const { size } = fs.statSync(path)
       if (size % 8 || array.refresh() !== size / 8 || array.length < 100) throw new Error('a file of ' + size)
       if (array.count(7.5) !== array.length) throw new Error('elements nobody wrote')
       array.append(7.5)
       array.deleteSlice(100)
     }
     let before
     for (const work of ${JSON.stringify(works)}) {
       console.log(work)
       await round(work)
       before ??= descriptors()
       await round(work)
     }
     for (let n = 0; n < 5; n++) { gc(); await new Promise(setImmediate) }
     if (descriptors() > before) throw new Error('descriptors left: ' + (descriptors() - before))`,
    { nodeOptions: ['--expose-gc'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toBe(`${works.join('\n')}\n`)
}

test.each(Object.keys(LOOPS))('in the middle of %s', (name) =>
  terminated(
    LOOPS[name].map((work) => `for (;;) { ${work}; ready(); if (array.length > 1e6) array.deleteSlice(100) }`),
  ),
)

test('asleep on an element', () => terminated(SLEEPS.map((sleep) => `ready(); ${sleep}`)))

test('asleep for a lock', () =>
  terminated(
    LOCKED_OUT.map((sleep) => `ready(); ${sleep}`),
    { held: true },
  ))
