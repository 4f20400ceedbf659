// Python's own answers. Where python3 is absent its tests are skipped visibly; with CI set that is a failure.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describeWith } from './processes.js'

export const describePython = (name, body) => describeWith('python3', ['-c', 'import array, mmap, json'], name, body)

/** Runs a program to its end and returns what it printed; throws with its stderr if it failed. */
export function python(program, ...parameters) {
  return output(['-c', program, ...parameters])
}

/** What a script of __test__/python prints, as JSON. */
export function pythonAnswers(name) {
  return JSON.parse(output([fileURLToPath(new URL(`../python/${name}`, import.meta.url))]))
}

function output(parameters) {
  const result = spawnSync('python3', parameters, { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60000 })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`python3 ended with ${result.status ?? result.signal}: ${result.stderr}`)
  return result.stdout
}
