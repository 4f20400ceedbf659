// Appenders: elements are collected in memory, and appended to an array by one write. The core appends what is left at the end of the
// process or of the thread.

import { Appender as CoreAppender } from '../native.js'
import * as args from './arguments.js'
import { refuseClones } from './cloning.js'
import { axesOf, coreOf, isArray, isClosed, memoryOf, typeOf } from './core-array.js'
import { closed, invalidArgType, outOfRange } from './errors.js'
import { addPending, deletePending } from './pending-appenders.js'
import { sourceInMemory } from './sources.js'
import { stage } from './staging.js'
import { LENGTH } from './state.js'

/** The default capacity in bytes. A write of so much takes far longer than the system call. */
const DEFAULT_BYTES = 2 ** 16
/** The largest capacity in bytes, which is the shortest window of the core. */
const MOST_BYTES = 2 ** 30
const DEFAULT_MS = 100
/** The longest time of a timer. */
const MOST_MS = 2 ** 31 - 1

/** Throws unless a method or getter was called on an appender, as in `items.forEach(appender.append)`. */
let requireAppender

export class Appender {
  #array
  /** An array in memory, with the elements that are not appended yet. */
  #buffer
  #core
  /** The state of the buffer. */
  #words
  #capacity
  /** From one element to fewer than this, `append` is a store: it neither begins a batch nor ends one. */
  #limit
  #interval
  #isSynced
  #isClosed = false
  #timer
  /** An error that no call has thrown yet: `{ error, isOfSync }`. The next call throws it. */
  #failure
  /** The number of writes to the array, and how many of them the device has stored. The second is only for `sync`. */
  #writes = 0
  #synced = 0

  constructor(array, buffer, { capacity, interval, isSynced }) {
    refuseClones(this)
    this.#array = array
    this.#buffer = buffer
    this.#core = new CoreAppender(coreOf(array), coreOf(buffer), isSynced)
    this.#words = memoryOf(buffer).words
    this.#capacity = capacity
    this.#limit = capacity - 1
    this.#interval = interval
    this.#isSynced = isSynced
  }

  get array() {
    requireAppender(this)
    return this.#array
  }

  get capacity() {
    requireAppender(this)
    return this.#capacity
  }

  get pending() {
    requireAppender(this)
    return this.#words[LENGTH]
  }

  get closed() {
    requireAppender(this)
    return this.#isClosed || isClosed(this.#array)
  }

  append(value) {
    requireAppender(this)
    const words = this.#words
    const length = words[LENGTH]
    if (length === 0 || length >= this.#limit) {
      this.#appendSlowly(value)
    } else {
      this.#buffer.append(value)
      // A getter of the value may have called this appender.
      if (words[LENGTH] !== length + 1) this.#afterAppend()
    }
  }

  extend(items) {
    requireAppender(this)
    this.#begin()
    const type = typeOf(this.#array)
    const source = sourceInMemory(type, items, 'items')
    if (source !== undefined) {
      this.#add(source, isArray(items) ? memoryOf(items).length : source.length / type.itemsize)
      return
    }
    const { bytes, failure } = stage(this.#array, items)
    if (failure !== undefined && axesOf(this.#array) !== undefined) throw failure.error
    // The iterable may have called this appender.
    this.#begin()
    this.#add(bytes, bytes.length / type.itemsize)
    if (failure !== undefined) throw failure.error
  }

  async flush() {
    requireAppender(this)
    this.#begin()
    this.#write()
    this.#stopTimer()
    if (this.#isSynced) await this.#sync()
  }

  flushSync() {
    requireAppender(this)
    this.#begin()
    this.#write()
    this.#stopTimer()
    if (this.#isSynced) this.#syncNow()
  }

  close() {
    requireAppender(this)
    if (this.#isClosed) return
    this.#throwOfSync()
    this.#write()
    if (this.#isSynced && !isClosed(this.#array)) this.#syncNow()
    this.#end()
  }

  discard() {
    requireAppender(this)
    if (this.#isClosed) return 0
    const discarded = this.pending
    deletePending(this.#array, this)
    this.#end()
    return discarded
  }

  #end() {
    this.#isClosed = true
    this.#limit = 0
    this.#stopTimer()
    this.#core.close()
    this.#buffer.close()
  }

  [Symbol.dispose]() {
    requireAppender(this)
    this.close()
  }

  async [Symbol.asyncDispose]() {
    requireAppender(this)
    if (this.#isClosed) return
    this.#throwOfSync()
    this.#write()
    if (this.#isSynced && !isClosed(this.#array)) await this.#sync()
    // If it was used meanwhile.
    if (this.#isUsed) this.close()
    else this.#end()
  }

  /** Whether elements are pending, or wait for the device. */
  get #isUsed() {
    return this.pending > 0 || (this.#isSynced && this.#synced < this.#writes)
  }

  async #sync() {
    const writes = this.#writes
    await coreOf(this.#array).flushAsync()
    this.#noteSynced(writes)
  }

  #syncNow() {
    coreOf(this.#array).flush()
    this.#noteSynced(this.#writes)
  }

  #noteSynced(writes) {
    this.#synced = Math.max(this.#synced, writes)
    if (!this.#isUsed) deletePending(this.#array, this)
  }

  /** Throws what a sync of the timer met. The system reports once that it has lost elements. */
  #throwOfSync() {
    if (this.#failure?.isOfSync) this.#throwFailure()
  }

  /** Begins a call: throws if it is too late, or what a flush threw before. */
  #begin() {
    if (this.#isClosed) throw closed('appender')
    if (isClosed(this.#array)) throw closed()
    if (this.#failure !== undefined) this.#throwFailure()
  }

  #throwFailure() {
    const { error } = this.#failure
    this.#failure = undefined
    this.#limit = this.#capacity - 1
    if (this.#isUsed) this.#startTimer()
    throw error
  }

  /** Remembers an error for the next call. */
  #fail(error, isOfSync = false) {
    this.#failure = { error, isOfSync }
    this.#limit = 0
  }

  #appendSlowly(value) {
    this.#begin()
    // An earlier write failed. If this one does, the value is not taken.
    if (this.pending >= this.#capacity) this.#write()
    this.#buffer.append(value)
    this.#afterAppend()
  }

  /** Adds elements, all or none: the core of an array, or bytes. */
  #add(source, count) {
    if (this.pending + count > this.#capacity) this.#write()
    const isLarge = count >= this.#capacity
    const core = coreOf(isLarge ? this.#array : this.#buffer)
    if (source instanceof Uint8Array) core.frombytes(source)
    else core.extend(source)
    if (!isLarge) this.#afterAppend()
    else this.#noteWrite()
  }

  /** Appends a full batch, and otherwise sees to it that the batch is appended later. */
  #afterAppend() {
    // A getter of the value may have closed the array. No flush can append the element then.
    if (isClosed(this.#array)) {
      this.#buffer.clear()
      throw closed()
    }
    if (this.pending >= this.#capacity) {
      // The elements are taken, so this call must not throw.
      try {
        this.#write()
      } catch (error) {
        addPending(this.#array, this)
        this.#fail(error)
      }
    } else if (this.pending > 0) {
      addPending(this.#array, this)
      this.#startTimer()
    }
  }

  /** Appends the elements to the array. If that fails, they stay here. */
  #write() {
    if (this.pending === 0) return
    this.#core.flush()
    this.#noteWrite()
  }

  /** Sees to it that the device stores what was written, if that is wanted. */
  #noteWrite() {
    this.#writes++
    if (this.#isUsed) {
      addPending(this.#array, this)
      this.#startTimer()
    } else {
      deletePending(this.#array, this)
    }
  }

  #startTimer() {
    if (this.#interval === 0 || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#flushLater(), this.#interval)
    this.#timer.unref()
  }

  #stopTimer() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #flushLater() {
    const timer = this.#timer
    try {
      this.#write()
      if (this.#isSynced) await this.#sync().catch((error) => this.#failLater(error, true))
    } catch (error) {
      this.#failLater(error, false)
    }
    // Only now, so that there is one flush at a time.
    if (this.#timer === timer) this.#timer = undefined
    if (this.#isUsed && this.#failure === undefined && !this.closed) this.#startTimer()
  }

  #failLater(error, isOfSync) {
    // An asynchronous call on the array will end by itself.
    if (error.code !== 'ERR_BUSY' && !this.closed) this.#fail(error, isOfSync)
  }

  static {
    requireAppender = (value) => {
      if (typeof value === 'object' && value !== null && #words in value) return
      throw invalidArgType('this', 'an appender', value)
    }
    Object.defineProperty(this.prototype, Symbol.toStringTag, { configurable: true, value: 'Appender' })
    // Users get appenders from an array only.
    delete this.prototype.constructor
  }
}

/**
 * An appender for an array.
 * @param Class of the buffer: MmapArray, which this file cannot import
 */
export function appenderOf(array, options, Class) {
  const { code, itemsize } = typeOf(array)
  if (isClosed(array)) throw closed()
  const given = args.toOptions(options, ['capacity', 'interval', 'sync'])
  const capacity =
    args.toOptionalCount(given.capacity, 'options.capacity') ?? Math.max(1, Math.floor(DEFAULT_BYTES / itemsize))
  const most = Math.max(1, Math.floor(MOST_BYTES / itemsize))
  if (capacity < 1 || capacity > most) {
    throw outOfRange('options.capacity', `>= 1 and <= ${most}, which is 1 GiB`, capacity)
  }
  const interval = args.toOptionalCount(given.interval, 'options.interval') ?? DEFAULT_MS
  if (interval > MOST_MS) throw outOfRange('options.interval', `>= 0 and <= ${MOST_MS} milliseconds`, interval)
  const { sync: isSynced = false } = given
  if (typeof isSynced !== 'boolean') throw invalidArgType('options.sync', 'a boolean', isSynced)
  // The buffer has whole rows if the array has.
  const buffer = new Class(code, undefined, { capacity, shape: axesOf(array)?.anyRows })
  try {
    return new Appender(array, buffer, { capacity, interval, isSynced })
  } catch (error) {
    buffer.close()
    throw error
  }
}
