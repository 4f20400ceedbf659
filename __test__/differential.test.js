// Long random sequences of operations, each of them here and in the real Python: after every one the outcome and the contents
// agree, for every typecode in every storage. model.test.js does without Python, and finds the shortest sequence that fails.
//
// MMAP_ARRAY_SEED=… repeats what a failure names, MMAP_ARRAY_STEPS=… asks for more or fewer steps in all:
//   MMAP_ARRAY_STEPS=1000000 npx vitest run differential
import { spawn } from 'node:child_process'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Operations, runStep } from './support/operations.js'
import { describePython } from './support/python.js'
import { SEEDS } from './support/random.js'
import { useScope } from './support/scope.js'
import { ALL_STORAGES } from './support/storages.js'
import { TYPECODES, encode } from './support/typecodes.js'

const STEPS = Number(process.env.MMAP_ARRAY_STEPS ?? 15_000)
/** Steps on one array, then another is begun. */
const SEQUENCE = 100

/** A Python process that answers one request after the other; several may be under way. */
function startPython() {
  const script = fileURLToPath(new URL('./python/operations.py', import.meta.url))
  const child = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  const waiting = []
  readline.createInterface({ input: child.stdout }).on('line', (line) => waiting.shift().resolve(JSON.parse(line)))
  exit.then((end) => waiting.forEach(({ reject }) => reject(new Error(`Python ended: ${JSON.stringify(end)}`))))
  return {
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    end() {
      child.stdin.end()
      return exit
    },
  }
}

/** Our code for what Python raised, as REFERENCE of the array module's exceptions has it. */
function codeFor([name, ...given], { error, message }, wasEmpty) {
  if (error === 'IndexError') return name === 'pop' && wasEmpty ? 'ERR_EMPTY' : 'ERR_INDEX_OUT_OF_RANGE'
  if (error === 'OverflowError') return 'ERR_VALUE_OUT_OF_RANGE'
  if (error === 'TypeError') {
    const [source] = given
    const isAboutSource = ['extend', 'setSlice', 'concat', 'compare'].includes(name) && !/as an integer/.test(message)
    return isAboutSource && source?.code ? 'ERR_TYPE_MISMATCH' : 'ERR_INVALID_ARG_TYPE'
  }
  if (error !== 'ValueError') return `no code for ${error}`
  if (message.includes('unicode type arrays')) return 'ERR_TYPE_MISMATCH'
  if (/chr\(\)|character U\+/.test(message)) return 'ERR_VALUE_OUT_OF_RANGE'
  if (name === 'frombytes') return 'ERR_RAGGED_LENGTH'
  return name === 'remove' || name === 'index' ? 'ERR_VALUE_NOT_FOUND' : 'ERR_OUT_OF_RANGE'
}

/** Whether a value is what Python's answer says. */
function isSame(value, answer) {
  if (answer === null) return value === undefined
  if (typeof answer === 'boolean') return value === answer
  if (Array.isArray(answer)) return value.length === answer.length && answer.every((one, n) => isSame(value[n], one))
  if (typeof answer === 'object') return hexOf(value) === answer.hex
  const text = answer.slice(1)
  if (answer[0] === 's') return value === text
  if (answer[0] === 'f') return Object.is(value, Number(text))
  return typeof value === 'bigint' ? value === BigInt(text) : BigInt(value) === BigInt(text)
}

const hexOf = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

/** Runs a sequence here. What came of each step, to be held against Python's answers. */
function runSequence(array, { onDisk }, operations, scope) {
  const subject = { array }
  const outcomes = []
  let contents = array.tobytes()
  for (let n = 0; n < SEQUENCE; n++) {
    const step = operations.next(contents)
    const outcome = { step, wasEmpty: contents.length === 0 }
    try {
      outcome.value = runStep(subject, step, scope.keep)
    } catch (error) {
      outcome.error = error
    }
    outcome.contents = contents = subject.array.tobytes()
    outcome.faults = faultsOf(subject.array, contents, onDisk)
    outcomes.push(outcome)
  }
  subject.array.close()
  array.close()
  return outcomes
}

/** What is at odds between an array, its bytes, its view and its file. */
function faultsOf(array, contents, onDisk) {
  const { length, capacity, view } = array
  if (length * array.itemsize !== contents.length || length > capacity) return `length ${length}, capacity ${capacity}`
  if (hexOf(view) !== contents.toString('hex')) return `a view of ${hexOf(view)}`
  const file = onDisk?.(array)
  if (!file) return ''
  const isThere = capacity === length ? file.equals(contents) : file.subarray(0, contents.length).equals(contents)
  return isThere ? '' : `a file of ${file.toString('hex')}`
}

const printed = ({ value, error }) => (error ? (error.code ?? error.stack) : (value?.byteLength ?? value))

/** The first step at which we and Python part. */
function compareSequence(outcomes, answers, about) {
  let contents = about.initial
  for (const [n, { step, wasEmpty, faults, ...ours }] of outcomes.entries()) {
    const theirs = answers[n]
    contents = theirs.contents ?? contents
    const code = theirs.error && codeFor(step, theirs, wasEmpty)
    const agree = code ? ours.error?.code === code : !ours.error && isSame(ours.value, theirs.value)
    const hex = ours.contents.toString('hex')
    if (agree && hex === contents && faults === '') continue
    const before = outcomes.slice(Math.max(n - 5, 0), n + 1).map((one) => JSON.stringify(one.step))
    const report = {
      ...about,
      step: n,
      'last steps': before,
      'contents before': n > 0 ? outcomes[n - 1].contents.toString('hex') : about.initial,
      'outcome here': printed(ours),
      'outcome in Python': code ? { ...theirs, code } : theirs.value,
      'contents here': hex,
      'contents in Python': contents,
      faults,
    }
    expect.fail(`MMAP_ARRAY_SEED=${about.seed} MMAP_ARRAY_STEPS=${STEPS}: ${JSON.stringify(report, printable, 2)}`)
  }
  expect(answers.length).toBe(outcomes.length)
}

const printable = (_, value) => (typeof value === 'bigint' ? `${value}n` : value)

describePython('Python’s array and ours agree', () => {
  let python
  beforeAll(() => void (python = startPython()))
  afterAll(async () => expect(await python.end()).toEqual({ code: 0, signal: null }))
  const sequences = Math.ceil(STEPS / (SEQUENCE * ALL_STORAGES.length * TYPECODES.length * SEEDS.length))

  describe.each(SEEDS)('seed %s', (seed) => {
    const scope = useScope()

    test.each(ALL_STORAGES)('$name', { timeout: 120_000 + STEPS }, async (storage) => {
      for (const type of TYPECODES) {
        const operations = new Operations(type, seed, storage.name, type.code)
        // Python works on a sequence while the next is run here.
        let pending
        for (let n = 0; n < sequences; n++) {
          const items = operations.items()
          const array = storage.make(type, items, scope)
          const initial = encode(type, items).toString('hex')
          const about = { seed, storage: storage.name, typecode: type.code, sequence: n, initial }
          const outcomes = runSequence(array, storage, operations, scope)
          const answers = python.ask({ code: type.code, initial, steps: outcomes.map(({ step }) => step) })
          await pending
          pending = answers.then((given) => compareSequence(outcomes, given, about))
          pending.catch(() => {})
        }
        await pending
      }
    })
  })
})
