// Tools with fixed versions that are fetched as binaries from PyPI into the cache folder of this checkout.
import { delimiter, join } from 'node:path'
import { cached } from './cache.js'
import { step } from './steps.js'
import { SetupError, capture } from './toolchain.js'

/**
 * The folder of `packages` (`name==version`), which are fetched if they are missing. Throws a SetupError if they are not
 * available. `suffix` is a part of the folder name: what else the packages depend on.
 */
function fetched(packages, suffix = '') {
  return cached(packages.join('-').replaceAll('==', '-') + suffix, (folder) => pipInstall(folder, packages))
}

/** Installs packages into a folder. With a `platform`, installs those for another machine, without their dependencies. */
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
 * The environment `env` with cargo-zigbuild and Zig on the path. As a linker, Zig has the symbols of every old glibc and of
 * other architectures.
 */
export async function zigEnvironment(env) {
  const folder = await fetched(['ziglang==0.17.1', 'cargo-zigbuild==0.24.0'])
  return {
    ...env,
    PATH: join(folder, 'bin') + delimiter + env.PATH,
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, 'ziglang', 'zig'),
  }
}

/** The program that finds spelling mistakes. */
export async function typosProgram() {
  return join(await fetched(['typos==1.52.0']), 'bin', 'typos')
}

/** Dask and Arrow. */
export const daskFolder = () =>
  pythonFolder(['dask==2026.8.0', 'distributed==2026.8.0', 'numpy==2.4.6', 'pyarrow==26.0.1'])

/** Packages for the Python of this machine, because they are compiled for its version. */
export async function pythonFolder(packages) {
  const tag = capture('python3', ['-c', 'import sys; print(sys.implementation.cache_tag)'])
  return fetched(packages, `-${tag}`)
}
