import { printSection } from './printing.js'
import { mebibytes } from './quantities.js'
import { textTable } from './text-table.js'

/** `memory` is the result of measureMemory(): a row for each process, or null. */
export function printMemory(memory, tableBytes, readerCount) {
  if (memory === null) {
    printSection('Memory', ['  This kernel does not show /proc/<pid>/smaps_rollup, so it cannot be measured.'])
    return
  }
  const sum = { name: 'sum', pid: '', tables: sumOf(memory, 'tables'), whole: sumOf(memory, 'whole') }
  const rows = [...memory, sum].map(({ name, pid, tables, whole }) => [
    name,
    pid,
    ...[tables.rss, tables.pss, whole.rss, whole.pss].map(mebibytes),
  ])
  printSection('What the memory really costs, while all of them hold the tables (MiB)', [
    ...textTable(['process', '>pid', '>tables RSS', '>tables PSS', '>process RSS', '>process PSS'], rows),
    '  RSS counts a shared page in full in every process. PSS divides it among them: add up PSS.',
  ])

  const shared = sum.tables.pss
  const copies = readerCount * tableBytes
  const comparison = [
    ['shared, as measured: the sum of tables PSS', mebibytes(shared), ''],
    [`a copy for each of the ${readerCount} readers`, mebibytes(copies), `${readerCount} x ${mebibytes(tableBytes)}`],
    ['saved', mebibytes(copies - shared), `${(copies / shared).toFixed(1)} times less`],
  ]
  printSection('The tables in memory', textTable(['', '>MiB', ''], comparison))
}

function sumOf(memory, part) {
  const total = (kind) => memory.reduce((sum, each) => sum + each[part][kind], 0)
  return { rss: total('rss'), pss: total('pss') }
}
