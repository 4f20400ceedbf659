// A handle goes to a worker, which has the same memory, appends, locks, and wakes who waits.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { MmapArray } from 'mmap-array'

if (isMainThread) {
  const array = new MmapArray('i', [0, 0, 3])
  const worker = new Worker(new URL(import.meta.url), { workerData: array.handle() })
  const [answer] = await Promise.all([array.waitAsync(1, 0, 30_000), once(worker, 'exit')])
  assert.equal(array.get(1), 7)
  assert.match(answer, /^(ok|not-equal)$/)
  assert.equal(array.refresh(), 4)
  assert.deepEqual(array.tolist(), [0, 7, 3, 4])
} else {
  const array = MmapArray.attach(workerData)
  await array.withLock(() => array.append(4))
  array.view[1] = 7
  array.notify(1)
}
