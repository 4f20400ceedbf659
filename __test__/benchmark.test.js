// The benchmark runs, its subjects answer right, and it would tell if one did not. How fast they are is not tested.
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WrongAnswer, takeTurns } from '../benchmark/comparison.js'
import { OPERATIONS, TYPECODES } from '../benchmark/operations.js'
import { expectExit, run } from './support/processes.js'
import { useScope } from './support/scope.js'

const BENCHMARK = fileURLToPath(new URL('../benchmark/run.js', import.meta.url))
const scope = useScope()

test('the quick run ends well, with every answer of every operation verified, and leaves its record', async () => {
  const output = mkdtempSync(scope.path())
  const args = [BENCHMARK, '--quick', '--json', '--no-install', `--output=${output}`]
  const result = await run(process.execPath, args, { timeout: 110_000 })
  expectExit(result)
  const { lines, subjects } = JSON.parse(result.stdout)

  const expected = OPERATIONS.flatMap(({ title, typecodes = TYPECODES }) => typecodes.map((code) => `${title} ${code}`))
  const measured = lines
    .filter(({ operation }) => operation)
    .map(({ operation, typecode }) => `${operation} ${typecode}`)
  expect(new Set(measured)).toEqual(new Set(expected))
  // How many rows of shorter vectors there are is a matter of the processor.
  const others = lines.filter(({ operation, bySize }) => !operation && !bySize).map(({ row }) => row)
  expect(new Set(others.filter((row) => !row.startsWith('sort(), vectors: '))).size).toBe(11)

  const [text, speed, size] = ['RESULTS.md', 'speed.svg', 'size.svg'].map((name) =>
    readFileSync(join(output, name), 'utf8'),
  )
  for (const { name, absent } of subjects) expect(text).toContain(`| ${name} | ${absent ? '**absent**' : ''}`)
  for (const { title } of OPERATIONS) expect(text).toContain(`| ${title} |`)
  expect(speed.match(/<path/g).length).toBeGreaterThan(OPERATIONS.length)
  expect(size).toMatch(/^<svg /)
})

test('takeTurns throws for a wrong answer, whichever round it is in', async () => {
  const program = `let rounds = 0
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      if (line === 'round') console.log(JSON.stringify({ answer: ++rounds < 3 ? 'right' : 'wrong', nanoseconds: 1 }))
    })`
  const subject = { program: { command: process.execPath, args: ['-e', program] }, task: {}, answer: 'right' }
  expect(await takeTurns({ subject }, { rounds: 1, warmUps: 1 })).toEqual({ subject: [1] })
  await expect(takeTurns({ subject }, { rounds: 2, warmUps: 1 })).rejects.toThrow(WrongAnswer)
})
