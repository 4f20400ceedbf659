// A new version of a file: built beside it, and put in its place when it is complete and stored.

import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { UnfinishedFile } from '../native.js'
import * as args from './arguments.js'
import { CoreArray, coreOf, requireOpen } from './core-array.js'
import { invalidArgType } from './errors.js'
import { absolutePath, followLinks, isAbsolute, namesDirectory, pathIn, temporaryName } from './file-paths.js'
import { requireIdle, toSignal, unlessAborted } from './jobs.js'
import { openFile, toFormat } from './opening.js'
import { closePending, discardPending } from './pending-appenders.js'

const OPTIONS = ['capacity', 'format', 'length', 'mode', 'shape', 'signal']

const PERMISSIONS = 0o7777
const SET_USER = 0o4000
const SET_GROUP = 0o2000
const OWNER_ONLY = 0o600

/** What some file systems answer if they cannot sync a directory. */
const CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** The file at a path; undefined if there is none. */
const statOf = (path) => fs.statSync(path, { throwIfNoEntry: false })

/** The file that a new one will replace. Throws for anything that is not a file. */
function requireFile(path) {
  // Throws for links in a circle.
  const found = statOf(path)
  if (found?.isFile()) return found
  // These throw the errors of `open`: for a directory, for what cannot be mapped, and for a path that ends in a slash.
  if (found !== undefined) openFile({ path }, 'B', { format: 'raw' }).core.close()
  else if (namesDirectory(path)) fs.closeSync(fs.openSync(path, 'r'))
  return undefined
}

/** Gives a file an owner, and its group, as far as the system allows. Returns whether it has them. */
function giveTo({ uid, gid }, path) {
  for (const change of [() => fs.chownSync(path, uid, gid), () => fs.chownSync(path, -1, gid)]) {
    try {
      change()
      break
    } catch {
      // Only root may give files away, and others only to groups of theirs.
    }
  }
  const now = fs.statSync(path)
  return { isOwner: now.uid === uid, isGroup: now.gid === gid }
}

/** Gives a file the owner and the mode of the one that it replaces. */
function takeOver(old, path) {
  const { isOwner, isGroup } = giveTo(old, path)
  let mode = old.mode & PERMISSIONS
  if (!isOwner) mode &= ~SET_USER
  // Another group gets no more than everybody.
  if (!isGroup) mode = (mode & ~SET_GROUP & ~0o070) | ((mode & 0o007) << 3)
  // After the owner, whose change takes bits away.
  fs.chmodSync(path, mode)
}

async function syncDirectory(directory) {
  try {
    await directory.sync()
  } catch (error) {
    if (!CANNOT_SYNC.has(error.code)) throw error
  }
}

/** Stores an array on the device, with all of its elements or an error. */
async function store(array, signal) {
  // If the callback closed it, nothing can tell whether stores were lost.
  requireOpen(array)
  requireIdle(array, 'replace')
  closePending(array)
  // A .npy file that got shorter has bytes behind its elements.
  coreOf(array).trim()
  await unlessAborted({ signal }, () => coreOf(array).flushAsync())
}

function closeQuietly(array) {
  discardPending(array)
  try {
    CoreArray.prototype.close.call(array)
  } catch {
    // It has released everything. Its file is stored already, or will be removed.
  }
}

/**
 * Builds a new version of a file, and publishes it.
 * @param {(open: () => import('./opening.js').Parts) => object} make makes an array
 * @returns what the callback returned
 */
export async function replace(make, givenPath, type, build, options) {
  const given = absolutePath(args.toPath(givenPath))
  if (typeof build !== 'function') throw invalidArgType('build', 'a function', build)
  const { signal: givenSignal, format: givenFormat, mode: givenMode, ...others } = args.toOptions(options, OPTIONS)
  const mode = args.toMode(givenMode)
  const signal = toSignal({ signal: givenSignal })
  const format = toFormat(givenFormat, given)
  signal?.throwIfAborted()

  const old = requireFile(given)
  // Throws ENOENT if the path is relative and the current directory was removed.
  if (!isAbsolute(given)) process.cwd()
  const { directory: directoryPath, name } = followLinks(given)
  const target = pathIn(directoryPath, name)
  const path = pathIn(directoryPath, temporaryName(name, randomBytes(6).toString('hex')))
  // Before the work: a directory that cannot be synced is found now.
  const directory = await fs.promises.open(directoryPath, 'r')
  const unfinished = new UnfinishedFile(path)
  let next
  try {
    // Until it has the mode of the old file, only its owner may read it.
    const created = { ...others, flags: 'wx+', format, mode: old === undefined ? mode : OWNER_ONLY }
    next = make(() => openFile({ path }, type, created))
    const result = await unlessAborted({ signal }, async () => build(next))
    // The mode may have changed, or somebody else may have made the file.
    const replaced = statOf(target) ?? old
    if (replaced !== undefined) takeOver(replaced, path)
    await store(next, signal)
    signal?.throwIfAborted()
    await fs.promises.rename(path, target)
    unfinished.finish()
    await syncDirectory(directory)
    return result
  } finally {
    if (next !== undefined) closeQuietly(next)
    unfinished.remove()
    await directory.close()
  }
}
