// Targets for which rustup has no standard library here: it is built together with the addon, from the sources that Debian
// has for its own Rust. They belong to that very compiler, so it compiles the addon too; Cargo stays the one on the PATH.
import { join } from 'node:path'
import { MULTIARCH, debianPackages, dependenciesOf } from './debian.js'
import { SetupError, capture, isAtLeast, requiredRust } from './toolchain.js'

/** The Rust that Debian keeps recent in its older releases too, because browsers need it. */
const COMPILER = 'rustc-web'
const SOURCES = 'rust-web-src'
/** What of all that it depends on is taken. The rest is on a machine that compiles anything. */
const LIBRARIES = /^(?:libstd-rust-web|libllvm|libz3-)/i

/** What `cargo` needs besides the environment of `buildStdEnvironment`. */
export const BUILD_STD_FLAGS = ['-Zbuild-std=std,panic_unwind']

/** The environment `env` in which Cargo builds the standard library too. A SetupError where that cannot be had. */
export async function buildStdEnvironment(env) {
  const folder = await debianPackages('rust-web', () => [
    COMPILER,
    SOURCES,
    ...dependenciesOf(COMPILER).filter((name) => LIBRARIES.test(name)),
  ])
  const withCompiler = {
    ...env,
    RUSTC: join(folder, 'usr', 'bin', 'rustc'),
    LD_LIBRARY_PATH: join(folder, 'usr', 'lib', MULTIARCH),
    // Allows -Z, which is for nightly compilers otherwise.
    RUSTC_BOOTSTRAP: '1',
  }
  const [, version] = capture(withCompiler.RUSTC, ['--version'], { env: withCompiler }).split(' ')
  const minimum = requiredRust()
  if (!isAtLeast(version, minimum))
    throw new SetupError(`Rust ${minimum} is needed. Debian's, in ${folder}, is ${version}.`)
  return withCompiler
}
