// npm run bench: measures the rows of the results and writes them. README.md describes the options and the method. Speed is never a
// failure: the exit code is 1 only if an answer is wrong, which ends the run.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, release, tmpdir, type } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { columnRows } from './columns.js'
import { sizePicture, speedPicture } from './pictures.js'
import { markdown, rowTable, summary } from './results.js'
import { bySizeRows, limitedRows, openRows, pingPongRows, scenarioRows, tableRows } from './rows.js'
import { findSubjects } from './subjects.js'

const MIB = 2 ** 20
const FILES = { '1 MiB': MIB, '1 GiB': 1024 * MIB, '16 GiB': 16 * 1024 * MIB }

/** The sizes of a full run and of a quick run. */
const SIZES = {
  /** Each run has fresh processes and so many rounds, after some warm-ups that are not timed. */
  runs: [3, 1],
  rounds: [9, 2],
  warmUps: [2, 1],
  /** A run may end after so many rounds and so much time: most rows have a dozen subjects. */
  enough: [{ rounds: 5, ms: 3000 }],
  rehearsals: [1000, 5],
  elements: [10_000_000, 20_000],
  spliced: [1_000_000, 2_000],
  exactAppends: [20_000, 500],
  opens: [100, 10],
  records: [5_000_000, 2_000],
  attached: [64 * MIB, 4 * MIB],
  arrays: [1_000, 100],
  pingPongs: [100_000, 1_500],
  held: [512 * MIB, 16 * MIB],
  /** The lengths of the rows by size, and how many elements a round handles at least. */
  bySize: [
    [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
    [1e2, 1e3, 1e4],
  ],
  bySizeTurns: [
    { runs: 2, rounds: 5, warmUps: 1, enough: { rounds: 3, ms: 3000 } },
    { runs: 1, rounds: 1, warmUps: 1 },
  ],
  atLeast: [1_000_000, 10_000],
}

const [flag, text] = [{ type: 'boolean' }, { type: 'string' }]
const { values: flags, positionals: words } = parseArgs({
  options: { quick: flag, json: flag, 'no-install': flag, output: text, runs: text },
  allowPositionals: true,
})
const sizes = Object.fromEntries(
  Object.entries(SIZES).map(([name, [full, quick]]) => [name, flags.quick ? quick : full]),
)
if (flags.runs !== undefined) {
  sizes.runs = Number(flags.runs)
  if (!(sizes.runs >= 1 && Number.isInteger(sizes.runs))) throw new RangeError('--runs takes a whole number from 1')
  sizes.bySizeTurns.runs = Math.min(sizes.bySizeTurns.runs, sizes.runs)
}

// Temporary directories: one for files, on the file system of TMPDIR, and one for memory that needs a name.
const [scratch, memory] = [tmpdir(), fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir()].map((parent) =>
  fs.mkdtempSync(join(parent, 'mmap-array-bench-')),
)
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
process.once('exit', () => {
  for (const directory of [scratch, memory]) fs.rmSync(directory, { recursive: true, force: true })
})

const subjects = findSubjects({ scratch, mayInstall: !flags['no-install'], rehearsals: sizes.rehearsals })
const report = {
  machine: machine(),
  subjects: subjects.map(({ name, version, absent }) => ({ name, version, absent })),
  lines: [],
}
const files = Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [name, sparseFile(name, bytes)]))
const context = { sizes, scratch, memory, subjects, files, kept: flags.quick ? new Map() : undefined }
const print = flags.json ? () => {} : console.log
for (const [name, value] of Object.entries(report.machine)) print(`${name}: ${value}`)
for (const { name, version, absent } of subjects) print(`${name}: ${absent ? `ABSENT: ${absent}` : version}`)
for (const makeRows of [tableRows, columnRows, limitedRows, openRows, pingPongRows, scenarioRows, bySizeRows]) {
  for (const { title, measure } of makeRows(context)) {
    if (words.length > 0 && !words.some((word) => title.includes(word))) continue
    const lines = await measure()
    report.lines.push(...lines.map((line) => ({ row: title, ...line })))
    print(`\n${title}\n${rowTable(lines)}`)
  }
}
for (const process of context.kept?.values() ?? []) await process.end()
report.machine['load at the end'] = loadavg()[0].toFixed(2)

const folder = fileURLToPath(new URL(flags.quick ? 'quick' : '.', import.meta.url))
const output = flags.output ?? (words.length > 0 ? undefined : folder)
if (output !== undefined) {
  fs.mkdirSync(output, { recursive: true })
  fs.writeFileSync(join(output, 'RESULTS.md'), markdown(report))
  fs.writeFileSync(join(output, 'speed.svg'), speedPicture(report))
  fs.writeFileSync(join(output, 'size.svg'), sizePicture(report))
}
print(`\n${summary(report)}`)
if (flags.json) console.log(JSON.stringify(report, null, 2))

/** A file whose first element is 1 and the rest a hole. */
function sparseFile(name, bytes) {
  const path = join(scratch, name)
  fs.writeFileSync(path, Int32Array.of(1))
  fs.truncateSync(path, bytes)
  return path
}

/** The machine, the versions and the command: the numbers depend on them. */
function machine() {
  const hugePages = '/sys/kernel/mm/transparent_hugepage/shmem_enabled'
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    kernel: `${type()} ${release()} ${arch()}`,
    'huge pages for shared memory':
      (fs.existsSync(hugePages) && /\[(.*)\]/.exec(fs.readFileSync(hugePages, 'utf8'))?.[1]) || 'unknown',
    node: `${process.version} (V8 ${process.versions.v8})`,
    files: spawnSync('stat', ['-f', '-c', '%T', scratch], { encoding: 'utf8' }).stdout.trim(),
    'load at the start': loadavg()[0].toFixed(2),
    date: new Date().toISOString().slice(0, 10),
    command: ['node', relative('', process.argv[1]), ...process.argv.slice(2)]
      .filter((word) => !word.startsWith('--output='))
      .join(' '),
    size: `${sizes.runs} run${sizes.runs === 1 ? '' : 's'} of ${sizes.rounds} rounds, ${sizes.elements.toLocaleString('en')} elements`,
  }
}
