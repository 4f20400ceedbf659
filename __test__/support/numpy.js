// A Python that has NumPy, in a virtual environment that is made once and kept beside the packages of npm.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { run } from './processes.js'

const MAKER = fileURLToPath(new URL('../python/python_environment.py', import.meta.url))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/mmap-array', import.meta.url))

/** The path of a Python with NumPy. Where there is none the test is skipped; with CI set it fails. */
export async function pythonWithNumpy(skip) {
  const environment = join(CACHE, `numpy-${process.arch}`)
  const { code, stdout, stderr } = await run('python3', ['-B', MAKER, environment, 'numpy', '--only-binary', ':all:'], {
    timeout: 150_000,
  }).catch(({ message }) => ({ code: null, stderr: message }))
  if (code === 0) return stdout.trim()
  if (process.env.CI) expect.fail(`NumPy could not be installed, and CI is set:\n${stderr}`)
  return skip('skipped: NumPy could not be installed')
}
