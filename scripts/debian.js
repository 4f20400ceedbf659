// Debian packages, unpacked into the cache folder of this checkout. Nothing is installed, and apt's own folders are not
// changed, so no root is needed. They come only from the package sources that this machine is configured for.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.js'
import { step } from './steps.js'
import { CACHE, SetupError, capture } from './toolchain.js'

const STATE = join(CACHE, 'apt')
const CONFIGURATION = join(STATE, 'apt.conf')

/** Debian's names for architectures, and for the folders of their libraries. */
export const DEBIAN_ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }
const MULTIARCHES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }
export const MULTIARCH = MULTIARCHES[process.arch]

/**
 * The folder `name` of the cache with unpacked packages. `choose` returns their names, after apt has read its lists. Throws a
 * SetupError if they are not available.
 */
export function debianPackages(name, choose) {
  return cached(name, (folder) => {
    readLists()
    unpackInto(folder, choose())
  })
}

function unpackInto(folder, packages) {
  const archives = join(folder, 'archives')
  mkdirSync(archives)
  try {
    const args = ['--config-file', CONFIGURATION, '--quiet', 'download', ...packages]
    step(`fetching ${packages.join(', ')} of Debian`, 'apt-get', args, { cwd: archives })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw cannotBeHad(packages)
  }
  for (const archive of readdirSync(archives)) capture('dpkg', ['--extract', join(archives, archive), folder])
  rmSync(archives, { recursive: true })
}

let areRead = false

/** Updates the lists of packages, once in each process. */
function readLists() {
  if (areRead) return
  for (const folder of ['lists', 'cache/archives']) mkdirSync(join(STATE, folder, 'partial'), { recursive: true })
  writeFileSync(join(STATE, 'status'), '')
  const architectures = Object.values(DEBIAN_ARCHITECTURES).map((name) => `"${name}";`)
  const lines = [
    // Hooks that run after an update may change the machine.
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    `Dir::State "${STATE}";`,
    `Dir::State::status "${join(STATE, 'status')}";`,
    `Dir::Cache "${join(STATE, 'cache')}";`,
    `APT::Architectures { ${architectures.join(' ')} };`,
    // Otherwise root fetches as a user that may not write here.
    'APT::Sandbox::User "root";',
  ]
  writeFileSync(CONFIGURATION, `${lines.join('\n')}\n`)
  // If a source cannot be read, that is reported when one of its packages is needed.
  const { error } = spawnSync('apt-get', ['--config-file', CONFIGURATION, '--quiet', 'update'], { stdio: 'ignore' })
  if (error) throw new SetupError(`It takes packages of Debian, and apt-get does not run here: ${error.message}`)
  areRead = true
}

/** The dependencies of a package, and their dependencies. For `choose`. */
export function dependenciesOf(name) {
  const relations = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((of) => `--no-${of}`)
  const args = ['--config-file', CONFIGURATION, 'depends', '--recurse', ...relations, name]
  const { stdout, status } = spawnSync('apt-cache', args, { encoding: 'utf8' })
  if (status !== 0) throw cannotBeHad([name])
  const lines = stdout.split('\n')
  return lines.filter((line) => /^[a-z]/.test(line) && line !== name)
}

const cannotBeHad = (packages) =>
  new SetupError(`${packages.join(', ')} cannot be had from the package sources of this machine.`)
