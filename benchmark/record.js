// Writes the record, RESULTS.md and its pictures, from runs that `npm run bench -- --save=FILE` has saved:
//   node benchmark/record.js FILE…
// Runs on the same Node.js become one table. The Node.js of the first file is the one of the record, the others follow as ratios.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { combine } from './comparison.js'
import { sizePicture, speedPicture } from './pictures.js'
import { markdown } from './results.js'

/** Writes the record of these runs into a folder. */
export function writeRecord(reports, folder) {
  const byNode = groupBy(reports, ({ machine }) => machine.node)
  const [report, ...others] = [...byNode.values()].map(merge)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'RESULTS.md'), markdown(report, others))
  writeFileSync(join(folder, 'speed.svg'), speedPicture(report))
  writeFileSync(join(folder, 'size.svg'), sizePicture(report))
}

/** The runs on one Node.js as one report, with the rows that all of them, or only some, have. */
function merge(reports) {
  const lines = groupBy(
    reports.flatMap((report) => report.lines),
    ({ row, name }) => `${row} ${name}`,
  )
  return {
    runs: reports.length,
    machine: mergeMachines(reports.map(({ machine }) => machine)),
    subjects: reports[0].subjects,
    lines: [...lines.values()].map(mergeLines),
  }
}

/** Map.groupBy, which Node.js 20 does not have. */
function groupBy(items, keyOf) {
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    if (!groups.has(key)) groups.set(key, [])
    groups.get(key).push(item)
  }
  return groups
}

/** What is the same for all runs once, and the rest in the order of the runs. */
function mergeMachines([first, ...others]) {
  const entries = Object.keys(first).map((key) => {
    const values = [first[key], ...others.map((machine) => machine[key])]
    return [key, new Set(values).size === 1 ? first[key] : values.join('; ')]
  })
  return Object.fromEntries(entries)
}

/** A line without times is the one of the first run that missed its goal, if there is one. */
function mergeLines(lines) {
  const [first] = lines
  if (lines.length === 1 || !first.measured) return lines.find(({ met }) => met === false) ?? first
  const runs = lines.map(({ measured }) => measured)
  return { ...first, ...combine(runs, first.limit) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2)
  if (files.length === 0) throw new Error('node benchmark/record.js FILE…: name the files of the saved runs')
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
  writeRecord(reports, fileURLToPath(new URL('.', import.meta.url)))
}
