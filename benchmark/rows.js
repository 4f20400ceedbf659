// The rows of the results: each operation of the table in each typecode, some at all sizes, and the rows outside the table.
// A row has a title and `measure()`, which returns the lines of the report.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, duration, line, median, nodeProgram, takeTurns } from './comparison.js'
import { OPERATIONS, TYPECODES, stepOf } from './operations.js'
import { OPENING } from './operations/arrays.js'
import { ELEMENT_TYPES, checksum, sample } from './sample.js'
import { BOUND, OURS, cName } from './subjects.js'
import { cProgram } from './toolchains.js'

const MIB = 2 ** 20

/** How much fresh memory a subject may need, as a multiple of its elements: Array.push allocates more room and copies. */
const TAKES = 4
/** Slow subjects do only a share of the work in arrays longer than this. */
const SHARED_FROM = 10_000
/** The largest size of a subject that does only a share of the work. */
const MOST_OF_SLOW = 1e7
/** The share of the free memory that a row may use. */
const MOST_OF_MEMORY = 0.8

export function tableRows(context) {
  return OPERATIONS.flatMap((operation) =>
    (operation.typecodes ?? TYPECODES).map((typecode) => ({
      title: `${operation.title}, typecode '${typecode}'`,
      async measure() {
        const n = context.sizes[operation.size ?? 'elements']
        const times = await measureOperation(operation, typecode, n, context.subjects, context)
        const { goals = {}, title } = operation
        return Object.keys(times)
          .filter((subject) => subject !== OURS || goals[OURS])
          .map((subject) => ({
            name: subject === OURS ? `${title}, in itself` : `${title} / ${subject}`,
            operation: title,
            typecode,
            subject,
            ...compare(times[OURS], times[subject], goals[subject]),
          }))
      },
    })),
  )
}

/** The cost of an element in small and in large arrays. */
export function bySizeRows(context) {
  const { sizes, subjects } = context
  const isWanted = (operation, subject, n) =>
    [OURS, ...operation.bySize].includes(subject.name) &&
    n <= (operation.mostBySize?.[subject.name] ?? (stepOf(operation, subject)?.share ? MOST_OF_SLOW : Infinity))
  return OPERATIONS.filter(({ bySize }) => bySize).flatMap((operation) =>
    sizes.bySize.map((n) => ({
      title: `${operation.title} by size, 10^${Math.log10(n)} elements`,
      async measure() {
        const present = subjects.filter((subject) => stepOf(operation, subject) && isWanted(operation, subject, n))
        const bytes = n * ELEMENT_TYPES.i.View.BYTES_PER_ELEMENT * (operation.copies ?? 1) * present.length
        if (bytes > freeMemory() * MOST_OF_MEMORY) {
          return [line('not measured', `it takes ${(bytes / 2 ** 30).toFixed(1)} GiB`)]
        }
        const scale = { repeats: Math.max(1, Math.floor(sizes.atLeast / n)), turns: sizes.bySizeTurns, isWhole: true }
        const times = await measureOperation(operation, 'i', n, present, context, scale)
        return Object.entries(times).map(([subject, all]) => ({
          ...line(subject, `${duration(median(all))} an element`),
          bySize: { operation: operation.title, subject, n, nanoseconds: median(all) },
        }))
      },
    })),
  )
}

function freeMemory() {
  return 1024 * Number(/^MemAvailable: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1])
}

/** Settings that limit NumPy to shorter vectors or to none, as MMAP_ARRAY_VECTORS limits us, and the goal of the sort. */
const LIMITS = {
  avx2: { disabled: 'X86_V4 AVX512_ICL AVX512_SPR', goal: 1.5 },
  none: { disabled: 'X86_V3 X86_V4 AVX512_ICL AVX512_SPR' },
}

/** The sort on processors with shorter vectors than this one. */
export function limitedRows(context) {
  const operation = OPERATIONS.find(({ title }) => title.startsWith('sort()'))
  return Object.entries(LIMITS).flatMap(([level, { disabled, goal }]) =>
    operation.typecodes.map((typecode) => ({
      title: `sort(), vectors: ${level}, typecode '${typecode}'`,
      async measure() {
        const limits = { MMAP_ARRAY_VECTORS: level, NPY_DISABLE_CPU_FEATURES: disabled }
        const subjects = context.subjects.filter(({ name }) => name === OURS || name === 'NumPy')
        const limited = subjects.map((subject) => {
          const { program } = subject
          return { ...subject, program: { ...program, env: { ...program.env, ...limits } } }
        })
        // In fresh processes: the kept ones have no limits.
        const fresh = { ...context, kept: undefined }
        const times = await measureOperation(operation, typecode, context.sizes.elements, limited, fresh)
        return times.NumPy ? [{ name: 'sort() / NumPy', ...compare(times[OURS], times.NumPy, goal) }] : []
      },
    })),
  )
}

const CLOSING = {
  round: `
    let sum = 0
    for (let i = 0; i < n; i++) {
      const array = the.MmapArray.open(the.file, 'i')
      sum += array.length > 0 ? 1 : 0
      array.close()
    }
    return sum`,
}

/** Opening a large file takes as long as a small one: it reads nothing and maps nothing page by page. */
export function openRows(context) {
  const { sizes, files, subjects, kept } = context
  const [{ program }] = subjects
  const n = sizes.opens
  const row = (title, step) => ({
    title,
    async measure() {
      const opened = Object.keys(files).map((file) => {
        return [file, { program, task: taskOf({ file }, 'i', n, step, context), answer: n }]
      })
      const times = await takeTurns(Object.fromEntries(opened), sizes, kept)
      const [[small, fewest], ...larger] = Object.entries(times).map(([file, all]) => [
        file,
        all.map((time) => time / n),
      ])
      return larger.map(([file, all]) => ({ name: `a file of ${file} / of ${small}`, ...compare(all, fewest, 1.25) }))
    },
  })
  return [row('open and close', CLOSING), row('open, then the first element', OPENING)]
}

/** The time of two calls through Node-API, one to wake and one to sleep. */
const TWO_NATIVE_CALLS = 2 * 215

/** Sends a number to another process and back. */
export function pingPongRows({ sizes, scratch }) {
  const title = `ping-pong of ${sizes.pingPongs.toLocaleString('en')} rounds, median`
  // All timed rounds together make `pingPongs`.
  const rounds = Math.ceil(sizes.pingPongs / sizes.rounds)
  const inNode = (subject) => nodeProgram(new URL('scenarios/ping-pong.js', import.meta.url), { subject, rounds })
  const measure = async () => {
    const command = cProgram(new URL('scenarios/ping-pong.c', import.meta.url), scratch)
    const subject = (program) => ({ program, answer: rounds })
    const subjects = {
      [OURS]: subject(inNode(OURS)),
      ...(command && { "C's futex": subject({ command, args: [String(rounds)] }) }),
      'process.send': subject(inNode('process.send')),
    }
    const goals = { "C's futex": { ratio: 1.5, plus: TWO_NATIVE_CALLS }, 'process.send': 0.2 }
    const { [OURS]: ours, ...others } = await takeTurns(subjects, sizes)
    return Object.entries(others).map(([name, times]) => ({
      name: `wait and notify / ${name}`,
      ...compare(ours, times, goals[name]),
    }))
  }
  return [{ title, measure }]
}

/** Rows that are not about speed: each is a program that prints the lines of its row. */
export function scenarioRows({ sizes, scratch }) {
  const row = (title, file, parameters) => ({
    title,
    measure() {
      const { command, args } = nodeProgram(new URL(`scenarios/${file}`, import.meta.url), parameters)
      return JSON.parse(execFileSync(command, args))
    },
  })
  const { attached, arrays, held, rounds } = sizes
  const lifecycle = { arrays, path: join(scratch, 'lifecycle') }
  const many = arrays.toLocaleString('en')
  const table = { bytes: held, path: join(scratch, 'held'), processes: 6, threads: 4 }
  return [
    row(`attach ${attached / MIB} MiB in a worker thread`, 'attach.js', { bytes: attached, rounds }),
    row(`${many} arrays, opened and closed`, 'lifecycle.js', { ...lifecycle, isClosing: true }),
    row(`${many} arrays, dropped without close()`, 'lifecycle.js', { ...lifecycle, isClosing: false }),
    row(`a table of ${held / MIB} MiB held by 6 processes and 4 threads`, 'held-memory.js', table),
  ]
}

/**
 * Measures one operation at one size.
 * @returns nanoseconds of one operation, by subject, round by round
 */
async function measureOperation(operation, typecode, n, subjects, context, { repeats = 1, turns, isWhole } = {}) {
  const known = new Map()
  const running = {}
  for (const subject of subjects) {
    const step = stepOf(operation, subject)
    if (step === undefined) continue
    const elements = isWhole ? n : Math.max(Math.min(n, SHARED_FROM), Math.round(n * (step.share ?? 1)))
    if (!known.has(elements)) known.set(elements, prepare(operation, typecode, elements, context))
    const { answer, operations, ...files } = known.get(elements)
    const named = (phase) => cName(OPERATIONS.indexOf(operation), typecode, phase)
    const code = subject.name === BOUND ? Object.fromEntries(Object.keys(step).map((key) => [key, named(key)])) : step
    running[subject.name] = {
      program: subject.program,
      task: { ...taskOf(operation, typecode, elements, code, context), ...files, repeats },
      answer,
      operations: operations * repeats,
      takes: operation.takesMemory ? TAKES * elements * ELEMENT_TYPES[typecode].View.BYTES_PER_ELEMENT : 0,
    }
  }
  const times = await takeTurns(running, turns ?? context.sizes, context.kept)
  for (const [name, { operations }] of Object.entries(running)) times[name] = times[name].map((ns) => ns / operations)
  return times
}

/** The task for the process of a subject. */
export function taskOf({ file, uses, reads, writes, restores }, typecode, n, step, { scratch, memory, files }) {
  const flags = { reads: Boolean(reads), writes: Boolean(writes), restores: Boolean(restores), uses: uses ?? '' }
  const paths = { file: files[file] ?? '', directory: scratch, memoryDirectory: memory }
  return { step, typecode, n, repeats: 1, fraction: fractionOf(typecode), ...flags, ...paths }
}

/** The fraction of appended elements: with it, V8's own array holds doubles for typecode 'd'. */
const fractionOf = (typecode) => (typecode === 'd' ? 0.5 : 0)

/** The answer of an operation at one size, and the files that it needs. */
function prepare(operation, typecode, n, { scratch }) {
  const { View } = ELEMENT_TYPES[typecode]
  const files = {}
  const made = {}
  for (const what of ['input', 'second']) {
    if (operation[what] === undefined) continue
    made[what] = operation[what](View, n)
    files[what] = join(scratch, `${what}-${OPERATIONS.indexOf(operation)}-${typecode}-${n}`)
    writeFileSync(files[what], made[what])
  }
  const { expected: expectedOf = ({ values }) => values } = operation
  const expected = expectedOf({
    n,
    fraction: fractionOf(typecode),
    second: made.second,
    /** Made only if the operation needs them. */
    get values() {
      return made.input ?? sample(View, n)
    },
  })
  return {
    answer: typeof expected === 'number' ? expected : checksum(expected),
    operations: operation.operations?.(n) ?? n,
    ...files,
  }
}
