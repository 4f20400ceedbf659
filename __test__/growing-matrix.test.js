// A reader loads a matrix by NumPy over and over while it grows here by rows, and shrinks: every load is whole.
//
// MMAP_ARRAY_LOADS=10000 asks for more loads.
import { spawn } from 'node:child_process'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { pythonWithNumpy } from './support/numpy.js'
import { useScope } from './support/scope.js'

const LOADER = fileURLToPath(new URL('./python/load_matrix.py', import.meta.url))
const LOADS = Number(process.env.MMAP_ARRAY_LOADS ?? 2000)
/** Elements of a row. */
const ROW = 12
/** The count in the header gets more digits on the way there, and fewer on the way back. */
const MOST_ROWS = 1200

const scope = useScope()
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Rows in which each element is its flat index. */
const rowsFrom = (first, count) => Float64Array.from({ length: count * ROW }, (_, n) => first * ROW + n)

/** The next change of a matrix: mostly a row, sometimes several, and back to a few rows when there are many. */
function change(matrix, step) {
  const [rows] = matrix.shape
  if (rows >= MOST_ROWS) matrix.deleteSlice((step % 20) * ROW)
  else if (step % 7 === 0) matrix.extend(rowsFrom(rows, (step % 13) + 1))
  else matrix.append(rowsFrom(rows, 1))
}

test(`np.load of a growing matrix is whole, ${LOADS} times`, { timeout: 200_000 + 100 * LOADS }, async ({ skip }) => {
  const python = await pythonWithNumpy(skip)
  const matrix = scope.keep(MmapArray.open(scope.path('matrix.npy'), 'd', { flags: 'wx+', shape: [0, 3, 4] }))
  const child = spawn(python, ['-B', LOADER, matrix.path, String(LOADS)], { stdio: ['ignore', 'pipe', 'inherit'] })
  scope.atEnd(() => child.kill('SIGKILL'))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  expect((await lines.next()).value).toBe('ready')
  for (let step = 0; child.exitCode === null && child.signalCode === null; step++) {
    change(matrix, step)
    if (step % 20 === 0) await turn()
  }
  const { lengths, wrong } = JSON.parse((await lines.next()).value)
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(wrong).toEqual([])
  expect(lengths).toBeGreaterThan(10)
  expect(matrix.tolist()).toEqual(Array.from({ length: matrix.length }, (_, n) => n))
})
