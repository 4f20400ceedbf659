import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The Python program. Set the environment variable PYTHON to use a virtual environment, for example with NumPy. */
const COMMAND = process.env.PYTHON || 'python3'

/** The folder of mmap_array.py. In your own project: node_modules/mmap-array/python. */
const MODULES = fileURLToPath(new URL('../../python', import.meta.url))

/** Runs a program of this folder to its end. Returns the JSON that it printed. Throws if it fails, with its stderr. */
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
