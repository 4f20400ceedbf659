// The file that a follower reads: that of an array, or the one that took its place.

import { existsSync, statSync } from 'node:fs'
import { codecFor } from './codecs.js'
import { copyOf } from './copies.js'
import { axesOf, coreOf, originOf, typeOf } from './core-array.js'
import { followLinks } from './file-paths.js'
import { openFile } from './opening.js'

export class FollowedFile {
  #core
  #type
  #origin
  #axes
  /** The absolute path by which the array was opened, or undefined if it has none. */
  #path
  /** Whether this opened the file, so that it must close it. */
  #isOwn
  #watched

  /**
   * @param {{ core: object, type: object, origin?: import('./opening.js').Origin, axes?: import('./shape.js').Axes }} parts an array
   *   without an object
   */
  constructor({ core, type, origin, axes }, isOwn) {
    this.#core = core
    this.#type = type
    this.#origin = origin
    this.#axes = axes
    this.#path = origin && (origin.path ?? Buffer.from(core.path()))
    this.#isOwn = isOwn
    // The link leads to the open file whatever happens to its name. Without /proc there is only the name.
    const link = `/proc/self/fd/${core.beginFollow()}`
    this.#watched = this.#path === undefined || existsSync(link) ? link : this.#path
  }

  static of(array) {
    const parts = { core: coreOf(array), type: typeOf(array), origin: originOf(array), axes: axesOf(array) }
    return new FollowedFile(parts, false)
  }

  /** A file that this opened. */
  static #own(parts) {
    try {
      return new FollowedFile(parts, true)
    } catch (error) {
      parts.core.close()
      throw error
    }
  }

  close() {
    if (this.#isOwn) this.#core.close()
  }

  /** The number of elements in whole rows of the file, or undefined while an array has it reserved. */
  length() {
    const length = this.#core.lengthInFile()
    return length < 0 ? undefined : length
  }

  /** Elements from an index on, as a slice gives them. Undefined if the file was reserved or truncated since its length was read. */
  read(index, count) {
    let read
    const part = copyOf(this.#type, codecFor(this.#type), count, (bytes) => {
      read = this.#core.readFromFile(index, bytes)
    })
    return read === count ? part : undefined
  }

  /** Whether the path leads to another file by now, or to none. */
  isReplaced() {
    return this.#path !== undefined && this.#core.isReplacedAt(this.#path)
  }

  /** The file that the path leads to now. Undefined if there is none, or if its writer has not yet begun the elements. */
  reopened() {
    const { offset, format } = this.#origin.options
    try {
      const options = { offset, format, shape: this.#axes?.anyRows, flags: 'r' }
      const parts = openFile({ path: this.#path }, this.#type.code, options)
      return FollowedFile.#own(parts)
    } catch (error) {
      // A file that was absent may exist by now.
      if (error.code !== 'ENOENT' && hasBegun(this.#path, format === 'npy' ? 1 : (offset ?? 0))) throw error
      return undefined
    }
  }

  /** What to watch: the file, and after it was replaced also the names that lead to the next one. */
  targets() {
    const file = { path: this.#watched }
    return this.isReplacedQuietly() ? [file, ...followLinks(this.#path).links] : [file]
  }

  /** As `isReplaced`. An error is one of the next look. */
  isReplacedQuietly() {
    try {
      return this.isReplaced()
    } catch {
      return false
    }
  }
}

/** Whether a path leads to a file of so many bytes at least. */
function hasBegun(path, bytes) {
  try {
    return statSync(path).size >= bytes
  } catch {
    return false
  }
}
