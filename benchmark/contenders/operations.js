// Does the operations of the table on one kind of array. A line in is a task, `task` and what it needs, or a round, `round` and
// how much of its answer to look at; a line out is { ready } or { answer, nanoseconds }.
import fs from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MmapArray } from '../../index.js'
import { checksum } from '../checksum.js'
import { ELEMENT_TYPES } from '../element-types.js'
import { OPERATIONS, stepOf } from '../operations.js'
import { fillWithSample, sample } from '../sample.js'
import { memoryOf } from './memories.js'

const { subject, kinds, folder, rehearsals } = JSON.parse(process.argv[2])
const memory = memoryOf(subject, folder)

/** Elements to rehearse with, and calls before there are new arrays. */
const REHEARSAL = 1000
const CALLS = 50

/** What a step finds under `the`. */
function makeThe(operation, task) {
  const { typecode, n, directory, memoryDirectory, input, second, file, fraction, uses } = task
  const { View } = ELEMENT_TYPES[typecode]
  const the = { MmapArray, View, typecode, fs, file, fraction }
  the.path = join(directory, `file-${process.pid}`)
  the.make = (count) => memory.make(View, count, memoryDirectory)
  the.fresh = () => (subject === 'MmapArray' ? new MmapArray(typecode) : [])
  the.open = (path) => memory.open(View, path)
  the.release = (view) => memory?.release?.(view)
  /** An array of this kind, with these values or the sample. Of the sample there is never a second copy. */
  const put = (values) => {
    if (subject === 'Array') return Array.from(values ?? sample(View, n))
    const array = subject === 'MmapArray' ? zeros(typecode, values?.length ?? n) : the.make(values?.length ?? n)
    const view = array instanceof MmapArray ? array.view : array
    if (values) view.set(values)
    else fillWithSample(view)
    return array
  }
  const values = input ? read(View, input) : undefined
  the.array = put(values)
  if (operation.restores) the.pristine = values ?? sample(View, n)
  if (second) the.second = read(View, second).subarray(0, n)
  if (uses.includes('other')) the.other = put(values)
  if (uses.includes('bytes')) the.bytes = Buffer.copyBytesFrom(values ?? sample(View, n))
  if (operation.reads) fs.writeFileSync(the.path, values ?? sample(View, n))
  return the
}

function zeros(typecode, n) {
  const array = new MmapArray(typecode, [0])
  array.repeatInPlace(n)
  return array
}

function read(View, path) {
  const bytes = fs.readFileSync(path)
  return new View(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/**
 * Calls a step. All steps are called from here, the empty ones too, so that V8 makes none a part of its caller: since Node.js
 * 22 its middle compiler would do so, and then a loop stays with that compiler, where it would not in a function of its own.
 */
function run(step, n, the) {
  return step(the.array, n, the)
}

class Task {
  #operation
  #steps
  #the
  #n
  #repeats

  constructor(name, task) {
    this.#operation = OPERATIONS.find((operation) => operation.name === name)
    const step = stepOf(this.#operation, { language: 'js', kinds })
    const compiled = (code = '') => new Function('array', 'n', 'the', code)
    this.#steps = { before: compiled(step.before), round: compiled(step.round), after: compiled(step.after) }
    this.#n = task.n
    this.#repeats = 1
    this.#rehearse(task)
    this.#the = makeThe(this.#operation, task)
    this.#repeats = task.repeats
  }

  /**
   * Calls the step often and shortly before it is timed. What V8 compiles while a loop is running differs from what it makes
   * of a function that was called before: it keeps the sum in a new object each time, which costs more than all the rest.
   */
  #rehearse(task) {
    const n = Math.min(task.n, REHEARSAL)
    const calls = Math.min(rehearsals, this.#operation.rehearsals ?? rehearsals)
    for (let call = 0; call < calls; call++) {
      if (call % CALLS === 0) {
        this.#clear()
        this.#the = makeThe(this.#operation, { ...task, n, input: '' })
        this.#n = n
      }
      this.#leave(this.#work().result)
    }
    this.#clear()
    this.#n = task.n
  }

  round(extent) {
    const { made, ...outcome } = this.#judgedWork(extent)
    // What was looked at is not closed but collected: a detached buffer would slow all that follows, and the others detach none.
    if (made) globalThis.gc()
    return outcome
  }

  /** Holds what was made no longer than it is looked at. */
  #judgedWork(extent) {
    const { result, nanoseconds } = this.#work()
    const made = typeof result === 'object' && result !== this.#the.array
    return { answer: this.#answer(result, extent), nanoseconds, made }
  }

  #work() {
    const the = this.#the
    const { before, round, after } = this.#steps
    const n = this.#n
    if (the.pristine) restore(the.array, the.pristine)
    if (this.#operation.writes) fs.rmSync(the.path, { force: true })
    run(before, n, the)
    const began = process.hrtime.bigint()
    let result = run(round, n, the)
    for (let again = 1; again < this.#repeats; again++) {
      this.#leave(result)
      result = run(round, n, the)
    }
    const nanoseconds = Number(process.hrtime.bigint() - began)
    run(after, n, the)
    return { result, nanoseconds }
  }

  #answer(result, extent) {
    const { View, path } = this.#the
    if (this.#operation.writes) return checksum(fs.readFileSync(path), extent)
    if (typeof result === 'number') return result
    if (result instanceof MmapArray) return checksum(result.view, extent)
    return checksum(Array.isArray(result) ? View.from(result) : result, extent)
  }

  /** Gives back what a round made, and nobody has looked at. */
  #leave(result) {
    if (result instanceof MmapArray && result !== this.#the.array) result.close()
  }

  #clear() {
    if (this.#the === undefined) return
    for (const array of [this.#the.array, this.#the.other]) {
      if (array !== undefined && !(array instanceof MmapArray)) this.#the.release(array)
    }
    fs.rmSync(this.#the.path, { force: true })
    this.#the = undefined
  }

  close() {
    this.#clear()
    globalThis.gc()
  }
}

function restore(array, pristine) {
  if (array instanceof MmapArray) array.view.set(pristine)
  else if (Array.isArray(array)) for (let i = 0; i < pristine.length; i++) array[i] = pristine[i]
  else array.set(pristine)
}

// Some packages say what they do.
console.info = () => {}

let task
for await (const line of createInterface({ input: process.stdin })) {
  const [order, ...rest] = line.split('\t')
  if (order === 'task') {
    const [name, typecode, n, repeats, directory, memoryDirectory, input, second, file, fraction, uses] = rest
    const files = { directory, memoryDirectory, input, second, file }
    task?.close()
    task = new Task(name, {
      typecode,
      n: Number(n),
      repeats: Number(repeats),
      fraction: Number(fraction),
      uses,
      ...files,
    })
    console.log('{"ready":true}')
  } else {
    console.log(JSON.stringify(task.round(rest[0])))
  }
}
task?.close()
