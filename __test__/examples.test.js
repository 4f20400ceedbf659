// The examples run as a reader would run them: they check their own answers, and say so by their exit code.
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { pythonWithNumpy } from './support/numpy.js'
import { onLinux } from './support/linux.js'
import { describeWith, expectExit, run } from './support/processes.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

const PATIENCE_MS = 110_000
/** For a test that may install NumPy first. */
const LONG_PATIENCE_MS = 300_000

async function runExample(name, env = {}, args = []) {
  const main = fileURLToPath(new URL(`../examples/${name}/main.js`, import.meta.url))
  const result = await run(process.execPath, [main, ...args], {
    timeout: PATIENCE_MS,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  expectExit(result)
  expect(result.stderr).toBe('')
  return result.stdout
}

describe('examples', () => {
  test('cluster: every worker answers from the same memory', async () => {
    const output = await runExample('cluster')
    expect(output.match(/^worker \d+: .* refused with ERR_READ_ONLY$/gm)).toHaveLength(4)
    expect(output).toContain('4 workers looked up in the same memory.\n')
  })

  test('counters: 4 processes and 4 threads lose no count', async () => {
    const output = await runExample('counters')
    expect(output.match(/^ {2}(integers|doubles), .*, exact$/gm)).toHaveLength(5)
    expect(output).toContain('No count was lost.\n')
  })
})

/** Saves a matrix, and prints the rows that have the largest dot products with row 7. */
const NEAREST = `
import sys, numpy
vectors = numpy.random.default_rng(1).standard_normal((20_000, 128), 'f4')
numpy.save(sys.argv[1], vectors)
scores = vectors.astype('f8') @ vectors[7].astype('f8')
for row in numpy.argsort(-scores)[:5]:
    print(f'row {row}: {scores[row]:.3f}')`

describe('examples with NumPy', () => {
  const scope = useScope()

  test(
    'vector-search: the rows that NumPy finds too',
    async ({ skip }) => {
      const path = scope.path('vectors.npy')
      const expected = await run(await pythonWithNumpy(skip), ['-c', NEAREST, path])
      expectExit(expected)
      const [head, ...rows] = (await runExample('vector-search', {}, [path, '7'])).split('\n')
      expect(head).toMatch(/^20000 x 128 floats, searched by \d+ threads$/)
      expect(rows.join('\n')).toBe(expected.stdout)
    },
    LONG_PATIENCE_MS,
  )
})

describeWith('gcc', ['--version'], 'examples with C', () => {
  onLinux('C sleeps on futexes', test)('c: mmap, O_APPEND and futex', async () => {
    const output = await runExample('c')
    expect(output).toContain("Node's view shows 2, 4, 6, 8\n")
    expect(output).toContain('all 40000 are there, each once\n')
    expect(output).toContain('the last answer is 1000000\n')
  })
})

describePython('examples with Python', () => {
  onLinux('Python sleeps on futexes', test)('ring-buffer: every reader sees every record', async () => {
    const output = await runExample('ring-buffer')
    expect(output.match(/ 100000 records, 0 wrong or out of order$/gm)).toHaveLength(5)
    expect(output).toContain('Every reader saw every record, in order.\n')
  })

  onLinux('named memory is a file that Python knows by no name', test)(
    'python: array, mmap and named memory',
    async () => {
      const output = await runExample('python')
      expect(output).toContain('negated the numbers: -1, -2, -3, -4. The name stayed.\n')
      expect(output).toContain('careless: the name is gone')
      expect(output).toContain('Python and Node agreed on every number.\n')
    },
  )

  onLinux('named memory is a file that Python knows by no name', test)(
    'python: NumPy',
    async ({ skip }) => {
      const output = await runExample('python', { PYTHON: await pythonWithNumpy(skip) })
      expect(output).toMatch(/^NumPy [\d.]+: memmap halved the numbers in place to 5, 10, 15$/m)
    },
    LONG_PATIENCE_MS,
  )
})
