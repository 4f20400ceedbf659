// A Python that has NumPy: the machine's own, or the one that the tests have made.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const OF_THE_TESTS = `../node_modules/.cache/mmap-array/numpy-${process.arch}/bin/python`
const CANDIDATES = ['python3', fileURLToPath(new URL(OF_THE_TESTS, import.meta.url))]

const hasNumpy = (python) => spawnSync(python, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0

/** Its command, or undefined where there is none. */
export const pythonWithNumpy = () => CANDIDATES.find(hasNumpy)

/** A contender in Python, told its parameters as JSON. */
export function pythonContender(python, file, parameters) {
  const path = fileURLToPath(new URL(`contenders/${file}`, import.meta.url))
  return { command: python, args: ['-B', path, JSON.stringify(parameters)] }
}
