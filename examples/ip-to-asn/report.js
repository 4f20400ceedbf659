import { availableParallelism } from 'node:os'
import { CREDIT } from './asn-package.js'
import { formatAddress } from './ip-address.js'
import { coloured, print, printFact, printSection } from './printing.js'
import { count, duration, mebibytes, perSecond } from './quantities.js'
import { textTable } from './text-table.js'

export function printTitle() {
  print(coloured('bold', 'Which network is an address in? One table for all threads, processes and languages'))
  print(CREDIT)
  print()
}

export function printTables(table, source, directory, { openMilliseconds, buildMilliseconds }) {
  const built = buildMilliseconds === null ? '' : `built in ${duration(buildMilliseconds)} (the first run only), `
  printFact('Tables', `${mebibytes(table.byteLength)} MiB in ${directory}`)
  printFact('', `${built}opened in ${duration(openMilliseconds)}`)
  printFact('Source', `${source.name} ${source.version}`)
  printFact('', `${count(table.rangeCount)} IPv4 ranges of ${count(table.networkCount)} networks`)
}

/** The speed of one thread alone: with the plain search, then with the tables. */
export function printJudge({ readMilliseconds, searchMilliseconds }, alone) {
  const { lookups } = alone
  const speed = (milliseconds) => `${perSecond(lookups, milliseconds)} lookups/s alone`
  printFact('Judge', `the CSV in plain arrays, read in ${duration(readMilliseconds)}, bisected`)
  printFact('', `${count(lookups)} random addresses in ${duration(searchMilliseconds)}: ${speed(searchMilliseconds)}`)
  printFact('Lookup', `the same in the tables in ${duration(alone.milliseconds)}: ${speed(alone.milliseconds)}`)
}

export function printWellKnown(wellKnown, answers) {
  const rows = wellKnown.map((address, index) => {
    const { network, name } = answers[index]
    if (network === 0) return [formatAddress(address), '-', 'no network']
    return [formatAddress(address), `AS${network}`, name || 'a network without a name']
  })
  printSection('Well-known addresses', textTable(['address', 'network', 'name'], rows, { widest: 64 }))
}

export function printReaders(reports, milliseconds) {
  const rows = reports.map((report) => [
    report.name,
    report.pid,
    duration(report.openMilliseconds),
    count(report.lookups),
    duration(report.milliseconds),
    perSecond(report.lookups, report.milliseconds),
    report.agrees ? 'yes' : 'NO',
  ])
  const total = lookupsOf(reports)
  rows.push(['together', '', '', count(total), duration(milliseconds), perSecond(total, milliseconds), ''])
  printSection(
    `${reports.length} readers at the same time, on ${availableParallelism()} CPUs`,
    textTable(['reader', '>pid', '>opened in', '>lookups', '>took', '>lookups/s', 'agrees'], rows),
  )
}

export function printVerdict(reports, isPythonMissing) {
  print()
  if (isPythonMissing) print('python3 is not installed, so there was no Python reader.')
  const wrong = reports.filter((report) => !report.agrees)
  if (wrong.length === 0) {
    print(
      coloured(
        'green',
        `All ${count(lookupsOf(reports))} random lookups, and the well-known ones, agree with the judge.`,
      ),
    )
    return
  }
  print(coloured('red', 'WRONG: not every reader agrees with the judge.'))
  for (const { name, disagreements, firstDisagreement } of wrong) {
    const first = firstDisagreement === null ? 'a well-known address differs' : `first: ${firstDisagreement}`
    print(`  ${name}: ${count(disagreements)} random lookups differ; ${first}`)
  }
  print('Were the table files changed? Remove examples/ip-to-asn/data, and the next run builds them anew.')
}

function lookupsOf(reports) {
  return reports.reduce((sum, { lookups }) => sum + lookups, 0)
}
