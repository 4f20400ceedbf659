// The addon: for which systems there is one, where it lies, whether it is up to date, and how the napi CLI builds it.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { step } from './steps.js'
import { ROOT, SetupError, readJson } from './toolchain.js'

export const PREBUILDS = join(ROOT, 'prebuilds')
export const ADDON = 'mmap-array.node'
/** Which addons were built last, in which profile, and when that began. */
const STAMP = join(ROOT, 'target', 'mmap-array-addons.json')
const SOURCES = ['src', 'Cargo.toml', 'Cargo.lock', 'build.rs']

const ARCHITECTURES = { x86_64: 'x64', aarch64: 'arm64' }

/**
 * `{ triple, name, platform, libc }` of every system that package.json names an addon for; the name is that of its folder.
 * macOS has one C library, and so no `libc`.
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

/** The target that this machine is; undefined on any other. */
export const HOST = TARGETS.find(({ name }) => name === HOST_NAME)

export const addonOf = (target) => join(PREBUILDS, target.name, ADDON)

/** Profiles: `debug`; `release`; `prebuild`, which is for other machines too and does for `release` here. */
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
  // Rust links musl into what it builds, unless told otherwise; an addon takes that of the process.
  const libc = target.libc === 'musl' ? ['-Ctarget-feature=-crt-static'] : []
  return profile === 'debug' ? libc : [...libc, ...appleFlags(target), ...pathsToHide(env)]
}

/**
 * The name by which others would link to the library, which is a path of this machine otherwise; and no symbols for debuggers. The
 * linker leaves them out, because it signs what it writes: macOS on arm64 loads nothing that was changed after that.
 */
function appleFlags({ platform }) {
  return platform === 'darwin' ? [`-Clink-arg=-Wl,-install_name,@rpath/${ADDON}`, '-Clink-arg=-Wl,-s'] : []
}

/** Keeps the paths of this machine out of the addon. */
function pathsToHide(env) {
  const cargoHome = resolve(env.CARGO_HOME ?? join(homedir(), '.cargo'))
  // The last one that fits decides.
  const names = { [homedir()]: '/home', [cargoHome]: '/cargo', [ROOT]: '/mmap-array' }
  return Object.entries(names).map(([path, name]) => `--remap-path-prefix=${path}=${name}`)
}

/** More flags for rustc: Cargo takes those of the first variable set. */
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

/** When anything in a file or folder changed last; a folder's own time tells of files that went away. */
function newestIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return Infinity
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}
