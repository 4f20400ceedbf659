// The base of the class that users see: opening an array, its storage, its memory, and sharing it.

import { unlinkShm } from '../native.js'
import * as args from './arguments.js'
import * as atomics from './atomics.js'
import { CoreArray, Opening, coreOf, isClosed, memoryOf, openViewsOf, requireArray, typeOf } from './core-array.js'
import { toType } from './element-types.js'
import { invalidArgType } from './errors.js'
import { follow } from './following.js'
import { handleFields, handleOf } from './handles.js'
import * as jobs from './jobs.js'
import * as locks from './locks.js'
import { openFile, openHandle, toFlagsOfExisting } from './opening.js'
import { isReplaced, openAgain } from './reopening.js'
import { replace } from './replacing.js'
import { versions } from './versions.js'
import * as rows from './rows.js'
import * as waiting from './waiting.js'

export class StoredArray extends CoreArray {
  /** A new array of a class, which may be a user's. */
  static #make(Class, open) {
    let parts
    try {
      const made = new Class(new Opening(() => (parts = open())))
      if (parts !== undefined && made === parts.array) return made
      throw invalidArgType('constructor', 'a class that passes its arguments to the constructor of MmapArray', Class)
    } catch (error) {
      // Otherwise the file stays open until the array is collected.
      if (parts?.array !== undefined) CoreArray.prototype.close.call(parts.array)
      throw error
    }
  }

  static open(path, typecode, options) {
    return StoredArray.#make(this, () => openFile({ path: args.toPath(path) }, typecode, options))
  }

  static openShm(name, typecode, options) {
    if (typeof name !== 'string') throw invalidArgType('name', 'a string', name)
    return StoredArray.#make(this, () => openFile({ shm: args.toPath(name, 'name') }, typecode, options))
  }

  static unlinkShm(name) {
    if (typeof name !== 'string') throw invalidArgType('name', 'a string', name)
    unlinkShm(args.toPath(name, 'name'))
  }

  static fromFd(fd, typecode, options) {
    return StoredArray.#make(this, () => openFile({ fd: args.toDescriptor(fd, 'fd') }, typecode, options))
  }

  static attach(handle, options) {
    const fields = handleFields(handle)
    const { flags } = args.toOptions(options, ['flags'])
    return StoredArray.#make(this, () => openHandle(fields, toFlagsOfExisting(flags)))
  }

  static async replace(path, typecode, build, options) {
    return replace((open) => StoredArray.#make(this, open), path, typecode, build, options)
  }

  static versions(path, typecode, options) {
    return versions((open) => StoredArray.#make(this, open), path, typecode, options)
  }

  // Properties

  get typecode() {
    return typeOf(this).code
  }

  is(typecode) {
    const { key } = typeOf(this)
    return toType(typecode).key === key
  }

  get itemsize() {
    return typeOf(this).itemsize
  }

  get length() {
    return memoryOf(this).length
  }

  get byteLength() {
    return memoryOf(this).byteLength
  }

  get capacity() {
    return memoryOf(this).capacity
  }

  get flags() {
    return coreOf(this).flags()
  }

  get path() {
    return coreOf(this).path() ?? null
  }

  get format() {
    return coreOf(this).format()
  }

  get shape() {
    return rows.shapeOf(this)
  }

  get order() {
    return rows.orderOfAxes(this)
  }

  get strides() {
    return rows.stridesOf(this)
  }

  get offset() {
    return coreOf(this).offset()
  }

  get fd() {
    return isClosed(this) ? -1 : coreOf(this).fd()
  }

  get isReserved() {
    return coreOf(this).isReserved()
  }

  get isReplaced() {
    return isReplaced(this)
  }

  get closed() {
    return isClosed(this)
  }

  // Memory

  get buffer() {
    return openViewsOf(this).buffer
  }

  get view() {
    return openViewsOf(this).view
  }

  get sharedBuffer() {
    return openViewsOf(this).sharedBuffer
  }

  get sharedView() {
    return openViewsOf(this).sharedView
  }

  subarray(start, end) {
    const [first, last] = [args.toBound(start, 'start'), args.toBound(end, 'end')]
    return openViewsOf(this).subarray(first, last)
  }

  row(index) {
    return rows.rowAt(this, index)
  }

  rows(start, stop) {
    return rows.rowsOf(this, start, stop)
  }

  ndarray() {
    return rows.ndarrayOf(this)
  }

  // Storage

  reserve(capacity) {
    coreOf(this).reserve(args.toCount(capacity, 'capacity'))
  }

  reopen() {
    return StoredArray.#make(requireArray(this).constructor, () => openAgain(this))
  }

  trim() {
    coreOf(this).trim()
  }

  refresh() {
    return coreOf(this).refresh()
  }

  check() {
    coreOf(this).check()
  }

  flush() {
    coreOf(this).flush()
  }

  async flushAsync(options) {
    await jobs.unlessAborted(options, () => coreOf(this).flushAsync())
  }

  advise(advice, start, end) {
    if (typeof advice !== 'string') throw invalidArgType('advice', 'a string', advice)
    coreOf(this).advise(advice, args.toBound(start, 'start'), args.toBound(end, 'end'))
  }

  follow(options) {
    return follow(this, options)
  }

  // Sharing

  handle() {
    return handleOf(typeOf(this), coreOf(this).handle())
  }

  lock(options) {
    locks.lock(coreOf(this), options)
  }

  async lockAsync(options) {
    await locks.lockAsync(coreOf(this), options)
  }

  tryLock(options) {
    return locks.tryLock(coreOf(this), options)
  }

  unlock() {
    locks.unlock(coreOf(this))
  }

  async withLock(body, options) {
    if (typeof body !== 'function') throw invalidArgType('body', 'a function', body)
    await locks.lockAsync(coreOf(this), options)
    try {
      return await body()
    } finally {
      // close() has unlocked it already.
      if (!isClosed(this)) locks.unlock(coreOf(this))
    }
  }

  add(index, value, another) {
    args.requireNone(another, 'add', 'one flat index and a value')
    return atomics.add(this, index, value)
  }

  exchange(index, value, another) {
    args.requireNone(another, 'exchange', 'one flat index and a value')
    return atomics.exchange(this, index, value)
  }

  compareExchange(index, expected, replacement, another) {
    args.requireNone(another, 'compareExchange', 'one flat index and two values')
    return atomics.compareExchange(this, index, expected, replacement)
  }

  wait(index, expected, timeout) {
    return waiting.wait(this, index, expected, timeout)
  }

  async waitAsync(index, expected, timeout) {
    return waiting.waitAsync(this, index, expected, timeout)
  }

  notify(index, count) {
    return waiting.notify(this, index, count)
  }

  [Symbol.dispose]() {
    requireArray(this).close()
  }
}
