// Finds Node.js, npm and Rust, and says in one sentence what is missing. Only package.json (engines.node) and Cargo.toml
// (rust-version) have the required versions.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** The folder of what scripts fetch. It may be deleted at any time. */
export const CACHE = join(ROOT, '.cache')

/** A failure that a person can act on. Printed without a stack. */
export class SetupError extends Error {}

/** Runs `main`. A `SetupError` ends the process, and only its message is printed. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`mmap-array: ${error.message}`)
    process.exitCode = 1
  }
}

export function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

/** Compares two versions. `1.95` equals `1.95.0`, and a suffix such as `-nightly` is ignored. */
export function isAtLeast(version, minimum) {
  const parts = (text) => text.split('-', 1)[0].split('.').map(Number)
  const [have, want] = [parts(version), parts(minimum)]
  for (const [i, number] of want.entries()) {
    if ((have[i] ?? 0) !== number) return (have[i] ?? 0) > number
  }
  return true
}

/** The output of a program, on one line. Throws a `SetupError` if it fails. */
export function capture(program, args, options) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', ...options })
  if (status === 0) return stdout.trim()
  throw new SetupError(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`)
}

export function requireNode() {
  const minimum = readJson('package.json').engines.node.replace(/^>=\s*/, '')
  if (!isAtLeast(process.versions.node, minimum)) {
    throw new SetupError(`Node.js ${minimum} or later is needed. This is ${process.versions.node}.`)
  }
}

/** The oldest Rust that Cargo.toml allows. */
export function requiredRust() {
  return /^rust-version\s*=\s*"([^"]+)"/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))[1]
}

/**
 * The environment for `cargo`, which is checked to be recent enough.
 *
 * rustup's `cargo` looks for its toolchains in the home directory. If that has none (a clean HOME in a container), the ones
 * beside the `cargo` on the PATH are used: `<x>/.cargo/bin/cargo` has them in `<x>/.rustup`.
 */
export function rustEnvironment() {
  const minimum = requiredRust()
  const install = `Install Rust ${minimum} or later, for example with rustup, and put cargo on the PATH.`

  const cargo = onPath('cargo')
  if (!cargo) throw new SetupError(`cargo was not found. ${install}`)

  let env = process.env
  let rustc = versionOf('rustc', env)
  if (!(rustc.version && versionOf('cargo', env).version) && !env.RUSTUP_HOME) {
    const rustupHome = join(dirname(dirname(dirname(realpathSync(cargo)))), '.rustup')
    if (existsSync(rustupHome)) {
      env = { ...env, RUSTUP_HOME: rustupHome }
      rustc = versionOf('rustc', env)
    }
  }
  const failure = versionOf('cargo', env).failure ?? rustc.failure
  if (failure) throw new SetupError(`cargo is there, but does not run: ${failure}\n${install}`)
  if (!isAtLeast(rustc.version, minimum)) {
    throw new SetupError(`Rust ${minimum} or later is needed. This is rustc ${rustc.version}. ${install}`)
  }
  return env
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

function versionOf(program, env) {
  const { stdout, stderr, error } = spawnSync(program, ['--version'], { cwd: ROOT, env, encoding: 'utf8' })
  const version = /^\w+ (\d+\.\d+\.\d+\S*)/.exec(stdout ?? '')?.[1]
  if (version) return { version }
  return { failure: error?.message ?? stderr.trim().split('\n', 1)[0] }
}
