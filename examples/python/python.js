import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Which Python runs: the PYTHON of the environment where NumPy has a virtual environment of its own. */
const COMMAND = process.env.PYTHON || 'python3'

/** Where mmap_array.py is. In a project of yours: node_modules/mmap-array/python. */
const MODULES = fileURLToPath(new URL('../../python', import.meta.url))

/** Runs a program of this folder to its end, stderr included. Returns what it printed, as JSON; throws where it fails. */
export function python(program, ...words) {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const { error, status, signal, stdout, stderr } = spawnSync(COMMAND, ['-B', path, ...words], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: MODULES },
    timeout: 60_000,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ended with ${signal ?? status}: ${stderr}`)
  return JSON.parse(stdout)
}

export function isNumpyThere() {
  return spawnSync(COMMAND, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0
}
