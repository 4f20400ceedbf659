// Loads the addon, and names its exports. Only this file knows where the addons are, which scripts/ builds: each is
// prebuilds/<platform>-<arch>-<libc>/mmap-array.node, without <libc> if the platform has only one.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LIBC = process.platform === 'linux' ? libc() : undefined
const NAME = [process.platform, process.arch, LIBC].filter(Boolean).join('-')

// prebuilds/ is beside this file or, in a bundled application, beside the bundle. Each path is written out, because ncc and
// @vercel/nft read them here to include the addon.
const FILES = [
  // For a bundle in CommonJS, in which `import.meta.url` may be undefined or still be that of the build. In a single-executable
  // application this is the folder of the executable. `node --eval` sets it to '.', which is not a folder of this package.
  typeof __dirname === 'string' && __dirname !== '.' && join(__dirname, 'prebuilds', NAME, 'mmap-array.node'),
  import.meta.url?.startsWith('file:') &&
    join(dirname(fileURLToPath(import.meta.url)), 'prebuilds', NAME, 'mmap-array.node'),
  // For `bun build --compile`, whose modules are in a folder that is not on the disk.
  join(dirname(process.execPath), 'prebuilds', NAME, 'mmap-array.node'),
].filter(Boolean)

function load() {
  const { electron } = process.versions
  if (electron) throw unsupported(`Electron ${electron}`, 'Its V8 refuses buffers in memory that V8 did not allocate.')
  const file = FILES.find((file) => existsSync(file))
  if (!file) throw unsupported(systemName(), missingAddon())
  try {
    // Not `import { createRequire }`: webpack replaces calls of that with its own function, which only finds modules of the bundle.
    return module.createRequire(file)(file)
  } catch (cause) {
    throw unsupported(systemName(), `Its addon ${file} is there, but does not load: ${cause.message}`, { cause })
  }
}

function unsupported(where, reason, options) {
  const error = new Error(`mmap-array cannot run on ${where}. ${reason}`, options)
  error.code = 'ERR_UNSUPPORTED_RUNTIME'
  return error
}

function missingAddon() {
  const folders = Array.from(new Set(FILES), (file) => dirname(dirname(file)))
  const addons = new Set(folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder)))
  if (addons.size > 0) return `It has no addon for ${NAME}, only for ${[...addons].join(', ')}.`
  return (
    `Its addon ${NAME}/mmap-array.node is missing: it is not in ${folders.join(', ')}. If the application is bundled, mark ` +
    'mmap-array as external, or copy prebuilds/ beside the bundle: see docs/bundlers.md. If it is not, install the package ' +
    'again; in a checkout, run npm run build.'
  )
}

/** The platform and the architecture; on Linux also the C library. */
function systemName() {
  const system = `${process.platform}-${process.arch}`
  if (LIBC === undefined) return system
  return `${system} with ${LIBC === 'gnu' ? `glibc ${glibcVersion() ?? ''}`.trim() : 'musl'}`
}

/** `gnu` or `musl`: the C library that this process has loaded. */
function libc() {
  try {
    const isGlibc = /\/(?:ld-linux|libc\.so\.6|libc-2\.)/.test(readFileSync('/proc/self/maps', 'latin1'))
    return isGlibc ? 'gnu' : 'musl'
  } catch {
    // A permission model may refuse the file. Deno then refuses a report, too, but it is built only for glibc.
    return process.versions.deno || glibcVersion() ? 'gnu' : 'musl'
  }
}

/** Undefined with another C library. `libc` does not use it first, because a report takes some milliseconds. */
function glibcVersion() {
  try {
    return process.report?.getReport?.()?.header?.glibcVersionRuntime
  } catch {
    return undefined
  }
}

/** All exports of the addon. A new function must be added here. */
export const {
  Appender,
  MmapArray,
  UnfinishedFile,
  faultCounter,
  halfValues,
  hasSharedBuffers,
  requireAvailable,
  setEnding,
  sweepOverlays,
  typecodeTable,
  unlinkShm,
} = load()
