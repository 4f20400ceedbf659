// Loads the addon, the only file that knows where it lies, and names what it exports. There is one for each kind of system,
// built by scripts/: prebuilds/<platform>-<arch>-<libc>/mmap-array.node.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('./prebuilds/', import.meta.url))
const FILE = `${FOLDER}${process.platform}-${process.arch}-${libc()}/mmap-array.node`

function load() {
  try {
    return createRequire(import.meta.url)(FILE)
  } catch (cause) {
    const error = new Error(`mmap-array cannot run on ${systemName()}. ${reasonOf(cause)}`, { cause })
    error.code = 'ERR_UNSUPPORTED_RUNTIME'
    throw error
  }
}

function reasonOf(cause) {
  if (existsSync(FILE)) return `Its addon ${FILE} is there, but does not load: ${cause.message}`
  const others = existsSync(FOLDER) ? readdirSync(FOLDER) : []
  if (others.length > 0) return `It has no addon ${FILE}, only for ${others.join(', ')}.`
  return `Its addon ${FILE} is missing: install the package again, or in a checkout run npm run build.`
}

/** `gnu` or `musl`, by the C library that this process has loaded. */
function libc() {
  const isGlibc = /\/(?:ld-linux|libc\.so\.6|libc-2\.)/.test(readFileSync('/proc/self/maps', 'latin1'))
  return isGlibc ? 'gnu' : 'musl'
}

/** With the C library, which decides on Linux as much as platform and architecture do. */
function systemName() {
  const system = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return system
  const glibc = process.report?.getReport?.()?.header?.glibcVersionRuntime
  return glibc ? `${system} with glibc ${glibc}` : `${system} without glibc`
}

/** A new function of the addon is named here too. */
export const {
  MmapArray,
  addressOf,
  boundCall,
  bufferOf,
  callOff,
  closeArray,
  descriptorOf,
  elementsOf,
  endWaiting,
  envelopeIn,
  envelopeLater,
  envelopeLength,
  faultCounter,
  firstDifference,
  flagsOf,
  forgetJob,
  formatOf,
  fromfileLater,
  halfBits,
  halfValues,
  hasSharedBuffers,
  layOver,
  maxOf,
  minOf,
  npyTypecode,
  pathOf,
  placesIn,
  placesLater,
  placesOf,
  placesOfLater,
  probeOverlay,
  requireAvailable,
  requireSound,
  setSliceFrom,
  settle,
  shapeOf,
  sharedBufferOf,
  sliceLength,
  sortElements,
  sortLater,
  stateOf,
  stopWaiting,
  sumOf,
  sweepOverlays,
  tofileLater,
  typecodeTable,
  unlinkShm,
} = load()
