// The runtimes the package is tried on. Each comes as a binary in an npm package, in a fixed version, into the cache folder
// of this checkout. One line a runtime: a newer version is a change of that line.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from '../steps.js'
import { CACHE, SetupError } from '../toolchain.js'

const node = (version, more) => ({
  label: 'Node.js',
  version,
  package: `node-linux-${process.arch}`,
  program: 'bin/node',
  mustPass: true,
  suite: true,
  ...more,
})

const RUNTIMES = {
  // The oldest that package.json admits.
  'node@20.19': node('20.19.0', { suite: false }),
  'node@20': node('20.20.2'),
  'node@22': node('22.23.3'),
  'node@24': node('24.21.0'),
  'node@26': node('26.10.0'),
  bun: {
    label: 'Bun',
    version: '1.4.5',
    package: { x64: '@oven/bun-linux-x64', arm64: '@oven/bun-linux-aarch64' }[process.arch],
    program: 'bin/bun',
  },
  deno: {
    label: 'Deno',
    version: '2.9.6',
    package: { x64: '@deno/linux-x64-glibc', arm64: '@deno/linux-arm64-glibc' }[process.arch],
    program: 'deno',
    args: ['run', '--allow-all', '--quiet'],
  },
}

export const RUNTIME_NAMES = Object.keys(RUNTIMES)

/**
 * `{ label, version, command, args, mustPass, suite }` of a runtime, fetched if need be. `mustPass`: what fails there is a
 * failure, not a limit to write down. `suite`: the whole suite runs on it too.
 */
export function fetchRuntime(name) {
  const runtime = RUNTIMES[name]
  if (!runtime) throw new SetupError(`There is no runtime ${name}, only ${RUNTIME_NAMES.join(', ')}.`)
  const { label, version, program, args = [], mustPass = false, suite = false } = runtime
  const folder = join(CACHE, `${name.split('@', 1)[0]}-${version}`)
  if (!existsSync(folder)) fetchInto(folder, `${label} ${version}`, `${runtime.package}@${version}`)
  return { label, version, command: join(folder, 'node_modules', runtime.package, program), args, mustPass, suite }
}

/** Installs npm packages into a folder: under another name first, so that it is there only once it is whole. */
export function fetchInto(folder, title, ...specifiers) {
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  writeFileSync(join(unfinished, 'package.json'), '{}')
  step(`fetching ${title}`, 'npm', ['install', '--no-save', '--ignore-scripts', '--force', ...specifiers], {
    cwd: unfinished,
  })
  renameSync(unfinished, folder)
}
