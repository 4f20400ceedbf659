// The benchmark runs, its subjects answer right, and it would tell if one did not. How fast they are is not tested.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WrongAnswer, takeTurns } from '../benchmark/comparison.js'
import { OPERATIONS, TYPECODES } from '../benchmark/operations.js'
import { writeRecord } from '../benchmark/record.js'
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
  // A label for each bar: most operations have one for each of two types.
  expect(speed.match(/>[\d.]+ × /g).length).toBeGreaterThan(OPERATIONS.length)
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

test('a saved run goes on with the rows that it does not have, and only on the same Node.js', async () => {
  const file = scope.path()
  const measure = (...words) =>
    run(process.execPath, [BENCHMARK, '--quick', '--engine', `--output=${scope.path()}`, `--save=${file}`, ...words])
  const saved = () => JSON.parse(readFileSync(file, 'utf8'))
  expectExit(await measure('fill(v)'))
  const before = saved()
  expect(Object.keys(before.seconds)).toEqual(["fill(v), typecode 'i'", "fill(v), typecode 'd'"])
  expect(before.subjects.map(({ name }) => name)).not.toContain('NumPy')
  expectExit(await measure('fill(v)', 'byteswap'))
  const after = saved()
  expect(Object.keys(after.seconds).length).toBe(4)
  expect(after.lines.slice(0, before.lines.length)).toEqual(before.lines)

  writeFileSync(file, JSON.stringify({ ...after, machine: { ...after.machine, node: 'v1.0.0' } }))
  const refused = await measure('sum()')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('holds a run on v1.0.0')
})

test('writeRecord of several runs has their median with the least and the greatest, and each Node.js once', () => {
  const report = (node, date, ratio) => ({
    machine: { node, date },
    subjects: [{ name: 'typed array', version: '1' }],
    lines: [
      {
        ...{ row: "fill(v), typecode 'i'", name: 'fill(v) / typed array', operation: 'fill(v)', typecode: 'i' },
        ...{ subject: 'typed array', limit: 2, goal: '≤ 2.00', result: '', met: true },
        measured: { ratio, lower: ratio / 2, upper: ratio * 2, ours: ratio, theirs: 1 },
      },
      { row: 'attach', name: 'maps', goal: '0', result: `${ratio}`, met: ratio < 4, limit: null },
    ],
  })
  const reports = [report('v24', 'a', 3), report('v20', 'a', 9), report('v24', 'b', 1), report('v24', 'c', 5)]
  const folder = mkdtempSync(scope.path())
  writeRecord(reports, folder)
  const text = readFileSync(join(folder, 'RESULTS.md'), 'utf8')
  expect(text).toContain('- node: v24')
  expect(text).toContain('- date: a; b; c')
  expect(text).toContain('**3.00 ▲ ✗ (1.00–5.00)**')
  // A run that misses a goal without a time is not outvoted.
  expect(text).toContain('| attach: maps | 0 | 5 | **✗ missed** |')
  expect(text.indexOf('## The same on Node.js v20')).toBeGreaterThan(0)
  expect(text).toContain('**9.00 ▲ (4.50–18.0)**')
})
