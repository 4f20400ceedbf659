// The benchmark runs, and its contenders answer right. How fast they are is no matter of a test.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { expectExit, run } from './support/processes.js'

const BENCHMARK = fileURLToPath(new URL('../benchmark/run.js', import.meta.url))

test('the quick run ends well, with every answer verified', async () => {
  const result = await run(process.execPath, [BENCHMARK, '--quick', '--json'], { timeout: 110_000 })
  expectExit(result)
  const { rows, wrong } = JSON.parse(result.stdout)
  expect(wrong).toEqual([])
  expect(new Set(rows.map(({ match }) => match)).size).toBeGreaterThanOrEqual(16)
})
