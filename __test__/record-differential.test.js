// Long random sequences of operations on records and complex numbers, each of them here and in NumPy: after every one the outcome and
// the contents agree. Each sequence has a random type of its own: packed or with padding, with sub-arrays, characters and complex fields.
//
// MMAP_ARRAY_SEED=… repeats what a failure names, MMAP_ARRAY_STEPS=… asks for more or fewer steps in all, 100 for each sequence:
//   MMAP_ARRAY_STEPS=1000000 npx vitest run record-differential
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { readNpy } from './support/npy.js'
import { useNumpy } from './support/numpy-process.js'
import { Random, SEEDS } from './support/random.js'
import { RecordOperations, elementOf, fieldOf, randomType, runStep } from './support/record-operations.js'
import { useScope } from './support/scope.js'

const SCRIPT = fileURLToPath(new URL('./python/record_operations.py', import.meta.url))
const STEPS = Number(process.env.MMAP_ARRAY_STEPS ?? 20_000)
/** Steps on one array, then another is begun. */
const SEQUENCE = 100

const scope = useScope()
const numpy = useNumpy(SCRIPT)

/** Where elements begin in the file of a path. */
const OFFSETS = new Map()

const keep = (array) => scope.keep(array)
const STORAGES = {
  anonymous: ({ type }) => keep(new MmapArray(type)),
  'anonymous, handle taken'({ type }) {
    const array = keep(new MmapArray(type))
    array.handle()
    return array
  },
  file: ({ type }) => keep(MmapArray.open(scope.path(), type, { flags: 'wx+' })),
  'file, reserved'({ type }) {
    const array = keep(MmapArray.open(scope.path(), type, { flags: 'wx+' }))
    array.reserve(64)
    return array
  },
  'file behind a header'({ type, fields }) {
    // Records may begin anywhere.
    const offset = fields === undefined ? 8 : 7
    const array = keep(MmapArray.open(scope.file(Buffer.alloc(offset)), type, { flags: 'r+', offset }))
    OFFSETS.set(array.path, offset)
    return array
  },
  '.npy file': ({ type }) => keep(MmapArray.open(scope.path(), type, { flags: 'wx+', format: 'npy' })),
  'attached to a .npy file'({ type }) {
    const owner = keep(MmapArray.open(scope.path(), type, { flags: 'wx+', format: 'npy' }))
    return keep(MmapArray.attach(owner.handle()))
  },
}

/** The elements in the file. In a .npy file those that it counts, or of a reserved array those that it counts later. */
function bytesOnDisk(array, itemsize) {
  const file = fs.readFileSync(array.path)
  if (array.format !== 'npy') return file.subarray(OFFSETS.get(array.path))
  const { count, start } = readNpy(array.path, itemsize)
  return file.subarray(start, start + Math.max(count, array.length) * itemsize)
}

const hexOf = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

/** What is at odds between an array, its bytes, its view and its file. */
function faultsOf(array, contents, { itemsize }) {
  const { length, capacity, view, path } = array
  if (length * itemsize !== contents.length || length > capacity) return `length ${length}, capacity ${capacity}`
  if (hexOf(view) !== contents.toString('hex')) return `a view of ${hexOf(view)}`
  if (path === undefined || path === null || capacity !== length) return ''
  const file = bytesOnDisk(array, itemsize)
  return file.equals(contents) ? '' : `a file of ${file.toString('hex')}`
}

/** Runs a sequence here. What came of each step, to be held against NumPy's answers. */
function runSequence(array, type, operations) {
  const subject = { array }
  const outcomes = []
  let contents = array.tobytes()
  for (let n = 0; n < SEQUENCE; n++) {
    const step = operations.next(contents)
    const outcome = { step, wasEmpty: contents.length === 0 }
    try {
      outcome.value = runStep(type, subject, step, keep)
    } catch (error) {
      outcome.error = error
    }
    outcome.contents = contents = subject.array.tobytes()
    outcome.faults = faultsOf(subject.array, contents, type)
    outcomes.push(outcome)
  }
  subject.array.close()
  array.close()
  return outcomes
}

/** Our code for what Python raised. */
function codeFor([name], { error }, wasEmpty) {
  if (error.startsWith('ERR_')) return error
  if (error === 'IndexError')
    return ['pop', 'minOf', 'maxOf'].includes(name) && wasEmpty ? 'ERR_EMPTY' : 'ERR_INDEX_OUT_OF_RANGE'
  if (error === 'OverflowError') return 'ERR_VALUE_OUT_OF_RANGE'
  if (error !== 'ValueError') return `no code for ${error}`
  return ['remove', 'index', 'indexOf'].includes(name) ? 'ERR_VALUE_NOT_FOUND' : 'ERR_OUT_OF_RANGE'
}

/** What Python's answer is here. */
function expectedOf(type, answer) {
  if (answer === null) return undefined
  if (typeof answer !== 'object') return answer
  if (answer.hex !== undefined) return Buffer.from(answer.hex, 'hex')
  if (answer.element !== undefined) return elementOf(type, answer.element)
  if (answer.elements !== undefined) return answer.elements.map((one) => elementOf(type, one))
  return fieldOf(
    type.fields.find(({ name }) => name === answer.field),
    answer.value,
  )
}

/** The first step at which we and NumPy part. */
function compareSequence(outcomes, answers, type, about) {
  let contents = about.initial
  for (const [n, { step, wasEmpty, faults, ...ours }] of outcomes.entries()) {
    const theirs = answers[n]
    contents = theirs.contents ?? contents
    const code = theirs.error && codeFor(step, theirs, wasEmpty)
    const expected = code ? undefined : expectedOf(type, theirs.value)
    const agree = code ? ours.error?.code === code : !ours.error && isDeepStrictEqual(plain(ours.value), expected)
    if (agree && ours.contents.toString('hex') === contents && faults === '') continue
    const report = {
      ...about,
      type: type.wire,
      step: n,
      'last steps': outcomes.slice(Math.max(n - 3, 0), n + 1).map((one) => JSON.stringify(one.step)),
      'contents before': n > 0 ? outcomes[n - 1].contents.toString('hex') : about.initial,
      'outcome here': ours.error ? (ours.error.code ?? ours.error.stack) : ours.value,
      'outcome in Python': code ? { ...theirs, code } : expected,
      'contents here': ours.contents.toString('hex'),
      'contents in Python': contents,
      faults,
    }
    expect.fail(`MMAP_ARRAY_SEED=${about.seed} MMAP_ARRAY_STEPS=${STEPS}: ${JSON.stringify(report, printable, 2)}`)
  }
  expect(answers.length).toBe(outcomes.length)
}

/** Bytes as a Buffer. */
const plain = (value) =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value

function printable(_, value) {
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && !Number.isInteger(value) ? String(value) : value
}

const sequences = Math.ceil(STEPS / (SEQUENCE * Object.keys(STORAGES).length * SEEDS.length))

describe.each(SEEDS)('NumPy and records here agree, seed %s', (seed) => {
  test.each(Object.keys(STORAGES))('%s', { timeout: 120_000 + STEPS }, async (storage) => {
    // NumPy works on a sequence while the next is run here.
    let pending
    for (let n = 0; n < sequences; n++) {
      const random = new Random(seed, storage, n)
      const type = randomType(random)
      const operations = new RecordOperations(type, random)
      const initial = operations.initial()
      const array = STORAGES[storage](type)
      array.frombytes(Buffer.from(initial, 'hex'))
      const about = { seed, storage, sequence: n, initial }
      const outcomes = runSequence(array, type, operations)
      const path = array.format === 'npy' ? array.path : undefined
      const answers = numpy.ask({ type: type.wire, initial, steps: outcomes.map(({ step }) => step), path })
      await pending
      pending = answers.then(({ steps, file }) => {
        compareSequence(outcomes, steps, type, about)
        return expect(file, JSON.stringify({ ...about, type: type.wire })).toBe('')
      })
      pending.catch(() => {})
    }
    await pending
  })
})
