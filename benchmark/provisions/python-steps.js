// The table's steps of Python, in a file for the contenders in Python: they do not read JavaScript.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPERATIONS, stepOf } from '../operations.js'
import { PYTHON_KINDS } from '../python-kinds.js'

export function pythonSteps(scratch) {
  const path = join(scratch, 'steps.json')
  const operations = OPERATIONS.map((operation) => [
    operation.name,
    {
      restores: Boolean(operation.restores),
      reads: Boolean(operation.reads),
      writes: Boolean(operation.writes),
      steps: Object.fromEntries(
        Object.entries(PYTHON_KINDS).map(([name, kinds]) => [name, stepOf(operation, { language: 'python', kinds })]),
      ),
    },
  ])
  writeFileSync(path, JSON.stringify(Object.fromEntries(operations)))
  return path
}
