// Makes a checkout ready to run: installs the development dependencies and builds the addon, each only where it is
// missing or out of date. Needs nothing but Node.js, npm and cargo.
//
//   node scripts/setup.js               both
//   node scripts/setup.js --addon       only the addon (npm's `prepare`, where npm itself installs)
//   node scripts/setup.js --rebuild     the addon even if it is up to date; with --debug, unoptimised
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { ROOT, SetupError, readJson, requireNode, runScript, rustEnvironment } from './toolchain.js'

const LOCK = join(ROOT, '.setup.lock')
/** What was built last, in which profile, and when that began. */
const STAMP = join(ROOT, 'target', 'mmap-array-addon.json')
const ADDON_SOURCES = ['src', 'Cargo.toml', 'Cargo.lock', 'build.rs']

/** Installs the development dependencies. */
export async function setUpDependencies() {
  requireNode()
  if (dependenciesAreFresh()) return
  await withLock(() => {
    if (dependenciesAreFresh()) return
    // Without scripts: npm would run our own `prepare` here, and the addon is built next, once.
    step('installing the development dependencies', 'npm', ['ci', '--include=dev', '--ignore-scripts'], process.env)
  })
}

/** Builds the addon. `anyProfile` is content with an unoptimised one that is there. */
export async function setUpAddon({ rebuild = false, profile = 'release', anyProfile = false } = {}) {
  requireNode()
  const isFresh = () => !rebuild && addonIsFresh(anyProfile ? undefined : profile)
  if (isFresh()) return
  const env = rustEnvironment()
  await withLock(() => {
    if (isFresh()) return
    const napi = join(ROOT, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
    if (!existsSync(napi)) {
      throw new SetupError('The development dependencies are missing. Run `npm install` without --omit=dev.')
    }
    const startedAt = Date.now()
    const args = [napi, 'build', '--platform', '--esm', '--js', 'native.js', '--dts', 'native.d.ts']
    if (profile === 'release') args.push('--release')
    step(`building the addon (${profile})`, process.execPath, args, env)
    mkdirSync(join(ROOT, 'target'), { recursive: true })
    writeFileSync(STAMP, JSON.stringify({ profile, startedAt, platform: platform() }))
  })
}

/** What npm notes down as installed is what the lock file asks for: the same packages, bit for bit. */
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

function addonIsFresh(profile) {
  let stamp
  try {
    stamp = JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch {
    return false
  }
  const built = ['native.js', 'native.d.ts'].every((name) => existsSync(join(ROOT, name)))
  if (!built || !readdirSync(ROOT).some((name) => name.endsWith('.node'))) return false
  if (stamp.platform !== platform() || (profile && stamp.profile !== profile)) return false
  return ADDON_SOURCES.every((source) => newestIn(join(ROOT, source)) < stamp.startedAt)
}

function platform() {
  return `${process.platform}-${process.arch}`
}

/** When anything in a file or folder changed last; a folder's own time tells of files that went away. */
function newestIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return Infinity
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

/** Runs one step and shows its output only if it fails. */
function step(title, program, args, env) {
  console.error(`mmap-array: ${title} ...`)
  const result = spawnSync(program, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  const reason = result.error?.message ?? `it ended with ${result.signal ?? `exit code ${result.status}`}, see above`
  throw new SetupError(`${title} failed: ${reason}`)
}

/** One set-up at a time in a checkout: two `npm ci` at once would take the folder from under each other. */
async function withLock(action) {
  let told = false
  while (!tryLock()) {
    const holder = Number(readOrEmpty(LOCK))
    // An empty file is a lock whose holder has not yet signed it.
    if (holder && !isAlive(holder)) {
      rmSync(LOCK, { force: true })
      continue
    }
    if (!told) console.error(`mmap-array: waiting for another set-up in this folder (delete .setup.lock if none runs)`)
    told = true
    await sleep(250)
  }
  try {
    return action()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function tryLock() {
  try {
    const file = openSync(LOCK, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runScript(async () => {
    const flags = new Set(process.argv.slice(2))
    const rebuild = flags.has('--rebuild')
    if (!flags.has('--addon')) await setUpDependencies()
    await setUpAddon({ rebuild, profile: flags.has('--debug') ? 'debug' : 'release' })
  })
}
