// Long random sequences of operations on arrays of several dimensions, each of them here and in NumPy: after every one the outcome, the
// shape and the elements agree.
//
// MMAP_ARRAY_SEED=… repeats what a failure names, MMAP_ARRAY_STEPS=… asks for more or fewer steps in all, 30 for each sequence:
//   MMAP_ARRAY_STEPS=300000 npx vitest run shape-differential      10,000 sequences
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { useNumpy } from './support/numpy-process.js'
import { Random, SEEDS } from './support/random.js'
import { ShapeOperations, product, randomSubject, runStep } from './support/shape-operations.js'
import { useScope } from './support/scope.js'

const SCRIPT = fileURLToPath(new URL('./python/shape_operations.py', import.meta.url))
const STEPS = Number(process.env.MMAP_ARRAY_STEPS ?? 12_000)
/** Steps on one array, then another is begun. */
const SEQUENCE = 30

const scope = useScope()
const numpy = useNumpy(SCRIPT)

const keep = (array) => scope.keep(array)
const openFile = (options) => (path, type, shape, flags) =>
  keep(MmapArray.open(path, type, { ...options, flags, shape }))
const raw = openFile({})
const npy = openFile({ format: 'npy' })

/** An array in a file that is opened again by `reopen`. */
function inFile(open) {
  return ({ type }, shape) => {
    const path = scope.path()
    const subject = { array: open(path, type, shape, 'wx+') }
    subject.reopen = () => {
      subject.array.close()
      subject.array = open(path, type, [-1, ...shape.slice(1)], 'r+')
    }
    return subject
  }
}

/** An array that `reopen` attaches to again. */
function shared(make, isAttached) {
  return (kind, shape) => {
    const owner = make(kind, shape)
    const subject = { array: owner }
    subject.reopen = () => {
      const attached = keep(MmapArray.attach(subject.array.handle()))
      if (subject.array !== owner) subject.array.close()
      subject.array = attached
    }
    if (isAttached) subject.reopen()
    return subject
  }
}

const anonymous = ({ type }, shape) => keep(new MmapArray(type, undefined, { shape }))
const STORAGES = {
  anonymous: shared(anonymous, false),
  'attached to an anonymous array': shared(anonymous, true),
  'raw file': inFile(raw),
  'raw file behind a header': inFile((path, type, shape, flags) =>
    // Records may begin anywhere.
    openFile({ offset: 16 })(
      flags === 'wx+' ? scope.file(Buffer.alloc(16), path.split('/').at(-1)) : path,
      type,
      shape,
      flags === 'wx+' ? 'a+' : flags,
    ),
  ),
  '.npy file': inFile(npy),
  'attached to a .npy file': shared(({ type }, shape) => npy(scope.path(), type, shape, 'wx+'), true),
  'attached to a raw file': shared(({ type }, shape) => raw(scope.path(), type, shape, 'wx+'), true),
}

async function saved(kind, shape, order) {
  const save = scope.path('saved.npy')
  await numpy.ask({ save, type: kind.name, shape, order })
  const open = () => keep(MmapArray.open(save, undefined, { flags: 'r+' }))
  const subject = { array: open() }
  subject.reopen = () => {
    subject.array.close()
    subject.array = open()
  }
  return subject
}

const FROM_NUMPY = { '.npy file of NumPy': 'C', '.npy file of NumPy in Fortran order': 'F' }

/** Runs a sequence here. What came of each step, to be held against NumPy's answers. */
function runSequence(kind, subject, operations) {
  const outcomes = []
  for (let n = 0; n < SEQUENCE; n++) {
    const step = operations.next(subject.array.shape[0])
    const outcome = { step }
    try {
      outcome.value = runStep(kind, subject, step, keep) ?? null
    } catch (error) {
      outcome.error = error.code ?? error.stack
    }
    const { array } = subject
    const { shape, strides, length } = array
    Object.assign(outcome, { shape, strides, contents: Array.from(array, kind.toValue) })
    if (length !== product(shape)) outcome.error = `a length of ${length}`
    outcomes.push(outcome)
  }
  return outcomes
}

/** The first step at which we and NumPy part. */
function compareSequence(outcomes, answers, about) {
  for (const [n, { step: _step, ...ours }] of outcomes.entries()) {
    if (isDeepStrictEqual(ours, answers[n])) continue
    const report = { ...about, step: n, steps: outcomes.slice(Math.max(n - 3, 0), n + 1).map((one) => one.step) }
    const text = JSON.stringify({ ...report, before: outcomes[n - 1], here: ours, NumPy: answers[n] })
    expect.fail(`MMAP_ARRAY_SEED=${about.seed} MMAP_ARRAY_STEPS=${STEPS}: ${text}`)
  }
  expect(answers.length).toBe(outcomes.length)
}

const NAMES = [...Object.keys(STORAGES), ...Object.keys(FROM_NUMPY)]
const sequences = Math.ceil(STEPS / (SEQUENCE * NAMES.length * SEEDS.length))

describe.each(SEEDS)('NumPy and arrays of several dimensions agree, seed %s', (seed) => {
  test.each(NAMES)('%s', { timeout: 120_000 + STEPS }, async (storage) => {
    for (let n = 0; n < sequences; n++) {
      const random = new Random(seed, storage, n)
      const kind = randomSubject(random)
      const order = FROM_NUMPY[storage] ?? 'C'
      const shape = [random.integer(order === 'F' ? 2 : 0, 5), ...kind.inner]
      const subject = await (storage in FROM_NUMPY ? saved(kind, shape, order) : STORAGES[storage](kind, shape))
      if (!(storage in FROM_NUMPY))
        for (let at = 0; at < product(shape); at++) subject.array.set(at, kind.toElement(at))
      // NumPy saves an array in C order if it is in both, which loaded() in Python checks.
      const { format, order: saidOrder, path } = subject.array
      const outcomes = runSequence(kind, subject, new ShapeOperations(kind, random, saidOrder))
      subject.array.close()
      const steps = outcomes.map(({ step }) => step)
      const request = { type: kind.name, shape, order: saidOrder, steps, path: format === 'npy' ? path : undefined }
      const { steps: answers, file } = await numpy.ask(request)
      const about = { seed, storage, sequence: n, type: kind.name, shape }
      compareSequence(outcomes, answers, about)
      expect(file, JSON.stringify(about)).toBe('')
    }
  })
})
