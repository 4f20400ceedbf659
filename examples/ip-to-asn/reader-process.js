// One of the child processes. It receives the same handles as the threads, over IPC, and maps the same files.
import { MmapArray } from '../../index.js'
import { AsnTable } from './asn-table.js'
import { checkTable } from './check-table.js'

let task
let table
let expected

process.on('message', (message) => {
  if (message === 'go') {
    process.send({ kind: 'result', ...checkTable(table, task.wellKnown, expected.view) })
  } else if (message === 'leave') {
    table.close()
    expected.close()
    process.disconnect()
  } else {
    task = message
    const began = performance.now()
    table = AsnTable.attach(task.tables)
    expected = MmapArray.attach(task.expected)
    process.send({ kind: 'ready', openMilliseconds: performance.now() - began })
  }
})
