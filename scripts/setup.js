// Makes a checkout ready to run: installs the development dependencies, builds the addon, copies the element path for each
// typecode and bundles dist/, each only if it is missing or out of date. Needs only Node.js, npm and cargo.
//
//   node scripts/setup.js               all of it
//   node scripts/setup.js --rebuild     the addon even if it is up to date; with --debug, unoptimised
import { pathToFileURL } from 'node:url'
import { HOST, TARGETS, addonIsFresh, buildAddon } from './addon.js'
import { setUpBundle } from './bundle.js'
import { setUpGenerated } from './generated.js'
import { step, withLock } from './steps.js'
import { SetupError, readJson, requireNode, runScript, rustEnvironment } from './toolchain.js'

/** Installs the development dependencies. */
export async function setUpDependencies() {
  requireNode()
  if (dependenciesAreFresh()) return
  await withLock(() => {
    if (dependenciesAreFresh()) return
    // No dependency needs its install scripts.
    step('installing the development dependencies', 'npm', ['ci', '--include=dev', '--ignore-scripts'])
  })
}

/** Builds the addon of this machine. With `anyProfile`, an unoptimised addon that exists is enough. */
export async function setUpAddon({ rebuild = false, profile = 'release', anyProfile = false } = {}) {
  requireNode()
  const host = requireHost()
  const does = anyProfile
    ? ['debug', 'release', 'prebuild']
    : profile === 'release'
      ? ['release', 'prebuild']
      : [profile]
  const isFresh = () => !rebuild && addonIsFresh(host, does)
  if (isFresh()) return
  const env = rustEnvironment()
  await withLock(() => {
    if (!isFresh()) buildAddon(host, profile, { title: `building the addon (${profile})`, env })
  })
}

export function requireHost() {
  if (HOST) return HOST
  const names = TARGETS.map(({ name }) => name).join(' and ')
  throw new SetupError(`This is ${process.platform}-${process.arch}. The addon is for ${names}.`)
}

/** Whether the packages that npm has installed are exactly those of the lock file. */
function dependenciesAreFresh() {
  const wanted = readJson('package-lock.json').packages
  let installed
  try {
    installed = readJson('node_modules/.package-lock.json').packages
  } catch {
    return false
  }
  for (const [path, { integrity, optional, devOptional }] of Object.entries(wanted)) {
    if (path === '') continue
    const absent = !(path in installed)
    // Packages for other platforms are in the lock file only.
    if (absent ? !(optional || devOptional) : installed[path].integrity !== integrity) return false
  }
  return Object.keys(installed).every((path) => path in wanted)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runScript(async () => {
    const flags = new Set(process.argv.slice(2))
    const rebuild = flags.has('--rebuild')
    await setUpDependencies()
    setUpGenerated()
    await setUpAddon({ rebuild, profile: flags.has('--debug') ? 'debug' : 'release' })
    await setUpBundle()
  })
}
