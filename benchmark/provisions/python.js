// Pythons that have what the contenders import; made the first time they are asked for.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CACHE, failureOf } from './cache.js'

const MAKER = fileURLToPath(new URL('../../__test__/python/python_environment.py', import.meta.url))
const PATIENCE_MS = 300_000

const versionOf = (python, print) =>
  spawnSync(python, ['-c', `import platform, importlib.metadata as m; print(${print})`], { encoding: 'utf8' })

/** The system's own. */
export function systemPython() {
  const result = versionOf('python3', 'platform.python_implementation(), platform.python_version()')
  if (result.status !== 0) return { absent: `python3: ${failureOf(result)}` }
  return { python: 'python3', version: result.stdout.trim() }
}

/** One that can import a module. `install` is what pip is told besides. */
export function pythonWith(module, install, { mayInstall }) {
  const environment = join(CACHE, `${module}-${process.arch}`)
  const args = ['-B', MAKER, ...(mayInstall ? [] : ['--no-install']), environment, module, ...install]
  const made = spawnSync('python3', args, { encoding: 'utf8', timeout: PATIENCE_MS })
  if (made.status !== 0) return { absent: failureOf(made) }
  const python = made.stdout.trim()
  const { status, stdout, stderr } = versionOf(python, `m.version('${module}'), 'on', platform.python_version()`)
  return status === 0 ? { python, version: stdout.trim() } : { absent: failureOf({ stdout, stderr }) }
}
