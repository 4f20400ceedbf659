// The versions of a file: the present one, and each that takes its place.

import fs from 'node:fs'
import * as args from './arguments.js'
import { CoreArray, coreOf } from './core-array.js'
import { invalidArgType, outOfRange } from './errors.js'
import { absolutePath, directoryOf, followLinks } from './file-paths.js'
import { FileWatcher } from './file-watcher.js'
import { toSignal } from './jobs.js'
import { openFile, toFlagsOfExisting, toFormat } from './opening.js'
import { StoppableIterator } from './stoppable-iterator.js'

const OPTIONS = ['flags', 'format', 'offset', 'length', 'shape', 'advice', 'tail', 'signal', 'persistent']

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants

/** The path leads to no file, or no longer to the one it led to. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ESTALE'])

const unlessMissing = (look) => {
  try {
    return look()
  } catch (error) {
    if (MISSING.has(error.code)) return undefined
    throw error
  }
}

const areSame = (one, other) => one.dev === other.dev && one.ino === other.ino

/** Looks for new versions, until it is closed. */
class Versions {
  #path
  #isPersistent
  #openArray
  #watcher
  /**
   * A descriptor of the last version. It keeps the system from giving the number of that file to a new one, which would look like the
   * same file; the consumer may have closed the array.
   */
  #last
  #isClosed = false

  constructor(path, isPersistent, openArray) {
    this.#path = path
    this.#isPersistent = isPersistent
    this.#openArray = openArray
  }

  async *follow() {
    // Throws if the directory is missing: a path with a mistake would wait for ever.
    fs.statSync(directoryOf(this.#path))
    const targets = () => followLinks(this.#path).links
    // Before the first look: the watcher tells about all that comes after it.
    this.#watcher = new FileWatcher(targets, { isPersistent: this.#isPersistent })
    do {
      const version = unlessMissing(() => this.#newer())
      if (version !== undefined) yield version
    } while (await this.#watcher.changed())
  }

  close() {
    this.#isClosed = true
    this.#watcher?.close()
    this.#keep(undefined)
  }

  #keep(descriptor) {
    if (this.#last !== undefined) fs.closeSync(this.#last)
    this.#last = descriptor
    // The constructor of a user's class may have ended the iteration.
    if (this.#isClosed && descriptor !== undefined) this.#keep(undefined)
  }

  /** The present version, unless it is the last one. */
  #newer() {
    const now = fs.statSync(this.#path, { bigint: true })
    if (this.#last !== undefined && areSame(now, fs.fstatSync(this.#last, { bigint: true }))) return undefined
    for (;;) {
      const version = this.#openArray()
      if (this.#hold(version)) return version
    }
  }

  /** Holds a descriptor of the file of an array. Returns false if another file has taken its place. */
  #hold(version) {
    let descriptor
    try {
      descriptor = fs.openSync(this.#path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      const [file, held] = [coreOf(version).fd(), descriptor].map((fd) => fs.fstatSync(fd, { bigint: true }))
      if (areSame(file, held)) {
        this.#keep(descriptor)
        return true
      }
    } catch (error) {
      CoreArray.prototype.close.call(version)
      if (descriptor !== undefined) fs.closeSync(descriptor)
      throw error
    }
    CoreArray.prototype.close.call(version)
    fs.closeSync(descriptor)
    return false
  }
}

/**
 * Iterates over the versions of a file.
 * @param {(open: () => import('./opening.js').Parts) => object} make makes an array
 */
export function versions(make, givenPath, type, options) {
  const given = args.toPath(givenPath)
  // It would wait for ever: no file has this path.
  if (given.length === 0) throw outOfRange('path', 'a path that is not empty', "''")
  const path = absolutePath(given)
  const { signal: givenSignal, persistent = true, flags, format, ...others } = args.toOptions(options, OPTIONS)
  const signal = toSignal({ signal: givenSignal })
  if (typeof persistent !== 'boolean') throw invalidArgType('options.persistent', 'a boolean', persistent)
  const opening = { ...others, flags: toFlagsOfExisting(flags), format: toFormat(format, path) }
  const source = new Versions(path, persistent, () => make(() => openFile({ path }, type, opening)))
  return new StoppableIterator(source.follow(), { stop: () => source.close(), signal })
}
