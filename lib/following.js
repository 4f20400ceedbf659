// Following a file: an async iterator over the elements that others append to it. It reads the file, not the memory of the array,
// so the length of the array stays.

import { existsSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import * as args from './arguments.js'
import { offClose, onClose } from './close-listeners.js'
import { copyOf } from './copies.js'
import { coreOf, isClosed, memoryOf, requireOpen, typeOf } from './core-array.js'
import { invalidArgType, outOfRange, truncatedFile } from './errors.js'
import { FileWatcher } from './file-watcher.js'
import { StoppableIterator } from './stoppable-iterator.js'

/** Without `batch`, a part has at most so many bytes. */
const PART_BYTES = 2 ** 20

const OPTIONS = ['from', 'batch', 'signal', 'truncated', 'replaced']

/** The iterator of `array.follow(options)`. */
export function follow(array, options) {
  const given = toFollowOptions(array, options)
  const follower = new Follower(array, given)
  return new StoppableIterator(follower.parts(), { stop: () => follower.stop(), signal: given.signal })
}

function toFollowOptions(array, options) {
  requireOpen(array)
  const { from, batch, signal, truncated, replaced } = args.toOptions(options, OPTIONS)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgType('options.signal', 'an AbortSignal', signal)
  }
  return {
    from: toFrom(from, memoryOf(array).length),
    batch: toBatch(batch, typeOf(array).itemsize),
    signal,
    truncated: toChoice('truncated', ['throw', 'restart'], truncated),
    replaced: toChoice('replaced', ['end', 'reopen', 'ignore'], replaced),
  }
}

/** @returns {number | 'end'} the index of the first element to give */
function toFrom(from, length) {
  if (from === undefined) return length
  if (from === 'end') return from
  if (from === 'start') return 0
  if (typeof from === 'string') throw outOfRange('options.from', "an index, 'start' or 'end'", `'${from}'`)
  const index = args.toIndex(from, 'options.from')
  return index < 0 ? Math.max(index + length, 0) : args.toCount(index, 'options.from')
}

function toBatch(batch, itemsize) {
  if (batch === undefined) return Math.max(Math.floor(PART_BYTES / itemsize), 1)
  const most = args.toCount(batch, 'options.batch')
  if (most > 0) return most
  throw outOfRange('options.batch', '>= 1 and <= 2^53', most)
}

/** One of some words. The first one is the default. */
function toChoice(name, words, given) {
  if (given === undefined) return words[0]
  if (words.includes(args.toOptionalString(given, `options.${name}`))) return given
  const all = words.map((word) => `'${word}'`).join(', ')
  throw outOfRange(`options.${name}`, `one of ${all}`, `'${given}'`)
}

class Follower {
  #array
  #options
  /** The index of the next element to give. 'end' until the length of the file is known. */
  #next
  #watched
  #watcher
  #hasStopped = false
  #stop = () => this.stop()

  constructor(array, options) {
    this.#array = array
    this.#options = options
    this.#next = options.from
    this.#watched = pathsToWatch(array)
    if (options.from === 'end') this.#find()
  }

  /** Ends a pending wait and all that follows. */
  stop() {
    this.#hasStopped = true
    this.#watcher?.close()
    offClose(coreOf(this.#array), this.#stop)
  }

  async *parts() {
    onClose(coreOf(this.#array), this.#stop)
    while (!this.#isOver()) {
      const part = this.#part()
      if (part !== undefined) {
        yield part
        // Otherwise a file that grows faster than it is read would keep timers and sockets of the process from being served.
        await turn()
      } else if (!(await this.#wait())) {
        return
      }
    }
  }

  #isOver() {
    return this.#hasStopped || isClosed(this.#array)
  }

  /** The next elements, or undefined if there are none yet. */
  #part() {
    const count = Math.min(this.#find(), this.#options.batch)
    if (count === 0) return undefined
    let read
    const part = copyOf(this.#array, count, (bytes) => {
      read = coreOf(this.#array).readFromFile(this.#next, bytes)
    })
    // Fewer if the file was reserved or truncated since it was asked for its length.
    if (read < count) return undefined
    this.#next += count
    return part
  }

  /** The number of elements in the file that were not given yet. None while an array has the file reserved. */
  #find() {
    const length = coreOf(this.#array).lengthInFile()
    if (length < 0) return 0
    if (this.#next === 'end') this.#next = length
    if (length < this.#next) {
      if (this.#options.truncated === 'throw') throw truncatedFile(length, this.#next)
      this.#next = 0
    }
    return length - this.#next
  }

  /** Waits until the file may have changed. The watcher is made first, then the file is looked at once more. */
  async #wait() {
    if (this.#watcher === undefined) {
      this.#watcher = new FileWatcher(() => this.#watched)
      return true
    }
    return this.#watcher.changed()
  }
}

/** The link to the open file leads to it whatever happens to its name. Without `/proc` there is only the name. */
function pathsToWatch(array) {
  const link = `/proc/self/fd/${coreOf(array).beginFollow()}`
  const path = array.path === null || existsSync(link) ? link : array.path
  return [{ path }]
}
