// Tools that come as binaries from PyPI, in fixed versions, into the cache folder of this checkout.
import { delimiter, join } from 'node:path'
import { cached } from './cache.js'
import { step } from './steps.js'
import { SetupError, capture } from './toolchain.js'

/**
 * The folder that holds `packages` (`name==version`), fetched if need be. A SetupError where they cannot be had. `suffix`:
 * what else the packages depend on.
 */
function fetched(packages, suffix = '') {
  return cached(packages.join('-').replaceAll('==', '-') + suffix, (folder) => pipInstall(folder, packages))
}

/** Installs packages into a folder; with a `platform` those for other machines, without what they need. */
export function pipInstall(folder, packages, platform) {
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:', '--target', folder]
  if (platform) options.push('--no-deps', '--platform', platform)
  try {
    step(`fetching ${packages.join(' and ')}`, 'python3', ['-m', 'pip', 'install', ...options, ...packages])
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new SetupError(`${packages[0]} cannot be had. It takes python3 with pip, and PyPI. ${error.message}`)
  }
}

/**
 * The environment `env` with cargo-zigbuild and Zig in reach. As a linker, Zig brings the symbols of every old glibc, and
 * those of other architectures.
 */
export async function zigEnvironment(env) {
  const folder = await fetched(['ziglang==0.17.1', 'cargo-zigbuild==0.24.0'])
  return {
    ...env,
    PATH: join(folder, 'bin') + delimiter + env.PATH,
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, 'ziglang', 'zig'),
  }
}

/** The program that looks for spelling mistakes. */
export async function typosProgram() {
  return join(await fetched(['typos==1.52.0']), 'bin', 'typos')
}

/** Dask and Arrow for the Python that runs here: what is in them is compiled for its version. */
export async function daskFolder() {
  const tag = capture('python3', ['-c', 'import sys; print(sys.implementation.cache_tag)'])
  return fetched(['dask==2026.8.0', 'distributed==2026.8.0', 'numpy==2.4.6', 'pyarrow==26.0.1'], `-${tag}`)
}
