// A typed array on a real SharedArrayBuffer goes to a worker as it is, without the package there.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { MmapArray } from 'mmap-array'

const array = new MmapArray('i', [1, 2])
assert.equal(array.sharedBuffer.constructor.name, 'SharedArrayBuffer')
const source = `const { workerData } = require('node:worker_threads')
Atomics.store(workerData, 0, 42)
Atomics.notify(workerData, 0)`
const worker = new Worker(source, { eval: true, workerData: array.sharedView })
await once(worker, 'exit')
assert.equal(array.get(0), 42)
