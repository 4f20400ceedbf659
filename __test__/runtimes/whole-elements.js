// A worker inserts and removes elements while this thread reads those that move. Each has four equal bytes, so one that is
// moved byte by byte, as some C libraries do, shows.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from 'mmap-array'

const element = (n) => 0x01010101 * (n % 128)

if (isMainThread) {
  const array = new MmapArray(
    'i',
    Array.from({ length: 4001 }, (_, n) => element(n)),
  )
  const worker = new Worker(new URL(import.meta.url), { workerData: array.handle() })
  await once(worker, 'message')
  const moving = array.view.subarray(0, 4000)
  for (let round = 0; round < 1000; round++) {
    for (const value of moving)
      assert.equal(value, element(value & 0xff), 'an element is half the old, half the new one')
  }
  await worker.terminate()
} else {
  const array = MmapArray.attach(workerData)
  parentPort.postMessage('begins')
  for (let n = 0; ; n++) {
    array.insert(0, element(n))
    array.pop(0)
  }
}
