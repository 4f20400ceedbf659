// The runtimes that the package is tested on. Each is a binary from a package with a fixed version, fetched into the cache folder
// of this checkout. To update one, change its line.
import { SetupError } from '../toolchain.js'
import { PYPI_NODE, arm64Node, muslBun, muslNode } from './foreign.js'
import { npmProgram } from './npm.js'

const GNU = `linux-${process.arch}-gnu`
const MUSL = `linux-${process.arch}-musl`

const node = (version, more) => ({
  label: 'Node.js',
  version,
  addon: GNU,
  find: npmProgram,
  package: `node-linux-${process.arch}`,
  program: 'bin/node',
  mustPass: true,
  suite: true,
  ...more,
})

const nodeOfPypi = { label: 'Node.js', version: PYPI_NODE }

const bun = (addon, packages, find) => ({
  label: 'Bun',
  version: '1.4.5',
  addon,
  find,
  package: packages[process.arch],
  program: 'bin/bun',
})

const RUNTIMES = {
  // The oldest version that package.json allows.
  'node@20.19': node('20.19.0', { suite: false }),
  'node@20': node('20.20.2'),
  'node@22': node('22.23.3'),
  'node@24': node('24.21.0'),
  'node@26': node('26.10.0'),
  bun: bun(GNU, { x64: '@oven/bun-linux-x64', arm64: '@oven/bun-linux-aarch64' }, npmProgram),
  deno: {
    label: 'Deno',
    version: '2.9.6',
    addon: GNU,
    find: npmProgram,
    package: { x64: '@deno/linux-x64-glibc', arm64: '@deno/linux-arm64-glibc' }[process.arch],
    program: 'deno',
    args: ['run', '--allow-all', '--quiet'],
  },
  'node-musl': { ...nodeOfPypi, addon: MUSL, find: muslNode, mustPass: true, suite: true },
  'bun-musl': bun(MUSL, { x64: '@oven/bun-linux-x64-musl', arm64: '@oven/bun-linux-aarch64-musl' }, muslBun),
  // A failure may be the emulator's, so failures are only listed.
  ...(process.arch === 'x64' && {
    'node-arm64': { ...nodeOfPypi, addon: 'linux-arm64-gnu', find: arm64Node },
    'node-arm64-musl': { ...nodeOfPypi, addon: 'linux-arm64-musl', find: arm64Node },
  }),
}

export const RUNTIME_NAMES = Object.keys(RUNTIMES)

/**
 * `{ label, version, addon, command, args, env, mustPass, suite }` of a runtime, which is fetched if it is missing. `mustPass`:
 * failures are errors, not limits to list. `suite`: the whole suite also runs on it, in the environment of `suiteEnv`. If the
 * runtime cannot run here, `absent` says why, instead of a command.
 */
export async function fetchRuntime(name) {
  const { find, ...runtime } = RUNTIMES[name] ?? {}
  if (!find) throw new SetupError(`There is no runtime ${name}, only ${RUNTIME_NAMES.join(', ')}.`)
  const found = { args: [], env: {}, mustPass: false, suite: false, ...runtime }
  try {
    return { ...found, ...(await find(name, runtime)) }
  } catch (error) {
    // Runtimes from npm are installed with the dependencies of this checkout.
    if (find === npmProgram || !(error instanceof SetupError)) throw error
    return { ...found, absent: error.message }
  }
}
