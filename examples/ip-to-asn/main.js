// npm start: builds the tables of IPv4 ranges once, then lets threads, processes and Python look addresses up in them.
// The ranges come from the npm package @ip-location-db/asn (RouteViews, NRO and DB-IP), licensed under CC BY 4.0.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asnPackage } from './asn-package.js'
import { AsnTable } from './asn-table.js'
import { checkTable } from './check-table.js'
import { parseAddress } from './ip-address.js'
import { judge } from './judge.js'
import { ProgressBar } from './progress-bar.js'
import { printMemory } from './report-memory.js'
import { printJudge, printReaders, printTables, printTitle, printVerdict, printWellKnown } from './report.js'
import { runReaders } from './run-readers.js'
import { buildFinishedTables, finishedTables } from './tables-directory.js'
import { WELL_KNOWN } from './well-known.js'

const DATA_DIRECTORY = fileURLToPath(new URL('data', import.meta.url))
const LOOKUPS = 1_000_000

printTitle()
const source = asnPackage()
const { directory, buildMilliseconds } = tablesDirectory()

const began = performance.now()
const table = AsnTable.open(directory)
printTables(table, source, relative('', directory), { openMilliseconds: performance.now() - began, buildMilliseconds })

const wellKnown = WELL_KNOWN.map(parseAddress)
const { answers, expected, ...judging } = judge(readFileSync(source.csvPath, 'utf8'), wellKnown, LOOKUPS)
const alone = { name: 'this thread, alone', ...checkTable(table, wellKnown, expected.view) }
printJudge(judging, alone)
printWellKnown(wellKnown, answers)

const { reports, milliseconds, memory, isPythonMissing } = await runReaders(table, directory, wellKnown, expected)
for (const report of [alone, ...reports]) report.agrees = agrees(report)
printReaders(reports, milliseconds)
printMemory(memory, table.byteLength, reports.length)
printVerdict([alone, ...reports], isPythonMissing)
if (![alone, ...reports].every((report) => report.agrees)) process.exitCode = 1
table.close()
expected.close()

function tablesDirectory() {
  const finished = finishedTables(DATA_DIRECTORY, source)
  if (finished !== null) return { directory: finished, buildMilliseconds: null }
  const began = performance.now()
  const progress = new ProgressBar('Building')
  const csvText = readFileSync(source.csvPath, 'utf8')
  const directory = buildFinishedTables(DATA_DIRECTORY, source, csvText, (fraction, step) =>
    progress.update(fraction, step),
  )
  progress.finish()
  return { directory, buildMilliseconds: performance.now() - began }
}

function agrees(report) {
  const isRight = ({ network, name }, index) => network === answers[index].network && name === answers[index].name
  return report.disagreements === 0 && report.answers.length === answers.length && report.answers.every(isRight)
}
