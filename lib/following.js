// Following a file: an async iterator over the elements that others append to it. It reads the file, not the memory of the array,
// so the length of the array stays.

import { setImmediate as turn } from 'node:timers/promises'
import * as args from './arguments.js'
import { offClose, onClose } from './close-listeners.js'
import { axesOf, coreOf, isClosed, memoryOf, requireOpen, typeOf } from './core-array.js'
import { beyondFile, invalidArgType, outOfRange, partialRow, truncatedFile } from './errors.js'
import { FileWatcher } from './file-watcher.js'
import { FollowedFile } from './followed-file.js'
import { toSignal } from './jobs.js'
import { StoppableIterator } from './stoppable-iterator.js'

/** Without `batch`, a part has at most so many bytes, or one row. */
const PART_BYTES = 2 ** 20

const OPTIONS = ['from', 'batch', 'signal', 'truncated', 'replaced']

/** The iterator of `array.follow(options)`. */
export function follow(array, options) {
  requireOpen(array)
  const { from, batch, signal: givenSignal, truncated, replaced } = args.toOptions(options, OPTIONS)
  const signal = toSignal({ signal: givenSignal })
  // Parts are whole rows. An array of a fixed shape has one element in each.
  const rowLength = axesOf(array)?.rowLength || 1
  const follower = new Follower(array, {
    from: toFrom(from, memoryOf(array).length, rowLength),
    batch: wholeRows(toBatch(batch, typeOf(array).itemsize), rowLength),
    truncated: args.toOptionalWord(truncated, 'options.truncated', ['throw', 'restart']) ?? 'throw',
    replaced: args.toOptionalWord(replaced, 'options.replaced', ['end', 'reopen', 'ignore']) ?? 'end',
  })
  return new StoppableIterator(follower.parts(), { stop: () => follower.stop(), signal })
}

/** @returns {number | 'end'} the index of the first element to give */
function toFrom(from, length, rowLength) {
  if (from === undefined) return length
  if (from === 'end') return from
  if (from === 'start') return 0
  if (typeof from === 'string') throw outOfRange('options.from', "an index, 'start' or 'end'", `'${from}'`)
  if (typeof from !== 'number') throw invalidArgType('options.from', "an index, 'start' or 'end'", from)
  const given = args.toIndex(from, 'options.from')
  const index = given < 0 ? Math.max(given + length, 0) : args.toCount(given, 'options.from')
  if (index % rowLength === 0) return index
  throw partialRow('options.from', rowLength, given)
}

/** As many elements as fit, in whole rows, and at least one row. */
const wholeRows = (most, rowLength) => Math.max(most - (most % rowLength), rowLength)

function toBatch(batch, itemsize) {
  if (batch === undefined) return Math.max(Math.floor(PART_BYTES / itemsize), 1)
  const most = args.toCount(batch, 'options.batch')
  if (most > 0) return most
  throw outOfRange('options.batch', '>= 1 and <= 2^53', most)
}

class Follower {
  /** Its close ends the iteration. */
  #array
  /** @type {FollowedFile} */
  #file
  #options
  /** The index of the next element to give. 'end' until the length of the file is known. */
  #next
  /** Whether the file once reached `#next`. Otherwise nobody truncated it: the follower was asked to begin beyond its end. */
  #wasReached = false
  #watcher
  #hasStopped = false
  #stop = () => this.stop()

  constructor(array, options) {
    this.#array = array
    this.#options = options
    this.#next = options.from
    this.#file = FollowedFile.of(array)
    if (options.from === 'end') this.#find()
  }

  /** Ends a pending wait, and all that follows. */
  stop() {
    this.#hasStopped = true
    this.#watcher?.close()
    this.#file.close()
    offClose(coreOf(this.#array), this.#stop)
  }

  async *parts() {
    if (!this.#isOver()) onClose(coreOf(this.#array), this.#stop)
    while (!this.#isOver()) {
      const part = this.#part()
      if (part !== undefined) {
        yield part
        // Otherwise a file that grows faster than it is read would keep timers and sockets of the process waiting.
        await turn()
      } else if (this.#isAtEndOfReplaced()) {
        if (this.#options.replaced === 'end') return
        if (!this.#goOn() && !(await this.#wait())) return
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
    const part = this.#file.read(this.#next, count)
    if (part !== undefined) this.#next += count
    return part
  }

  /** The number of elements in the file that were not given yet. None while an array has the file reserved. */
  #find() {
    const length = this.#file.length()
    if (length === undefined) return 0
    if (this.#next === 'end') this.#next = length
    if (length < this.#next) {
      if (this.#options.truncated === 'throw') {
        throw this.#wasReached ? truncatedFile(length, this.#next) : beyondFile(length, this.#next)
      }
      this.#next = 0
    }
    this.#wasReached = true
    return length - this.#next
  }

  /**
   * Whether the file was replaced and all its elements were given. While an array has the old file reserved, more elements of it come
   * when it is exact.
   */
  #isAtEndOfReplaced() {
    if (this.#options.replaced === 'ignore' || !this.#file.isReplaced() || this.#file.length() === undefined)
      return false
    // Elements may have been appended between the last look and the replacement.
    return this.#find() === 0
  }

  /** Goes on to the new file. Returns whether it is worth a look now: the watcher tells only what happens from now on. */
  #goOn() {
    const next = this.#file.reopened()
    if (next === undefined) return false
    this.#file.close()
    this.#file = next
    this.#next = 0
    this.#watcher?.renew()
    // If even this file seems replaced, a loop without a wait might never end.
    return !next.isReplacedQuietly()
  }

  /** Waits until the file may have changed. The watcher is made before the first wait, and then the file is looked at once more. */
  async #wait() {
    if (this.#watcher !== undefined) return this.#watcher.changed()
    this.#watcher = new FileWatcher(() => this.#file.targets())
    return true
  }
}
