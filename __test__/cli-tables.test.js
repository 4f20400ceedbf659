// convert reads tables as Python's csv and decimal do: the same bytes of every type, or an error at the same line.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describePython } from './support/python.js'
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
