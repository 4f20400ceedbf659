// A worker thread that attaches an array gets the same memory, without a copy, a map or a fault. Prints the lines of the report as JSON.
import assert from 'node:assert'
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, maps, threadFaults } from '../../__test__/support/process-facts.js'
import { compare, line, median } from '../comparison.js'
import { sample, sampleSum, sumOf } from '../sample.js'

const PAGE = 4096
const ATTACHMENTS = 1000
const MOST_MICROSECONDS = 50
/** Faults of the surrounding JavaScript, for each page of the array. */
const MOST_FAULTS = 0.01

/** Lets workers, one after another, attach an array whose pages are present. */
async function measure({ bytes, rounds }) {
  const array = new MmapArray('i', sample(Int32Array, bytes / 4))
  const replies = []
  for (let round = 0; round < rounds; round++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: array.handle() })
    const [{ sums, address, ...reply }] = await once(worker, 'message')
    await worker.terminate()
    assert.deepEqual(sums, [sampleSum(bytes / 4), sampleSum(bytes / 4)])
    assert.equal(address, array.bufferInfo()[0], 'the address in the worker')
    replies.push(reply)
  }
  const medianOf = (pick) => median(replies.flatMap(pick))
  const again = medianOf((reply) => reply.again) / 1000
  const first = medianOf((reply) => reply.first) / 1000
  const newMaps = Math.max(...replies.map((reply) => reply.newMaps))
  const faults = medianOf((reply) => reply.faults)
  const pages = bytes / PAGE
  const mostFaults = Math.floor(pages * MOST_FAULTS)
  const timeGoal = `≤ ${MOST_MICROSECONDS} µs`
  return [
    line('address in the worker', 'the same', 'the same', true),
    line('new maps', String(newMaps), '0', newMaps <= 0),
    line(
      `faults of attaching and reading ${pages} pages`,
      `${faults} (a copy: ${medianOf((reply) => reply.copyFaults)})`,
      `≤ ${mostFaults}`,
      faults <= mostFaults,
    ),
    line(
      'time of an attach',
      `${again.toFixed(1)} µs (first: ${first.toFixed(0)} µs)`,
      timeGoal,
      again <= MOST_MICROSECONDS,
    ),
    {
      name: 'attach / a copy',
      ...compare(
        replies.map((reply) => median(reply.again)),
        replies.map((reply) => reply.copying),
      ),
    },
  ]
}

/** In the worker: measures the time to attach, the faults of a scan, and those of a copy. */
function attach(handle) {
  const timed = () => {
    const began = process.hrtime.bigint()
    const array = MmapArray.attach(handle)
    return { array, nanoseconds: Number(process.hrtime.bigint() - began) }
  }
  // The first calls fault their own code in, which does not count.
  sumOf(new Int32Array(1000))
  threadFaults()
  maps()

  const first = timed()
  const again = Array.from({ length: ATTACHMENTS }, () => {
    const { array, nanoseconds } = timed()
    array.close()
    return nanoseconds
  })
  const mapsBefore = maps([ANONYMOUS])
  const before = threadFaults()
  const { view } = MmapArray.attach(handle)
  const sum = sumOf(view)
  const scanned = threadFaults()
  const newMaps = maps([ANONYMOUS]) - mapsBefore
  const beforeCopy = threadFaults()
  const began = process.hrtime.bigint()
  const copy = view.slice()
  const copying = Number(process.hrtime.bigint() - began)
  const copyFaults = threadFaults() - beforeCopy
  return {
    sums: [sum, sumOf(copy)],
    address: first.array.bufferInfo()[0],
    first: first.nanoseconds,
    again,
    newMaps,
    faults: scanned - before,
    copying,
    copyFaults,
  }
}

if (isMainThread) console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]))))
else parentPort.postMessage(attach(workerData))
