// convert reads tables as Python's csv and decimal do: the same bytes of every type, or an error at the same line.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { csvBlocks } from '../cli/text/csv.js'
import { withoutLines } from '../cli/text/reading.js'
import { valueReader } from '../cli/text/values.js'
import { describePython } from './support/python.js'
import { Random } from './support/random.js'
import { useScope } from './support/scope.js'
import { TABLE_TYPES, randomTable } from './support/tables.js'
import { tool } from './support/tool.js'

const ORACLE = fileURLToPath(new URL('./python/tables.py', import.meta.url))
const COUNT = Number(process.env.MMAP_ARRAY_TABLES ?? 100)
const SEED = process.env.MMAP_ARRAY_TABLES_SEED ?? 'tables'

describePython('convert of generated tables', () => {
  const scope = useScope()

  test('agrees with Python', { timeout: 60_000 + COUNT * 2000 }, async () => {
    const tables = Array.from({ length: COUNT }, (_, n) => {
      const table = randomTable(SEED, n)
      return { ...table, path: scope.file(table.text, `${n}.csv`) }
    })
    const { stdout, stderr, status } = spawnSync('python3', [ORACLE], {
      input: JSON.stringify(tables),
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    const answers = JSON.parse(stdout)
    const kinds = new Set()
    for (const [n, table] of tables.entries()) {
      const result = await converted(table, scope.path(`${n}.out`))
      const description = JSON.stringify({ n, ...table, ...answers[n], stderr: result.stderr })
      kinds.add(`${table.type} ${'line' in answers[n] ? 'error' : 'values'}`)
      if ('line' in answers[n]) {
        expect(result.code, description).toBe(4)
        expect(result.stderr, description).toContain(`.csv, line ${answers[n].line}, column`)
        expect(fs.existsSync(scope.path(`${n}.out`)), description).toBe(false)
      } else {
        expect(result.code, description).toBe(0)
        expect(fs.readFileSync(scope.path(`${n}.out`)).toString('hex'), description).toBe(answers[n].bytes)
      }
    }
    // Otherwise the tables would prove little.
    expect([...kinds]).toEqual(expect.arrayContaining(TABLE_TYPES.map((type) => `${type} values`)))
    expect([...kinds].filter((kind) => kind.endsWith('error')).length).toBeGreaterThan(3)
  })
})

/** Runs the tool on a table: what its options are is in the table. */
function converted({ path, type, column, delimiter, titles, missing, round }, target) {
  const words = ['convert', path, target, '--type', type, `--column=${column + 1}`, '--delimiter', delimiter]
  words.push(titles ? '--titles' : '--no-titles')
  if (missing !== null) words.push('--missing', missing)
  if (round !== null) words.push('--round', round)
  return tool(words)
}

describe('a table that is cut into pieces', () => {
  /** What the rows become, or the message. */
  async function outcome(pieces, skipped, { type, column, delimiter, titles, missing, round }) {
    const options = { column: String(column + 1), delimiter, titles, noTitles: !titles, comment: '~', firstLine: 3 }
    const values = []
    async function* texts() {
      yield* pieces
    }
    try {
      const reader = valueReader({ typecode: type, missing: missing ?? undefined, round: round ?? undefined })
      const terms = { makeBlock: (length) => new Block(length), note: () => {} }
      for await (const block of csvBlocks(withoutLines(texts(), skipped), options, reader, terms)) values.push(...block)
      return values.map(String)
    } catch (error) {
      return `${error.constructor.name}: ${error.message}`
    }
  }

  class Block extends Array {
    subarray(start, stop) {
      return Array.from(this.slice(start, stop))
    }
  }

  test('gives the same values, or the same error', async () => {
    const outcomes = new Set()
    for (let n = 0; n < 300; n += 1) {
      const table = randomTable('pieces', n)
      const random = new Random('cuts', n)
      const lines = table.text.split('\n')
      // Not inside of a quoted field.
      const commented = table.text.includes('"')
        ? lines
        : lines.flatMap((line) => (random.chance(0.1) ? ['~ "a', line] : line))
      const text = `one "line\nanother\n${commented.join('\n')}${random.chance(0.5) ? '\n~ the last line' : ''}`
      // Lines at the end are held back until whole ones follow; without that, pieces end anywhere.
      const skipped = { first: 2, last: random.pick([0, 1]) }
      const whole = await outcome([text], skipped, table)
      outcomes.add(typeof whole)
      const most = random.pick([1, 3, 20])
      const pieces = []
      for (let at = 0; at < text.length; at += pieces.at(-1).length)
        pieces.push(text.slice(at, at + random.integer(1, most)))
      expect(await outcome(pieces, skipped, table), JSON.stringify({ n, text, pieces })).toEqual(whole)
    }
    expect(outcomes.size).toBe(2)
  })
})
