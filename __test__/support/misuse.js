// The misuse matrix: the states an array can be in, the rules that say what each kind of call does in each, and a run of
// one call in one state. Used by misuse-matrix.test.js, in its own process and in a child.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import v8 from 'node:v8'
import { MmapArray } from '../../index.js'
import { hasSharedBuffers } from '../../native.js'
import { ROWS } from './members.js'

const BYTES = Buffer.from(Int32Array.of(3, 1, 2).buffer)
const NINE = Buffer.from(Int32Array.of(9).buffer)

/** What each kind of call comes to in a state; a kind that is not named does what it does on a sound array. */
const RULES = {
  sound: {},
  closed: {
    element: 'ERR_CLOSED',
    stores: 'ERR_CLOSED',
    core: 'ERR_CLOSED',
    shares: 'ERR_CLOSED',
    writes: 'ERR_CLOSED',
    resizes: 'ERR_CLOSED',
  },
  'read-only': { stores: 'ERR_READ_ONLY', writes: 'ERR_READ_ONLY', resizes: 'ERR_READ_ONLY' },
  'copy-on-write': {
    resizes: 'ERR_FIXED_LENGTH',
    ...(!hasSharedBuffers() && { shares: 'ERR_UNSUPPORTED_RUNTIME' }),
  },
  'fixed length': { resizes: 'ERR_FIXED_LENGTH' },
  ragged: { resizes: 'ERR_RAGGED_LENGTH' },
  faulted: {
    element: 'ERR_MEMORY_FAULT',
    core: 'ERR_MEMORY_FAULT',
    shares: 'ERR_MEMORY_FAULT',
    writes: 'ERR_MEMORY_FAULT',
    resizes: 'ERR_MEMORY_FAULT',
  },
  'while iterating': {},
  'with a detached buffer': {},
}
export const STATES = Object.keys(RULES)

/** What a cell of the matrix is to give: a value, or the code of an error. */
export function expected(state, { kind, gives, exceptions }) {
  if (state in exceptions) return exceptions[state]
  return RULES[state][kind] ?? gives
}

const isCode = (outcome) => /^E[A-Z_]+$/.test(outcome)
const flagsOf = (state) => ({ 'read-only': 'r', 'copy-on-write': 'c' })[state] ?? 'r+'

/** Bytes of the file before the elements: the cut that makes a fault leaves two of them on a page of any size in use. */
const PAGE = 65536
const offsetOf = (state) => (state === 'faulted' ? PAGE - 8 : 0)

/** Bytes of the file behind the array's elements. */
const tailOf = (state) => ({ 'fixed length': NINE, ragged: Buffer.from('x') })[state] ?? Buffer.alloc(0)

/** Takes an array's buffer away from it. Gives where its memory went; on Node 20, which has no `transfer`, nowhere. */
export function detach(buffer) {
  if (typeof buffer.transfer === 'function') return buffer.transfer()
  v8.setFlagsFromString('--allow-natives-syntax')
  return new Function('buffer', '%ArrayBufferDetach(buffer)')(buffer)
}

/** Brings an open array into a state, and gives what is to be looked at when the call is over. */
const ENTER = {
  closed: (array) => array.close(),
  faulted(array) {
    const view = new Int32Array(array.buffer)
    const { status } = spawnSync('truncate', ['-s', `${PAGE}`, array.path])
    if (status !== 0 || view[2] !== 0) throw new Error('nothing was cut')
  },
  'with a detached buffer'(array) {
    const { buffer } = array
    const view = new Int32Array(buffer)
    const moved = detach(buffer)
    if (view.length !== 0) throw new Error('nothing was detached')
    return () => buffer.byteLength === 0 && (moved === undefined || new Int32Array(moved).length === 3)
  },
}

/** The outcome of a call in a form that can be compared; a new array is closed. */
async function outcomeOf(call) {
  let value
  try {
    value = await call()
  } catch (error) {
    return typeof error?.code === 'string' ? error.code : `no code: ${error?.stack}`
  }
  if (ArrayBuffer.isView(value)) return [...value]
  if (!(value instanceof MmapArray)) return value
  const list = value.tolist()
  value.close()
  return list
}

/** Runs the call in the first step of an iteration; a complaint where the rest does not see the array as it then is. */
async function outcomeInLoop(array, call) {
  const visited = []
  let outcome
  let after
  const ended = await outcomeOf(async () => {
    for (const value of array) {
      if (visited.push(value) > 1) continue
      outcome = await outcomeOf(call)
      after = array.closed ? undefined : array.tolist()
    }
  })
  const rest = JSON.stringify(visited.slice(1))
  const asItIs = after === undefined ? ended === 'ERR_CLOSED' && rest === '[]' : rest === JSON.stringify(after.slice(1))
  return asItIs ? outcome : `the iteration went on with ${rest} and ended with ${ended}`
}

/** Runs one cell on a new file: { outcome, elements, file, looks }, each as `expectation` has it. */
export async function run(state, { call, typecode }, directory) {
  const file = path.join(directory, 'array')
  fs.rmSync(file, { force: true })
  const offset = offsetOf(state)
  fs.writeFileSync(file, Buffer.concat([Buffer.alloc(offset), BYTES, tailOf(state)]))
  const flags = flagsOf(state)
  const array = MmapArray.open(file, typecode, { flags, offset, length: state === 'fixed length' ? 3 : undefined })
  const context = { path: file, flags, offset, handle: array.handle() }
  const look = ENTER[state]?.(array)
  const attempt = () => call(array, context)
  const outcome = state === 'while iterating' ? await outcomeInLoop(array, attempt) : await outcomeOf(attempt)
  const elements = array.closed || state === 'faulted' ? undefined : Array.from(array.slice(), (item) => item.v ?? item)
  array.close()
  const bytes = fs.readFileSync(file).subarray(offset)
  return { outcome, elements, file: bytes.toString('hex'), looks: look?.() ?? true }
}

/** What `run` is to give: where a call fails, elements and file are what they were. */
export function expectation(state, row) {
  const outcome = expected(state, row)
  const elements = isCode(outcome) ? [3, 1, 2] : row.leaves
  const ended = state === 'closed' || state === 'faulted' || row.kind === 'closes'
  const kept = state === 'copy-on-write' || state === 'closed' ? [3, 1, 2] : elements
  const bytes = Buffer.from(Int32Array.from(state === 'faulted' ? kept.slice(0, 2) : kept).buffer)
  const file = Buffer.concat([bytes, tailOf(state)]).toString('hex')
  return { outcome, elements: ended ? undefined : elements, file, looks: true }
}

/** Runs every cell; gives how many there were and the names of those that came out otherwise. */
export async function runAll(directory) {
  const wrong = []
  for (const state of STATES) {
    for (const row of ROWS) {
      const actual = await run(state, row, directory)
      const wanted = expectation(state, row)
      if (JSON.stringify(actual) !== JSON.stringify(wanted)) wrong.push(`${state}: ${row.name}`)
    }
  }
  return { cells: STATES.length * ROWS.length, wrong }
}
