// npm run bench: measures the rows of the results and writes them. README.md describes the options and the method. Speed is never a
// failure: the exit code is 1 only if an answer is wrong, which ends the run.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, release, tmpdir, type } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { columnRows } from './columns.js'
import { writeRecord } from './record.js'
import { rowTable, summary } from './results.js'
import { bySizeRows, limitedRows, openRows, pingPongRows, scenarioRows, tableRows } from './rows.js'
import { findSubjects } from './subjects.js'

const MIB = 2 ** 20
const FILES = { '1 MiB': MIB, '1 GiB': 1024 * MIB, '16 GiB': 16 * 1024 * MIB }

/** The sizes of a full run and of a quick run. */
const SIZES = {
  /** A row has so many rounds, after some warm-ups that are not timed. */
  rounds: [9, 2],
  warmUps: [2, 1],
  /** A row may end after so many rounds and so much time: most rows have a dozen subjects. */
  enough: [{ rounds: 4, ms: 2000 }],
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
    [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8],
    [1e2, 1e3, 1e4],
  ],
  bySizeTurns: [
    { rounds: 5, warmUps: 1, enough: { rounds: 3, ms: 2000 } },
    { rounds: 1, warmUps: 1 },
  ],
  atLeast: [1_000_000, 10_000],
}

const [flag, text] = [{ type: 'boolean' }, { type: 'string' }]
const { values: flags, positionals: words } = parseArgs({
  options: { quick: flag, json: flag, 'no-install': flag, engine: flag, 'no-sizes': flag, save: text, output: text },
  allowPositionals: true,
})
const sizes = Object.fromEntries(
  Object.entries(SIZES).map(([name, [full, quick]]) => [name, flags.quick ? quick : full]),
)

// Temporary directories: one for files, on the file system of TMPDIR, and one for memory that needs a name.
const [scratch, memory] = [tmpdir(), fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir()].map((parent) =>
  fs.mkdtempSync(join(parent, 'mmap-array-bench-')),
)
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
process.once('exit', () => {
  for (const directory of [scratch, memory]) fs.rmSync(directory, { recursive: true, force: true })
})

const subjects = findSubjects({
  scratch,
  mayInstall: !flags['no-install'],
  rehearsals: sizes.rehearsals,
  isEngineOnly: flags.engine,
})
const report = savedReport() ?? {
  machine: machine(),
  subjects: subjects.map(({ name, version, absent }) => ({ name, version, absent })),
  seconds: {},
  lines: [],
}
const files = Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [name, sparseFile(name, bytes)]))
const context = { sizes, scratch, memory, subjects, files, kept: flags.quick ? new Map() : undefined }
const print = flags.json ? () => {} : console.log
for (const [name, value] of Object.entries(report.machine)) print(`${name}: ${value}`)
for (const { name, version, absent } of subjects) print(`${name}: ${absent ? `ABSENT: ${absent}` : version}`)
const others = flags.engine ? [] : [columnRows, limitedRows, openRows, pingPongRows, scenarioRows]
const bySize = flags.engine || flags['no-sizes'] ? [] : [bySizeRows]
for (const makeRows of [tableRows, ...others, ...bySize]) {
  for (const { title, measure } of makeRows(context)) {
    if (title in report.seconds || !(words.length === 0 || words.some((word) => title.includes(word)))) continue
    const began = performance.now()
    const lines = await measure()
    report.lines.push(...lines.map((line) => ({ row: title, ...line })))
    report.seconds[title] = Math.round((performance.now() - began) / 100) / 10
    report.machine['load at the end'] = loadavg()[0].toFixed(2)
    if (flags.save) save()
    print(`\n${title}\n${rowTable(lines)}`)
  }
}
for (const process of context.kept?.values() ?? []) await process.end()

const output = flags.output ?? (flags.quick ? fileURLToPath(new URL('quick', import.meta.url)) : undefined)
if (output !== undefined) writeRecord([report], output)
print(`\n${summary(report)}`)
if (flags.json) console.log(JSON.stringify(report, null, 2))

/** The results that an interrupted run has saved. The run goes on with the next row. */
function savedReport() {
  if (flags.save === undefined || !fs.existsSync(flags.save)) return undefined
  const saved = JSON.parse(fs.readFileSync(flags.save, 'utf8'))
  const { node } = machine()
  if (saved.machine.node !== node) throw new Error(`${flags.save} holds a run on ${saved.machine.node}, not on ${node}`)
  return saved
}

function save() {
  fs.mkdirSync(dirname(flags.save), { recursive: true })
  fs.writeFileSync(`${flags.save}.unfinished`, JSON.stringify(report))
  fs.renameSync(`${flags.save}.unfinished`, flags.save)
}

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
      .filter((word) => !/^--(output|save)=/.test(word))
      .join(' '),
    size: `${sizes.elements.toLocaleString('en')} elements, at most ${sizes.rounds} rounds`,
  }
}
