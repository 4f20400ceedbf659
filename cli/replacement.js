// Replaces a file at once: writes the new one under another name, then renames it. Readers see all of the old one or all of the new.

import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { UsageError } from './failures.js'

/** Error codes of file systems that have no hard links. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** The path of the unfinished file. There is at most one. */
let unfinished

/**
 * Replaces a file.
 * @param {string} path
 * @param {{ force?: boolean }} options `force` allows to replace an existing file
 * @param {(unfinished: string) => Promise<T>} write
 * @template T
 */
export async function replace(path, { force = false }, write) {
  const mode = requireReplaceable(path, force)
  // A unique name, which is not too long if the file's own is not.
  const name = `${basename(path).slice(0, 50)}.${randomBytes(8).toString('hex')}.unfinished`
  // `join` would drop `link/..`, which is another folder if `link` is a link.
  unfinished = `${dirname(path)}/${name}`
  // The unfinished file is as private as the old one, but we must be able to read it.
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

/** Waits until the bytes are on the device, so that no power failure leaves an empty file under the name. */
async function flush(path) {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes the unfinished file. */
export function discardUnfinished() {
  const path = unfinished
  unfinished = undefined
  try {
    if (path !== undefined) rmSync(path, { force: true })
  } catch {
    // The error that stopped the writing matters more.
  }
}

/** @returns {number | undefined} the permissions of the existing file */
export function requireReplaceable(path, force) {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) {
    if (path === '') throw new UsageError('the name of TARGET is empty')
    // Throws an error that names the folder, rather than the unfinished file in it.
    statSync(dirname(path))
    return undefined
  }
  if (!there.isFile()) throw new UsageError(`${path} exists and is not a regular file, so it cannot be replaced`)
  if (!force) throw new UsageError(`${path} exists already; --force replaces it`)
  return there.mode & 0o777
}

/** Refuses to replace a file that is read, under this name or another. */
export function requireNoInput(path, inputs) {
  const there = statSync(path, { throwIfNoEntry: false, bigint: true })
  const isThere = (input) => {
    const other = statSync(input, { throwIfNoEntry: false, bigint: true })
    return other !== undefined && other.dev === there.dev && other.ino === there.ino
  }
  const input = there && inputs.find(isThere)
  if (input !== undefined) throw new UsageError(`${path} is the file of elements ${input}: a picture cannot replace it`)
}

/** Gives a file its name, unless another file has taken it by now. */
function giveName(file, path) {
  try {
    linkSync(file, path)
  } catch (error) {
    if (error.code === 'EEXIST') throw new UsageError(`${path} exists already; --force replaces it`)
    if (!WITHOUT_LINKS.has(error.code)) throw error
    requireReplaceable(path, false)
    renameSync(file, path)
  }
}
