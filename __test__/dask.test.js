// examples/dask: Dask and Arrow agree with Node while four processes write shards, and no process outlives the example.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { daskFolder } from '../scripts/pypi.js'
import { SetupError } from '../scripts/toolchain.js'
import { expectExit, run } from './support/processes.js'
import { describePython } from './support/python.js'

const program = (name) => fileURLToPath(new URL(`../examples/dask/${name}`, import.meta.url))
const MAIN = program('main.js')
const PATIENCE_MS = 110_000
/** The packages may have to be fetched first. */
const LONG_PATIENCE_MS = 300_000

describePython('examples with Dask and Arrow', () => {
  let packages
  let absent
  beforeAll(async () => {
    packages = await daskFolder().catch((error) => {
      if (!(error instanceof SetupError) || process.env.CI) throw error
      absent = error.message
    })
  }, LONG_PATIENCE_MS)

  let temporary
  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'mmap-array-dask-test-'))
  })
  afterAll(() => rmSync(temporary, { recursive: true, force: true }))

  let env
  beforeEach(({ skip }) => {
    if (absent) skip(`skipped: ${absent}`)
    // What the example starts inherits the mark.
    env = {
      ...process.env,
      NODE_OPTIONS: '',
      PYTHONPATH: packages,
      TMPDIR: temporary,
      MMAP_ARRAY_MARK: `dask-${process.pid}-${Math.random()}`,
    }
  })

  test(
    'dask: all answers agree',
    async () => {
      const result = await run(process.execPath, [MAIN], { timeout: PATIENCE_MS, env })
      expectExit(result)
      expect(result.stdout).toContain('Dask: a scheduler and two workers, listening on 127.0.0.1\n')
      const counts = [...result.stdout.matchAll(/^(.*): Dask found (\d+) sealed shards with (\d+) rows$/gm)]
      expect(counts.map(([, when]) => when)).toEqual([...Array(3).fill('4 processes write'), 'all have ended'])
      // Each answer is about more shards, and more rows, than the one before.
      for (const numbers of [counts.map(([, , shards]) => +shards), counts.map(([, , , rows]) => +rows)])
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
      expect(result.stdout).toContain('Dask: both workers map the file of a shard; the client receives a copy')
      expect(result.stdout).toContain('Node and Dask agreed on every answer.')
      expect(marked(env.MMAP_ARRAY_MARK)).toEqual([])
      expect(readdirSync(temporary).filter((name) => name.startsWith('mmap-array-dask-'))).toEqual([])
    },
    LONG_PATIENCE_MS,
  )

  test(
    'arrow: the same memory in JavaScript and in Python',
    async () => {
      const result = await run(process.execPath, [program('arrow.js')], { timeout: PATIENCE_MS, env })
      expectExit(result)
      expect(result.stdout).toMatch(/^apache-arrow: a vector of 25000 rows in the same buffer/m)
      expect(result.stdout).toMatch(/^pyarrow: its buffer is at the address of the mapped file/m)
    },
    LONG_PATIENCE_MS,
  )

  describe('nothing stays behind', () => {
    test.each([
      ['SIGINT', { code: 130, signal: null }],
      ['SIGTERM', { code: 143, signal: null }],
      ['SIGKILL', { code: null, signal: 'SIGKILL' }],
    ])(
      'after %s',
      async (signal, end) => {
        const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'ignore'] })
        const ended = new Promise((resolve) => child.once('close', (code, by) => resolve({ code, signal: by })))
        await new Promise((resolve, reject) => {
          child.stdout.setEncoding('utf8').on('data', (text) => text.includes('Dask found') && resolve())
          ended.then(() => reject(new Error('the example ended before Dask had counted')))
        })
        // Node, the scheduler, two workers of Dask and four writers at least.
        expect(marked(env.MMAP_ARRAY_MARK).length).toBeGreaterThanOrEqual(8)
        child.kill(signal)
        expect(await ended).toEqual(end)
        await expect.poll(() => marked(env.MMAP_ARRAY_MARK), { timeout: PATIENCE_MS, interval: 100 }).toEqual([])
      },
      LONG_PATIENCE_MS,
    )
  })
})

/** The processes that have the mark in their environment. */
function marked(mark) {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)
    } catch {
      // It has ended meanwhile.
      return false
    }
  })
}
