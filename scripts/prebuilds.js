// Builds the addons that the package carries: for glibc 2.17 and later, for musl and for macOS, with no symbols for debuggers
// and no path of this machine in them.
//
//   node scripts/prebuilds.js              for every target in package.json that can be built here
//   node scripts/prebuilds.js NAME ...     only for these (linux-x64-musl)
//   node scripts/prebuilds.js --host       only for this machine
//   node scripts/prebuilds.js --release    for every target with Zig, or for none; this is what is published
//
// Zig links them for an old glibc, for musl and for other architectures. It comes from PyPI, and needs python3 with pip.
// Without it, the linker of this machine builds only the addon of this machine, which then needs a glibc as new as the one
// here. If rustup has no standard library for a target, build-std.js builds it, too.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HOST, PREBUILDS, TARGETS, addonIsFresh, buildAddon } from './addon.js'
import { BUILD_STD_FLAGS, buildStdEnvironment } from './build-std.js'
import { zigEnvironment } from './pypi.js'
import { setUpDependencies } from './setup.js'
import { withLock } from './steps.js'
import { SetupError, capture, runScript, rustEnvironment } from './toolchain.js'

const GLIBC = '2.17'
/** The oldest versions of macOS: the first one on arm64, and the oldest one that Node.js 20 supports on x64. */
const MACOS = { arm64: '11.0', x64: '10.15' }

/** The targets on the command line. */
function wantedTargets(host, names) {
  const unknown = names.find((name) => TARGETS.every((target) => target.name !== name))
  if (unknown) {
    throw new SetupError(`There is no target ${unknown}, only ${TARGETS.map(({ name }) => name).join(', ')}.`)
  }
  if (!host && names.length === 0) return TARGETS
  return TARGETS.filter((target) => (host && target === HOST) || names.includes(target.name))
}

/** Returns a function that gives the options of `buildAddon` for a target. It throws a SetupError if that cannot be built here. */
function recipes(env, release) {
  // Each tool is fetched at most once, when it is needed first.
  let zig
  let std
  return async function recipeFor(target) {
    const { triple, libc } = target
    const hasStd = existsSync(capture('rustc', ['--print', 'target-libdir', '--target', triple], { env }))
    const isOwn = target === HOST && hasStd && !release
    try {
      zig ??= zigEnvironment(env)
      await zig
    } catch (error) {
      if (!isOwn || !(error instanceof SetupError)) throw error
      const consequence = 'Using the linker of this machine: the addon needs a C library as new as the one here.'
      console.error(`mmap-array: ${error.message}\nmmap-array: ${consequence}`)
      // Without Zig, the addon is built again each time, because Zig may be available by then.
      return { profile: 'release', system: 'the C library of this machine', flags: ['--target', triple], env }
    }
    const macos = target.platform === 'darwin' && MACOS[target.name.split('-')[1]]
    const recipe = {
      profile: 'prebuild',
      system: macos ? `macOS ${macos}` : libc === 'gnu' ? `glibc ${GLIBC}` : libc,
      flags: ['--cross-compile', '--target', libc === 'gnu' ? `${triple}.${GLIBC}` : triple],
    }
    // The linker strips it instead. See addon.js.
    const more = macos ? { MACOSX_DEPLOYMENT_TARGET: macos, CARGO_PROFILE_RELEASE_STRIP: 'none' } : {}
    if (hasStd) return { ...recipe, env: { ...(await zig), ...more } }
    try {
      std ??= buildStdEnvironment(await zig)
      return { ...recipe, env: { ...(await std), ...more }, cargoFlags: BUILD_STD_FLAGS }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      const missing = `Rust has no standard library for it (rustup target add ${triple}), and none can be built.`
      throw new SetupError(`${missing} ${error.message}`)
    }
  }
}

await runScript(async () => {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { host: { type: 'boolean' }, release: { type: 'boolean' } },
  })
  const { host = false, release = false } = values
  const wanted = wantedTargets(host, names)

  await setUpDependencies()
  const recipeFor = recipes({ ...rustEnvironment(), CARGO_PROFILE_RELEASE_STRIP: 'symbols' }, release)
  const built = []
  for (const target of wanted) {
    if (addonIsFresh(target, ['prebuild'])) continue
    let recipe
    try {
      recipe = await recipeFor(target)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      const refusal = `${target.name} is not built here: ${error.message}`
      if (release) throw new SetupError(refusal)
      console.error(`mmap-array: ${refusal}`)
      continue
    }
    const { profile, system, ...how } = recipe
    const title = `building the addon for ${target.name}, ${system}`
    await withLock(() => buildAddon(target, profile, { title, ...how }))
    built.push(target)
  }
  // All addons in the folder are packed, so those that are out of date are removed.
  const isFresh = (target) => built.includes(target) || addonIsFresh(target, ['prebuild'])
  const upToDate = TARGETS.filter(isFresh).map(({ name }) => name)
  for (const name of existsSync(PREBUILDS) ? readdirSync(PREBUILDS) : []) {
    if (!upToDate.includes(name)) rmSync(join(PREBUILDS, name), { recursive: true })
  }
  console.error(`mmap-array: prebuilds/ holds ${upToDate.join(', ') || 'nothing'}`)
})
