// A subject in JavaScript: a process that does an operation on one kind of array. The first line of its input is the task (rows.js);
// each further line asks for a round, which it answers with { answer, nanoseconds }. `--quick` sends further tasks. subject.py does
// the same for Python and C.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ELEMENT_TYPES, checksum, fillWithSample, sample } from './sample.js'

const { subject, folder, rehearsals } = JSON.parse(process.argv[2])
const isOurs = subject === 'MmapArray' || subject === 'reserved MmapArray'
const { MmapArray } = isOurs ? await import('../index.js') : {}

const PLAIN = { make: (View, n) => new View(n) }

const OURS = {
  make(View, n, { typecode }) {
    const array = new MmapArray(typecode, [0])
    array.repeatInPlace(n)
    return array
  },
}

/** For each kind of array: `make` in fresh memory, `open` a file if its module maps files, and `release`. */
const KINDS = {
  MmapArray: OURS,
  'reserved MmapArray': OURS,
  Array: { make: (View, n) => Array.from({ length: n }) },
  'typed array': PLAIN,
  'fs.writeSync': PLAIN,
  SharedArrayBuffer: { make: (View, n) => new View(new SharedArrayBuffer(n * View.BYTES_PER_ELEMENT)) },
  'mmap-io': mapByDescriptor,
  '@raygun-nickj/mmap-io': mapByDescriptor,
  bufferfromfile: (bufferFromFile) => ({
    make: (View, n, task) =>
      withNamelessFile(View, n, task, (file, path) => {
        fs.closeSync(file)
        return bufferFromFile(path)[View.name]()
      }),
    open: (View, path) => bufferFromFile(path)[View.name](),
    release: (view) => bufferFromFile.unmap(view),
  }),
  'shm-typed-array': (shm) => ({
    make(View, n) {
      const view = shm.create(n, View.name)
      if (view === null) throw new Error('shm-typed-array made no segment')
      return view
    },
    release: (view) => shm.destroy(view.key),
  }),
}

function mapByDescriptor({ map, PROT_READ, PROT_WRITE, MAP_SHARED }) {
  const viewOf = (View, file, protection) => {
    const { buffer, byteOffset, length } = map(fs.fstatSync(file).size, protection, MAP_SHARED, file)
    fs.closeSync(file)
    return new View(buffer, byteOffset, length / View.BYTES_PER_ELEMENT)
  }
  return {
    make: (View, n, task) => withNamelessFile(View, n, task, (file) => viewOf(View, file, PROT_READ | PROT_WRITE)),
    open: (View, path) => viewOf(View, fs.openSync(path, 'r'), PROT_READ),
  }
}

let files = 0

/** Calls `map` with a new file of `n` elements, and then removes the name of the file. */
function withNamelessFile(View, n, { memoryDirectory }, map) {
  const path = join(memoryDirectory, `nameless-${process.pid}-${files++}`)
  const file = fs.openSync(path, 'wx+')
  fs.ftruncateSync(file, n * View.BYTES_PER_ELEMENT)
  const view = map(file, path)
  fs.unlinkSync(path)
  return view
}

const kind =
  folder === undefined ? KINDS[subject] : KINDS[subject](createRequire(join(folder, 'package.json'))(subject))

/** Makes `the`: the array, and everything else that a step uses. */
function makeThe(task) {
  const { typecode, n, directory, input, second, uses } = task
  const { View } = ELEMENT_TYPES[typecode]
  const the = {
    MmapArray,
    View,
    typecode,
    fs,
    file: task.file,
    fraction: task.fraction,
    path: join(directory, `file-${process.pid}`),
    make: (count) => kind.make(View, count, task),
    fresh: () => (MmapArray ? new MmapArray(typecode) : []),
    open: (path) => kind.open(View, path),
    release: (view) => kind.release?.(view),
  }
  /** An array of this kind with the values or with the sample. It does not keep a second copy of the sample. */
  const put = (values) => {
    if (subject === 'Array') return Array.from(values ?? sample(View, n))
    const array = the.make(values?.length ?? n)
    const view = array.view ?? array
    if (values) view.set(values)
    else fillWithSample(view)
    return array
  }
  const values = input && read(View, input)
  the.array = put(values)
  if (task.restores) the.pristine = values ?? sample(View, n)
  if (second) the.second = read(View, second).subarray(0, n)
  if (uses === 'other') the.other = put(values)
  if (uses === 'bytes') the.bytes = Buffer.copyBytesFrom(values ?? sample(View, n))
  if (task.reads) fs.writeFileSync(the.path, values ?? sample(View, n))
  return the
}

function read(View, path) {
  const bytes = fs.readFileSync(path)
  return new View(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function dispose(the) {
  if (!MmapArray) for (const array of [the.array, the.other]) if (array !== undefined) the.release(array)
  fs.rmSync(the.path, { force: true })
}

/**
 * Calls a step. All steps, even empty ones, are called from here, so that V8 does not inline them. Since Node.js 22 its middle
 * compiler would inline a step, and then the loop would never reach the optimizing compiler.
 */
function run(step, n, the) {
  return step(the.array, n, the)
}

/** One round: `{ result, nanoseconds }`. */
function work({ writes }, { before, round, after }, the, n, repeats) {
  if (the.pristine) restore(the.array, the.pristine)
  if (writes) fs.rmSync(the.path, { force: true })
  run(before, n, the)
  const began = process.hrtime.bigint()
  let result = run(round, n, the)
  for (let again = 1; again < repeats; again++) {
    release(result, the)
    result = run(round, n, the)
  }
  const nanoseconds = Number(process.hrtime.bigint() - began)
  run(after, n, the)
  return { result, nanoseconds }
}

function restore(array, pristine) {
  if (Array.isArray(array)) for (let i = 0; i < pristine.length; i++) array[i] = pristine[i]
  else (array.view ?? array).set(pristine)
}

/** Closes the result of a round whose answer is not checked. */
function release(result, the) {
  if (MmapArray && result !== the.array) result?.close?.()
}

/** A rehearsal's elements, its longest time, and its calls before it makes a new array. */
const REHEARSAL = { elements: 1000, ms: 1000, calls: 50 }

/**
 * Calls the steps often on a short array, before they are timed. If V8 compiles a loop while it runs, it may keep the sum in a new
 * object each time, which costs more than all the rest; it does not if the function was called before.
 */
function rehearse(task, steps) {
  const n = Math.min(task.n, REHEARSAL.elements)
  const began = performance.now()
  let the
  for (let call = 0; call < rehearsals && performance.now() - began < REHEARSAL.ms; call++) {
    if (call % REHEARSAL.calls === 0) {
      if (the) dispose(the)
      the = makeThe({ ...task, n, input: undefined })
    }
    release(work(task, steps, the, n, 1).result, the)
  }
  dispose(the)
}

/** Compiles the steps of a task, rehearses them and makes the array. */
function begin(task) {
  const [before, round, after] = ['before', 'round', 'after'].map((phase) => {
    return new Function('array', 'n', 'the', task.step[phase] ?? '')
  })
  const steps = { before, round, after }
  rehearse(task, steps)
  return { task, steps, the: makeThe(task) }
}

function end({ the }) {
  dispose(the)
  globalThis.gc()
}

/** A round: `{ answer, nanoseconds, isNew }`, without a reference to its result, which can be collected then. */
function checkedRound({ task, steps, the }) {
  const { result, nanoseconds } = work(task, steps, the, task.n, task.repeats)
  return { answer: answerOf(task, the, result), nanoseconds, isNew: typeof result === 'object' && result !== the.array }
}

function answerOf({ writes }, the, result) {
  if (writes) return checksum(fs.readFileSync(the.path))
  if (typeof result === 'number') return result
  return checksum(Array.isArray(result) ? the.View.from(result) : (result.view ?? result))
}

// Some packages print what they do.
console.info = () => {}

let current
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('{')) {
    if (current) end(current)
    current = begin(JSON.parse(line))
  } else {
    const { isNew, ...reply } = checkedRound(current)
    // A result is collected, not closed: a detached buffer would slow all that follows, and the other subjects detach none.
    if (isNew) globalThis.gc()
    console.log(JSON.stringify(reply))
  }
}
if (current) end(current)
