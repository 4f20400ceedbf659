// A file that is written beside its name and takes it when it is whole: whoever looks finds the old one, or all of the new.

import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs'
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
  requireReplaceable(path, force)
  // A name that nobody else's file has.
  unfinished = `${path}.${randomBytes(8).toString('hex')}.unfinished`
  try {
    const result = await write(unfinished)
    if (force) renameSync(unfinished, path)
    else name(unfinished, path)
    return result
  } finally {
    discardUnfinished()
  }
}

/** Takes away what was not finished. */
export function discardUnfinished() {
  if (unfinished !== undefined) rmSync(unfinished, { force: true })
  unfinished = undefined
}

export function requireReplaceable(path, force) {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) return
  if (!there.isFile()) throw new UsageError(`${path} is there, and no file that can be replaced`)
  if (!force) throw new UsageError(`${path} is there already; --force replaces it`)
}

/** Gives a file its name unless there is another of that name by now. */
function name(file, path) {
  try {
    linkSync(file, path)
  } catch (error) {
    if (error.code === 'EEXIST') throw new UsageError(`${path} is there already; --force replaces it`)
    if (!WITHOUT_LINKS.has(error.code)) throw error
    requireReplaceable(path, false)
    renameSync(file, path)
  }
}
