// Runs all checks that a change must pass besides the tests, then lists those that failed.
//
//   node scripts/check.js          only check
//   node scripts/check.js --fix    let the formatters and oxlint fix what they can
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { checkCheckout } from '../__test__/support/layering.js'
import { BUILD_STD_FLAGS, buildStdEnvironment } from './build-std.js'
import { setUpGenerated } from './generated.js'
import { typosProgram } from './pypi.js'
import { setUpDependencies } from './setup.js'
import { ROOT, SetupError, capture, readJson, runScript, rustEnvironment } from './toolchain.js'

/** The newest version. `typescript` without a number is the version that typedoc can use. */
const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript-7', 'bin', 'tsc')

const fix = process.argv.includes('--fix')

/** Compares the versions that are in several files. */
function checkVersions() {
  const manifest = readJson('package.json')
  const lock = readJson('package-lock.json')
  const cargo = tomlSection(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'), /^\[package\]$/)
  const cargoLock = tomlSection(readFileSync(join(ROOT, 'Cargo.lock'), 'utf8'), /^name = "mmap-array"$/)
  const complaints = []
  const same = (what, value) => {
    if (value !== manifest.version) complaints.push(`${what} says ${value}, package.json says ${manifest.version}`)
  }
  same('Cargo.toml', cargo.version)
  same('Cargo.lock', cargoLock.version)
  same('package-lock.json', lock.version)
  for (const field of ['name', 'license']) {
    if (cargo[field] !== manifest[field]) complaints.push(`${field}: Cargo.toml and package.json differ`)
  }
  if (manifest.dependencies) complaints.push('package.json: the package promises to have no runtime dependencies')
  // npm runs the first three when a user installs the package, and warns about the last.
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts[hook]) complaints.push(`package.json: the package promises to have no ${hook} script`)
  }
  // With any of these, npm refuses to install the package and the project that depends on it.
  for (const field of ['os', 'cpu', 'libc']) {
    if (manifest[field])
      complaints.push(`package.json: the package promises to install everywhere, so it has no ${field}`)
  }
  // Each user installs from the registry that their npm is configured for.
  for (const path of ['package-lock.json', 'scripts/recipes/package-lock.json']) {
    if (Object.values(readJson(path).packages).some((entry) => entry.resolved)) {
      complaints.push(`${path} holds download addresses: see .npmrc`)
    }
  }
  return complaints
}

/** The `key = "value"` pairs from the line that matches `start` to the next blank line or table. */
function tomlSection(text, start) {
  const lines = text.split('\n')
  const rest = lines.slice(lines.findIndex((line) => start.test(line)) + 1)
  const end = rest.findIndex((line) => line === '' || line.startsWith('['))
  const pairs = rest.slice(0, end === -1 ? undefined : end).map((line) => /^([\w-]+) = "(.*)"/.exec(line))
  return Object.fromEntries(pairs.filter(Boolean).map(([, key, value]) => [key, value]))
}

function checkByRunning(program, args, env) {
  const result = spawnSync(program, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (result.status === 0) return []
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`
  // oxlint colours its output if CI is set, even with NO_COLOR.
  return [stripVTControlCharacters(output).trimEnd()]
}

await runScript(async () => {
  await setUpDependencies()
  setUpGenerated()
  const rust = rustEnvironment()
  const cargo = (...args) => checkByRunning('cargo', args, rust)
  const node = (tool, ...args) => checkByRunning(join(ROOT, 'node_modules', '.bin', tool), args, process.env)
  const clippy = (...targets) => cargo('clippy', '--locked', ...targets, '--', '--deny', 'warnings')

  /** By check, the reason why it was left out, because a tool is missing. */
  const leftOut = {}
  const spelling = async () => {
    try {
      return checkByRunning(await typosProgram(), ['--format=brief', ...(fix ? ['--write-changes'] : [])], process.env)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      leftOut.spelling = error.message
      return []
    }
  }
  /** Without the advisories, which are a download. The workflow at GitHub checks those. */
  const deny = () => {
    if (spawnSync('cargo', ['deny', '--version'], { env: rust }).status !== 0) {
      leftOut['cargo deny'] = 'cargo-deny is not installed'
      return []
    }
    return cargo('deny', '--log-level=warn', 'check', 'bans', 'licenses', 'sources')
  }

  /** By the grammar of the oldest Python that the companion is for. Writes no file. */
  const checkPython = () => {
    if (spawnSync('python3', ['--version']).status !== 0) {
      leftOut['syntax of Python'] = 'python3 is not installed'
      return []
    }
    const program = 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1], feature_version=(3, 8))'
    return checkByRunning('python3', ['-c', program, join('python', 'mmap_array.py')], process.env)
  }

  /** Only compiles the core for macOS, because no Mac is available to run it. */
  const forMacos = async () => {
    const target = ['--target', 'aarch64-apple-darwin']
    const hasStd = existsSync(capture('rustc', ['--print', 'target-libdir', ...target], { env: rust }))
    try {
      const env = hasStd ? rust : await buildStdEnvironment(rust)
      const args = [
        'check',
        '--locked',
        '--tests',
        '--no-default-features',
        ...target,
        ...(hasStd ? [] : BUILD_STD_FLAGS),
      ]
      // In its own folder. In a shared folder, each of the two compilers would rebuild what the other one has built.
      const folder = join(ROOT, 'target', 'macos')
      return checkByRunning('cargo', args, { ...env, RUSTFLAGS: '--deny=warnings', CARGO_TARGET_DIR: folder })
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      leftOut['core for macOS'] = error.message
      return []
    }
  }

  const checks = {
    versions: checkVersions,
    layering: () => checkCheckout(ROOT),
    rustfmt: () => cargo('fmt', ...(fix ? [] : ['--check'])),
    // Unit tests are the core's. In a test build napi registers nothing, so all of src/node would count as unused.
    clippy: () => clippy('--lib'),
    'clippy, core and its tests': () => clippy('--all-targets', '--no-default-features'),
    'core for macOS': forMacos,
    oxlint: () => node('oxlint', '--deny-warnings', ...(fix ? ['--fix'] : [])),
    prettier: () => node('prettier', '--log-level=warn', fix ? '--write' : '--check', '.'),
    spelling,
    'cargo deny': deny,
    'syntax of Python': checkPython,
    types: () => checkByRunning(process.execPath, [TYPESCRIPT, '--project', 'tsconfig.json'], process.env),
    'API reference': () => node('typedoc', '--emit', 'none'),
  }
  const failed = []
  for (const [name, check] of Object.entries(checks)) {
    const complaints = await check()
    const verdict = leftOut[name] ? 'left out' : complaints.length === 0 ? 'ok      ' : 'FAILED  '
    console.log(`${verdict} ${name}${leftOut[name] ? `: ${leftOut[name]}` : ''}`)
    for (const complaint of complaints) console.log(complaint)
    if (complaints.length > 0) failed.push(name)
  }
  if (failed.length > 0)
    console.log(`\nFailed: ${failed.join(', ')}. \`npm run format\` fixes what can be fixed automatically.`)
  return failed.length === 0 ? 0 : 1
})
