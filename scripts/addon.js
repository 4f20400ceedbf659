// The addon: its targets and files, whether it is up to date, and how the napi CLI builds it.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { step } from './steps.js'
import { ROOT, SetupError, readJson } from './toolchain.js'

export const PREBUILDS = join(ROOT, 'prebuilds')
export const ADDON = 'mmap-array.node'
/** The profile of the last build of each addon, and when that build began. */
const STAMP = join(ROOT, 'target', 'mmap-array-addons.json')
const SOURCES = ['src', 'Cargo.toml', 'Cargo.lock', 'build.rs']

const ARCHITECTURES = { x86_64: 'x64', aarch64: 'arm64' }

/**
 * `{ triple, name, platform, libc }` of every target in package.json. `name` is the name of its folder. macOS has only one C
 * library, so no `libc`.
 */
export const TARGETS = readJson('package.json').napi.targets.map((triple) => {
  const [architecture, , platform, libc] = triple.split('-')
  return { triple, name: nameOf(platform, ARCHITECTURES[architecture], libc), platform, libc }
})

function nameOf(platform, architecture, libc) {
  return [platform, architecture, libc].filter(Boolean).join('-')
}

function hostLibc() {
  if (process.platform !== 'linux') return undefined
  return process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'
}

const HOST_NAME = nameOf(process.platform, process.arch, hostLibc())

/** The target of this machine. Undefined if package.json does not have it. */
export const HOST = TARGETS.find(({ name }) => name === HOST_NAME)

export const addonOf = (target) => join(PREBUILDS, target.name, ADDON)

/** Profiles: `debug`, `release`, and `prebuild`, which also runs on other machines, and may replace `release` here. */
export const addonProfile = (target) => readStamps()[target.name]?.profile

export function addonIsFresh(target, profiles) {
  const { profile, startedAt } = readStamps()[target.name] ?? {}
  if (!profiles.includes(profile) || !existsSync(addonOf(target))) return false
  return SOURCES.every((source) => newestIn(join(ROOT, source)) < startedAt)
}

/** Builds the addon of a target. `flags` go to the napi CLI, `cargoFlags` from there to Cargo. */
export function buildAddon(target, profile, { title, flags = [], cargoFlags = [], env }) {
  const napi = join(ROOT, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  if (!existsSync(napi)) {
    throw new SetupError('The development dependencies are missing. Run `npm install` without --omit=dev.')
  }
  const startedAt = Date.now()
  const folder = join(PREBUILDS, target.name)
  const args = [napi, 'build', '--output-dir', folder, '--no-js', '--dts', '../../native.d.ts', ...flags]
  if (profile !== 'debug') args.push('--release')
  if (cargoFlags.length > 0) args.push('--', ...cargoFlags)
  step(title, process.execPath, args, { env: withRustFlags(env, flagsOf(target, profile, env)) })
  mkdirSync(join(ROOT, 'target'), { recursive: true })
  writeFileSync(STAMP, JSON.stringify({ ...readStamps(), [target.name]: { profile, startedAt } }))
}

function flagsOf(target, profile, env) {
  // By default Rust links musl statically. An addon must use the musl of the process.
  const libc = target.libc === 'musl' ? ['-Ctarget-feature=-crt-static'] : []
  return profile === 'debug' ? libc : [...libc, ...appleFlags(target), ...pathsToHide(env)]
}

/**
 * Sets the install name of the library, which would otherwise be a path of this machine, and leaves out the symbols for
 * debuggers. The linker must do that, because it signs the file, and macOS on arm64 loads no file that was changed afterwards.
 */
function appleFlags({ platform }) {
  return platform === 'darwin' ? [`-Clink-arg=-Wl,-install_name,@rpath/${ADDON}`, '-Clink-arg=-Wl,-s'] : []
}

/** Keeps the paths of this machine out of the addon. */
function pathsToHide(env) {
  const cargoHome = resolve(env.CARGO_HOME ?? join(homedir(), '.cargo'))
  // The last match is used.
  const names = { [homedir()]: '/home', [cargoHome]: '/cargo', [ROOT]: '/mmap-array' }
  return Object.entries(names).map(([path, name]) => `--remap-path-prefix=${path}=${name}`)
}

/** More flags for rustc. Cargo uses only the first of these variables that is set. */
function withRustFlags(env, more) {
  if (more.length === 0) return env
  const flags = env.CARGO_ENCODED_RUSTFLAGS?.split('\x1f') ?? env.RUSTFLAGS?.split(' ') ?? []
  return { ...env, CARGO_ENCODED_RUSTFLAGS: [...flags.filter(Boolean), ...more].join('\x1f') }
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch {
    return {}
  }
}

/** The time of the last change in a file or folder. The time of a folder itself shows that files were removed. */
function newestIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return Infinity
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}
