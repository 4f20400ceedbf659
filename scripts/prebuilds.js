// Builds the addons that the package carries: for glibc 2.17 and later, stripped, with no path of this machine in them.
//
//   node scripts/prebuilds.js              for every target of package.json whose Rust standard library is installed
//   node scripts/prebuilds.js --host       for this machine only
//   node scripts/prebuilds.js --release    for every target, all by Zig, or not at all (what is published)
//
// Zig is what makes them fit for an old glibc and for other architectures. It comes from PyPI and takes python3 with pip.
// Without it, this machine's own linker builds this machine's own addon, which then asks for a glibc as new as the one here.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { HOST, PREBUILDS, TARGETS, addonIsFresh, buildAddon } from './addon.js'
import { zigEnvironment } from './pypi.js'
import { setUpDependencies } from './setup.js'
import { withLock } from './steps.js'
import { SetupError, capture, runScript, rustEnvironment } from './toolchain.js'

const GLIBC = '2.17'

/** The environment with Zig; undefined where that cannot be had and `release` does not insist. */
async function zigIfThere(env, release) {
  try {
    return await zigEnvironment(env)
  } catch (error) {
    if (release || !(error instanceof SetupError)) throw error
    const consequence = 'Using the linker of this machine: the addon needs a glibc as new as the one here.'
    console.error(`mmap-array: ${error.message}\nmmap-array: ${consequence}`)
    return undefined
  }
}

/** Why a target cannot be built here; undefined if it can. */
function whyNot(target, env, zig) {
  const { triple } = target
  if (!existsSync(capture('rustc', ['--print', 'target-libdir', '--target', triple], { env }))) {
    return `Rust has no standard library for it here: rustup target add ${triple}`
  }
  if (!zig && target !== HOST) return 'it takes Zig'
  return undefined
}

await runScript(async () => {
  const given = new Set(process.argv.slice(2))
  const release = given.has('--release')
  const wanted = given.has('--host') ? TARGETS.filter((target) => target === HOST) : TARGETS
  const isFresh = (target) => addonIsFresh(target, ['prebuild'])

  await setUpDependencies()
  const env = { ...rustEnvironment(), CARGO_PROFILE_RELEASE_STRIP: 'symbols' }
  const zig = wanted.every(isFresh) ? env : await zigIfThere(env, release)
  const built = []
  for (const target of wanted) {
    if (isFresh(target)) {
      built.push(target.name)
      continue
    }
    const reason = whyNot(target, env, zig)
    if (reason && release) throw new SetupError(`${target.name} cannot be built: ${reason}`)
    if (reason) {
      console.error(`mmap-array: ${target.name} is left out: ${reason}`)
      continue
    }
    const title = `building the addon for ${target.name}, ${zig ? `glibc ${GLIBC}` : 'the glibc of this machine'}`
    const flags = zig ? ['--cross-compile', '--target', `${target.triple}.${GLIBC}`] : ['--target', target.triple]
    // What is built without Zig is made anew each time: by then Zig may be there.
    const profile = zig ? 'prebuild' : 'release'
    await withLock(() => buildAddon(target, profile, { title, flags, env: zig ?? env }))
    built.push(target.name)
  }
  // What an earlier run left would be packed too, however old.
  for (const name of existsSync(PREBUILDS) ? readdirSync(PREBUILDS) : []) {
    if (!built.includes(name)) rmSync(join(PREBUILDS, name), { recursive: true })
  }
  console.error(`mmap-array: prebuilds/ holds ${built.join(', ') || 'nothing'}`)
})
