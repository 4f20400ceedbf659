// A worker thread that attaches gets the same memory: nothing is copied, mapped or faulted.
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { WrongAnswer, answerRounds, isProgram, median, nodeProgram, roundsOf } from '../comparison.js'
import { ANONYMOUS, maps, threadFaults } from '../../__test__/support/process-facts.js'
import { sample, sampleSum } from '../sample.js'

const PAGE = 4096
const ATTACHMENTS = 1000
const MOST_MICROSECONDS = 50
/** Faults of the JavaScript around it, which are not the array's, a page. */
const MOST_FAULTS = 0.01
const ROUNDS = 9

export function attachRows({ sizes: { attached: bytes, runs, rounds } }) {
  const program = nodeProgram(import.meta.url, bytes)
  return [
    {
      title: `attach ${bytes / 2 ** 20} MiB in a worker thread`,
      async measure() {
        const replies = await roundsOf('attach', program, sampleSum(bytes / 4), Math.min(runs * rounds, ROUNDS))
        if (!replies.every(({ isSameAddress }) => isSameAddress)) throw new WrongAnswer('another address in the worker')
        return linesOf(replies, bytes / PAGE)
      },
    },
  ]
}

function linesOf(replies, pages) {
  const medianOf = (pick) => median(replies.flatMap(pick))
  const again = medianOf(({ again }) => again) / 1000
  const first = medianOf(({ first }) => first) / 1000
  const newMaps = Math.max(...replies.map(({ newMaps }) => newMaps))
  const faults = medianOf(({ attachFaults, scanFaults }) => attachFaults + scanFaults)
  return [
    { name: 'address in the worker', goal: 'the same', result: 'the same', met: true },
    { name: 'new maps', goal: '0', result: String(newMaps), met: newMaps <= 0 },
    {
      name: `faults of attaching and reading ${pages} pages`,
      goal: `≤ ${Math.floor(pages * MOST_FAULTS)}`,
      result: `${faults} (a copy: ${medianOf(({ copyFaults }) => copyFaults)})`,
      met: faults <= pages * MOST_FAULTS,
    },
    {
      name: 'time of an attach',
      goal: `≤ ${MOST_MICROSECONDS} µs`,
      result: `${again.toFixed(1)} µs (first: ${first.toFixed(0)} µs)`,
      met: again <= MOST_MICROSECONDS,
    },
  ]
}

/** The program: makes an array whose pages are present, and lets a worker attach it. */
async function makeArray(bytes) {
  const array = new MmapArray('i', sample(Int32Array, bytes / 4))
  const [address] = array.bufferInfo()
  await answerRounds(async () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: array.handle() })
    const [{ address: found, ...reply }] = await once(worker, 'message')
    await worker.terminate()
    return { ...reply, isSameAddress: found === address }
  })
}

function sumOf(view) {
  let sum = 0
  for (let i = 0; i < view.length; i++) sum += view[i]
  return sum
}

/** The worker: what attaching takes, what a scan of it faults, and what a copy would have faulted. */
function attach(handle) {
  const timed = () => {
    const began = process.hrtime.bigint()
    const array = MmapArray.attach(handle)
    return { array, nanoseconds: Number(process.hrtime.bigint() - began) }
  }
  // What the code itself faults in a new thread is not counted.
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
  const faults = [threadFaults()]
  const { view } = MmapArray.attach(handle)
  faults.push(threadFaults())
  const sum = sumOf(view)
  faults.push(threadFaults())
  const newMaps = maps([ANONYMOUS]) - mapsBefore
  const copy = view.slice()
  faults.push(threadFaults())
  const [attachFaults, scanFaults, copyFaults] = [1, 2, 3].map((at) => faults[at] - faults[at - 1])
  return {
    answer: sumOf(copy) === sum ? sum : NaN,
    address: first.array.bufferInfo()[0],
    first: first.nanoseconds,
    again,
    newMaps,
    attachFaults,
    scanFaults,
    copyFaults,
  }
}

if (isProgram(import.meta.url)) await makeArray(JSON.parse(process.argv[2]))
else if (!isMainThread) parentPort.postMessage(attach(workerData))
