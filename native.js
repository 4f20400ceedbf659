// Loads the addon, the only file that knows where it lies, and names what it exports. There is one for each kind of system,
// built by scripts/: prebuilds/<platform>-<arch>-<libc>/mmap-array.node, without <libc> where the platform has only one.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LIBC = process.platform === 'linux' ? libc() : undefined
const NAME = [process.platform, process.arch, LIBC].filter(Boolean).join('-')

// prebuilds/ lies beside this file, or, in an application that is bundled, beside the bundle. Each path is written out, because
// ncc and @vercel/nft read them here to take the addon along.
const FILES = [
  // A bundle in CommonJS, where `import.meta.url` may be undefined or what it was at build time. In a single-executable
  // application this is the folder of the executable. `node --eval` sets it to '.', which is no folder of ours.
  typeof __dirname === 'string' && __dirname !== '.' && join(__dirname, 'prebuilds', NAME, 'mmap-array.node'),
  import.meta.url?.startsWith('file:') &&
    join(dirname(fileURLToPath(import.meta.url)), 'prebuilds', NAME, 'mmap-array.node'),
  // `bun build --compile`: the modules are in a folder that is not on the disk.
  join(dirname(process.execPath), 'prebuilds', NAME, 'mmap-array.node'),
].filter(Boolean)

function load() {
  const { electron } = process.versions
  if (electron) throw unsupported(`Electron ${electron}`, 'Its V8 refuses buffers in memory that V8 did not allocate.')
  const file = FILES.find((file) => existsSync(file))
  if (!file) throw unsupported(systemName(), whatIsThere())
  try {
    // Not `import { createRequire }`: webpack replaces calls of that by its own, which knows modules of the bundle only.
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

function whatIsThere() {
  const folders = Array.from(new Set(FILES), (file) => dirname(dirname(file)))
  const addons = new Set(folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder)))
  if (addons.size > 0) return `It has no addon for ${NAME}, only for ${[...addons].join(', ')}.`
  return (
    `Its addon ${NAME}/mmap-array.node is missing: it is not in ${folders.join(', ')}. If the application is bundled, mark ` +
    'mmap-array as external, or copy prebuilds/ beside the bundle: see docs/bundlers.md. If it is not, install the package ' +
    'again; in a checkout, run npm run build.'
  )
}

/** With the C library, which decides on Linux as much as platform and architecture do. */
function systemName() {
  const system = `${process.platform}-${process.arch}`
  if (LIBC === undefined) return system
  return `${system} with ${LIBC === 'gnu' ? `glibc ${glibcVersion() ?? ''}`.trim() : 'musl'}`
}

/** `gnu` or `musl`, by the C library that this process has loaded. */
function libc() {
  try {
    const isGlibc = /\/(?:ld-linux|libc\.so\.6|libc-2\.)/.test(readFileSync('/proc/self/maps', 'latin1'))
    return isGlibc ? 'gnu' : 'musl'
  } catch {
    // Under a permission model. Deno then refuses a report too; it is built for glibc only.
    return process.versions.deno || glibcVersion() ? 'gnu' : 'musl'
  }
}

/** Undefined on another C library. Not asked for in `libc` first, because a report takes some milliseconds. */
function glibcVersion() {
  try {
    return process.report?.getReport?.()?.header?.glibcVersionRuntime
  } catch {
    return undefined
  }
}

/** A new function of the addon is named here too. */
export const {
  MmapArray,
  faultCounter,
  halfBits,
  halfValues,
  hasSharedBuffers,
  requireAvailable,
  shutdown,
  sweepOverlays,
  typecodeTable,
  unlinkShm,
} = load()
