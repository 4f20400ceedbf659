// One of the worker threads. It receives handles, which are plain JSON, and finds the mappings that its process already has.
import { parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { AsnTable } from './asn-table.js'
import { checkTable } from './check-table.js'

const began = performance.now()
const table = AsnTable.attach(workerData.tables)
const expected = MmapArray.attach(workerData.expected)
parentPort.postMessage({ kind: 'ready', openMilliseconds: performance.now() - began })

parentPort.on('message', (kind) => {
  if (kind === 'go') {
    parentPort.postMessage({ kind: 'result', ...checkTable(table, workerData.wellKnown, expected.view) })
  } else {
    table.close()
    expected.close()
    parentPort.close()
  }
})
