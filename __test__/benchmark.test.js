// The benchmark runs, its contenders answer right, and it would tell if one did not. How fast they are is no matter of a test.
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WrongAnswer } from '../benchmark/contender.js'
import { takeTurns } from '../benchmark/duel.js'
import { TYPECODES } from '../benchmark/matches/operations.js'
import { OPERATIONS } from '../benchmark/operations.js'
import { Seats } from '../benchmark/seats.js'
import { expectExit, run } from './support/processes.js'
import { useScope } from './support/scope.js'

const BENCHMARK = fileURLToPath(new URL('../benchmark/run.js', import.meta.url))
const scope = useScope()

test('the quick run ends well, with every answer of every operation verified, and leaves its record', async () => {
  const output = mkdtempSync(scope.path())
  const args = [BENCHMARK, '--quick', '--json', '--no-install', `--output=${output}`]
  const result = await run(process.execPath, args, { timeout: 110_000 })
  expectExit(result)
  const { rows, wrong, peers } = JSON.parse(result.stdout)
  expect(wrong).toEqual([])

  const expected = OPERATIONS.flatMap(({ name, typecodes = TYPECODES }) => typecodes.map((code) => `${name} ${code}`))
  const played = rows.filter(({ operation }) => operation).map(({ operation, typecode }) => `${operation} ${typecode}`)
  expect(new Set(played)).toEqual(new Set(expected))
  const matches = new Set(rows.filter(({ operation, bySize }) => !operation && !bySize).map(({ match }) => match))
  expect(matches.size).toBe(8)

  const [text, speed, size] = ['RESULTS.md', 'speed.svg', 'size.svg'].map((name) =>
    readFileSync(join(output, name), 'utf8'),
  )
  for (const { name, absent } of peers) expect(text).toContain(`| ${name} | ${absent ? '**absent**' : ''}`)
  for (const { title } of OPERATIONS) expect(text).toContain(`| ${title} |`)
  expect(speed.match(/<path/g).length).toBeGreaterThan(OPERATIONS.length)
  expect(size).toMatch(/^<svg /)
})

test.each(['all', 'some'])('a wrong answer is no result: the one for %s of the bytes', async (extent) => {
  const lie = `process.stdin.once('data', () => console.log('{"ready":true}')).on('data', (line) => {
    if (String(line).startsWith('round')) console.log(JSON.stringify({ answer: String(line).slice(6).trim(), nanoseconds: 1 }))
  })`
  const liar = { command: process.execPath, args: ['-e', lie], task: 'task', answer: { all: 'all', some: 'some' } }
  const sizes = { sittings: 1, rounds: 1, warmUps: 1 }
  const seats = new Seats({ stays: false })
  expect(await takeTurns({ liar }, undefined, sizes, seats)).toEqual({ liar: [1] })
  const caught = { ...liar, answer: { ...liar.answer, [extent]: 'another' } }
  await expect(takeTurns({ caught }, undefined, sizes, seats)).rejects.toThrow(WrongAnswer)
})
