// The worker of attach.js: what attaching takes, what a scan of it faults, and what a copy would have faulted.
import { parentPort, workerData as handle } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, maps, threadFaults } from '../process-facts.js'

const ATTACHMENTS = 1000

/** @returns {[result: unknown, nanoseconds: number]} */
function timed(action) {
  const began = process.hrtime.bigint()
  const result = action()
  return [result, Number(process.hrtime.bigint() - began)]
}

function sumOf(view) {
  let sum = 0
  for (let i = 0; i < view.length; i++) sum += view[i]
  return sum
}

// What the code itself faults, in a new thread, is not what is asked for.
sumOf(new Int32Array(1000))
threadFaults()
maps()

const [array, first] = timed(() => MmapArray.attach(handle))
const again = []
for (let i = 0; i < ATTACHMENTS; i++) {
  const [other, nanoseconds] = timed(() => MmapArray.attach(handle))
  again.push(nanoseconds)
  other.close()
}

const mapsBefore = maps([ANONYMOUS])
const beforeAttach = threadFaults()
const measured = MmapArray.attach(handle)
const view = measured.view
const beforeScan = threadFaults()
const sum = sumOf(view)
const afterScan = threadFaults()
const mapsAfter = maps([ANONYMOUS])
const copy = view.slice()
const afterCopy = threadFaults()

parentPort.postMessage({
  sum: sumOf(copy) === sum ? sum : NaN,
  address: array.bufferInfo()[0],
  first,
  again,
  newMaps: mapsAfter - mapsBefore,
  attachFaults: beforeScan - beforeAttach,
  scanFaults: afterScan - beforeScan,
  copyFaults: afterCopy - afterScan,
})
