// Runs the core and the addon under tools that find errors which tests do not show. For developers, not for CI.
//
//   npm run sanitize                       all of it
//   npm run sanitize -- miri asan          only these of asan, tsan, miri, addon, loom
//
// loom, which tests the memory orders of the guard, only needs crates. See loom/README.md. The others need the nightly toolchain
// (rustup toolchain install nightly), and
//   tsan     its source, to build std too:  rustup component add rust-src --toolchain nightly
//   miri     the interpreter:               rustup component add miri rust-src --toolchain nightly
//   addon    libasan of gcc, found by `gcc -print-file-name=libasan.so`
// Each builds in its own folder in target/sanitize/. If a tool finds something, it prints that, and the exit code is 1.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { ADDON } from './addon.js'
import { requireHost, setUpDependencies } from './setup.js'
import { ROOT, SetupError, runScript, rustEnvironment } from './toolchain.js'

const FOLDER = join(ROOT, 'target', 'sanitize')
/** Sanitizers need a build with an explicit target. */
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`
const CORE = ['test', '--no-default-features', '--lib', '--target', TARGET]

/**
 * The tests that Miri can interpret: without maps, signals, futexes, or files without a name. Searches, sums and sorts would
 * take too long.
 */
const FOR_MIRI = ['array::slice', 'array::state', 'element::', 'error::', 'kernels::', 'storage::flags', 'typecode::']
const TOO_LONG_FOR_MIRI = ['kernels::bisect', 'kernels::search', 'kernels::sort', 'kernels::sum']

/** Counts the page faults of a thread, to which a sanitizer adds those of its shadow memory. */
const NOT_FOR_SANITIZERS = ['--', '--skip', 'extend_takes_huge_pages_if_the_system_has_them']

/** The test files in which the addon works on memory, without those that pack, measure time, or run other programs for long. */
const SUITES = [
  'close',
  'views',
  'growth',
  'memory-fault',
  'shared-buffers',
  'slices',
  'splice',
  'pool-work',
  'handles',
  'several-arrays',
]

function run(program, args, environment = {}) {
  const env = { ...rustEnvironment(), ...environment }
  console.error(`mmap-array: ${program} ${args.join(' ')}`)
  return spawnSync(program, args, { cwd: ROOT, env, stdio: 'inherit' }).status === 0
}

const nightly = (tool, [command, ...args], environment) =>
  run('cargo', ['+nightly', command, '--target-dir', join(FOLDER, tool), ...args], environment)

function requireNightly(component) {
  const { stdout } = spawnSync('rustup', ['component', 'list', '--toolchain', 'nightly', '--installed'])
  const installed = stdout?.toString() ?? ''
  if (installed === '') throw new SetupError('The nightly toolchain is missing: rustup toolchain install nightly')
  if (!installed.includes(component)) {
    throw new SetupError(`${component} is missing: rustup component add ${component} --toolchain nightly`)
  }
}

const tools = {
  /** The guard replaces AddressSanitizer's handler of SIGBUS, and passes on faults that are not its own. */
  asan: () => nightly('asan', [...CORE, ...NOT_FOR_SANITIZERS], { RUSTFLAGS: '-Zsanitizer=address' }),

  /** The standard library must be built with it. Otherwise it reports races between operations that std synchronizes. */
  tsan() {
    requireNightly('rust-src')
    return nightly('tsan', [...CORE, '-Zbuild-std', ...NOT_FOR_SANITIZERS], { RUSTFLAGS: '-Zsanitizer=thread' })
  },

  miri() {
    requireNightly('miri')
    const skipped = TOO_LONG_FOR_MIRI.flatMap((name) => ['--skip', name])
    const args = ['+nightly', 'miri', 'test', '--no-default-features', '--lib', '--target-dir', join(FOLDER, 'miri')]
    return run('cargo', [...args, '--', ...FOR_MIRI, ...skipped], { MIRIFLAGS: '-Zmiri-disable-isolation' })
  },

  loom: () =>
    run('cargo', ['run', '--release', '--manifest-path', 'loom/Cargo.toml', '--target-dir', join(FOLDER, 'loom')]),

  /** A copy of the package with an addon that was built with AddressSanitizer. Its runtime is loaded into Node. */
  addon() {
    const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? ''
    if (!isAbsolute(runtime)) throw new SetupError('libasan is missing: it comes with gcc')
    // Builds the whole addon, unoptimised. A test build of the core has no napi.
    const build = ['build', '--lib', '--target', TARGET]
    if (!nightly('addon', build, { RUSTFLAGS: '-Zsanitizer=address' })) return false
    const copy = join(FOLDER, 'package')
    rmSync(copy, { recursive: true, force: true })
    mkdirSync(copy, { recursive: true })
    const files = ['index.js', 'index.d.ts', 'lib', 'native.js', '__test__', 'package.json', 'vitest.config.js']
    for (const file of files) cpSync(join(ROOT, file), join(copy, file), { recursive: true })
    for (const link of ['node_modules', 'examples', 'benchmark']) symlinkSync(join(ROOT, link), join(copy, link))
    const library = join(FOLDER, 'addon', TARGET, 'debug', 'libmmap_array.so')
    mkdirSync(join(copy, 'prebuilds', requireHost().name), { recursive: true })
    copyFileSync(library, join(copy, 'prebuilds', requireHost().name, ADDON))
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    return run(process.execPath, [vitest, 'run', '--root', copy, '--testTimeout=600000', ...SUITES], {
      LD_PRELOAD: runtime,
      // V8 does not free its memory at the end. One test ends a process by a SIGBUS that is not the guard's;
      // AddressSanitizer would report it and abort.
      ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:handle_sigbus=0',
    })
  },
}

await runScript(async () => {
  const chosen = process.argv.slice(2)
  const unknown = chosen.filter((name) => !Object.hasOwn(tools, name))
  if (unknown.length > 0) throw new SetupError(`There is no ${unknown.join()}, only ${Object.keys(tools).join(', ')}.`)
  if (chosen.join() !== 'loom') requireNightly('rustc')
  await setUpDependencies()
  const failed = (chosen.length > 0 ? chosen : Object.keys(tools)).filter((name) => !tools[name]())
  console.error(failed.length > 0 ? `mmap-array: complaints by ${failed.join(', ')}` : 'mmap-array: no complaints')
  return failed.length > 0 ? 1 : 0
})
