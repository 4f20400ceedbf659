// A file that is written beside its name and takes it when it is whole: whoever looks finds the old one, or all of the new.

import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { UsageError } from './failures.js'

/** What a file system says that has no links. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Where a file is being written; there is one at a time. */
let unfinished

/**
 * Writes a file in one piece.
 * @param {string} path
 * @param {{ force?: boolean }} options whether one that is there may be replaced
 * @param {(unfinished: string) => Promise<T>} write
 * @template T
 */
export async function replace(path, { force = false }, write) {
  const mode = requireReplaceable(path, force)
  // A name that nobody else's file has, and that is not too long where the file's own is not.
  const name = `${basename(path).slice(0, 50)}.${randomBytes(8).toString('hex')}.unfinished`
  // Not `join`, which takes `link/..` for nothing.
  unfinished = `${dirname(path)}/${name}`
  // What nobody else may read is not to be read while it is written either; we ourselves have to.
  const umask = mode === undefined ? undefined : process.umask(0o177 & ~mode)
  try {
    const result = await write(unfinished)
    if (mode !== undefined) chmodSync(unfinished, mode)
    await flush(unfinished)
    if (force) renameSync(unfinished, path)
    else giveName(unfinished, path)
    return result
  } finally {
    if (umask !== undefined) process.umask(umask)
    discardUnfinished()
  }
}

/** Until the system has the bytes on its device: a name that is there after a power failure is not to be of an empty file. */
async function flush(path) {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Takes away what was not finished. */
export function discardUnfinished() {
  const path = unfinished
  unfinished = undefined
  try {
    if (path !== undefined) rmSync(path, { force: true })
  } catch {
    // Why it could not be written is what matters.
  }
}

/** @returns {number | undefined} the permissions of the file that is there */
export function requireReplaceable(path, force) {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) return undefined
  if (!there.isFile()) throw new UsageError(`${path} is there, and no file that can be replaced`)
  if (!force) throw new UsageError(`${path} is there already; --force replaces it`)
  return there.mode & 0o777
}

/** Gives a file its name unless there is another of that name by now. */
function giveName(file, path) {
  try {
    linkSync(file, path)
  } catch (error) {
    if (error.code === 'EEXIST') throw new UsageError(`${path} is there already; --force replaces it`)
    if (!WITHOUT_LINKS.has(error.code)) throw error
    requireReplaceable(path, false)
    renameSync(file, path)
  }
}
