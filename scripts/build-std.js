// Builds the standard library together with the addon, for targets whose library rustup has not installed. The sources are
// those of Debian's Rust. They need the compiler of the same version, so Debian's rustc compiles the addon, too. Cargo is
// the one on the PATH.
import { join } from 'node:path'
import { MULTIARCH, debianPackages, dependenciesOf } from './debian.js'
import { SetupError, capture, isAtLeast, requiredRust } from './toolchain.js'

/** A Rust that Debian also keeps recent in its older releases, because browsers need it. */
const COMPILER = 'rustc-web'
const SOURCES = 'rust-web-src'
/** The dependencies that are unpacked. Every machine with a compiler has the others. */
const LIBRARIES = /^(?:libstd-rust-web|libllvm|libz3-)/i

/** The flags for `cargo` in the environment of `buildStdEnvironment`. */
export const BUILD_STD_FLAGS = ['-Zbuild-std=std,panic_unwind']

/** An environment in which Cargo also builds the standard library. Throws a SetupError if the packages are not available. */
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
    // Allows -Z, which otherwise needs a nightly compiler.
    RUSTC_BOOTSTRAP: '1',
  }
  const [, version] = capture(withCompiler.RUSTC, ['--version'], { env: withCompiler }).split(' ')
  const minimum = requiredRust()
  if (!isAtLeast(version, minimum))
    throw new SetupError(`Rust ${minimum} is needed. Debian's, in ${folder}, is ${version}.`)
  return withCompiler
}
