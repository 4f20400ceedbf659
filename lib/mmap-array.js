// The class that users see: it checks arguments, and passes calls on to the core. element-path.js overrides its methods of one
// element for each typecode.

import { inspect } from 'node:util'
import {
  MmapArray as NativeArray,
  addressOf,
  boundCall,
  closeArray,
  descriptorOf,
  flagsOf,
  formatOf,
  fromfileLater,
  maxOf,
  minOf,
  pathOf,
  requireSound,
  setSliceFrom,
  shapeOf,
  sliceLength,
  sortElements,
  sortLater,
  sumOf,
  tofileLater,
  unlinkShm,
} from '../native.js'
import * as args from './arguments.js'
import { textOf } from './characters.js'
import { refuseClones } from './cloning.js'
import { areEqual, orderOf } from './comparison.js'
import { ElementMemory } from './element-memory.js'
import { ELEMENT_PATHS } from './element-paths.generated.js'
import { codecFor } from './elements.js'
import * as envelopes from './envelopes.js'
import { closed, indexOutOfRange, invalidArgType, outOfRange, typeMismatch, valueNotFound } from './errors.js'
import * as filling from './filling.js'
import { handleFields, handleOf } from './handles.js'
import { indexedPrototype } from './indexing.js'
import { inspected, printed } from './inspection.js'
import { entriesOf, keysOf, valuesOf } from './iteration.js'
import * as jobs from './jobs.js'
import * as locks from './locks.js'
import * as numbers from './numbers.js'
import { toOrigin } from './opening.js'
import * as sources from './sources.js'
import { BEYOND } from './state.js'
import { TYPECODE_LETTERS, typeOf } from './typecodes.js'
import { Views } from './views.js'
import * as waiting from './waiting.js'

/** First argument of the constructor where the core is told by an object where the array comes from. */
const FROM = Symbol('from')

const NOTHING = new Uint8Array(0)

const ATTACH_FLAGS = ['r', 'r+', 'c']
const LONGEST_LIST = 2 ** 32 - 1

export class MmapArray extends NativeArray {
  #type
  #codec
  /** @type {ElementMemory} shared with the class of the array's type */
  #memory
  #closed = false
  /** Calls into the core that are bound to this array, once they are made. */
  #calls = { append: undefined, notify: undefined, place: undefined, pop: undefined, wait: undefined }
  #views

  /** By type, the class of its arrays, which has the path of one element. A user's subclass does without. */
  static #classes = new Map()

  static #classOf(type) {
    if (!MmapArray.#classes.has(type)) {
      MmapArray.#classes.set(type, ELEMENT_PATHS[type.code](MmapArray, codecFor(type)))
    }
    return MmapArray.#classes.get(type)
  }

  /** What other files of lib/ may know of an array, and its users may not. */
  static #access = Object.freeze({
    /** The row of the typecode table; undefined for what is no array. */
    typeOf: (value) => (MmapArray.#isArray(value) ? value.#type : undefined),
    codecOf: (array) => array.#codec,
    requireOpen: (array) => array.#requireOpen(),
    isClosed: (array) => array.#closed,
    requireChangeable: (array) => array.#requireChangeable(),
    /** A call into the core that is bound to the array. */
    call: (array, name) => array.#call(name),
    inside: (array, index) => array.#inside(index),
  })

  static get typecodes() {
    return TYPECODE_LETTERS
  }

  constructor(typecode, init, options) {
    if (typecode === FROM) {
      const type = typeOf(init.typecode)
      if (new.target === MmapArray) return new (MmapArray.#classOf(type))(FROM, init)
      super(init.typecode, init.path, init.flags, init.format, init.details)
      this.#adopt(type, init)
      return
    }
    const type = typeOf(typecode)
    const { capacity } = args.toOptions(options, ['capacity'])
    const origin = { typecode: type.code, details: { capacity: args.toOptionalCount(capacity, 'options.capacity') } }
    if (new.target === MmapArray) {
      const array = new (MmapArray.#classOf(type))(FROM, origin)
      array.#initialize(init)
      return array
    }
    super(origin.typecode, undefined, undefined, undefined, origin.details)
    this.#adopt(type, origin)
    this.#initialize(init)
  }

  #initialize(init) {
    if (init !== undefined) {
      try {
        filling.initialize(MmapArray.#access, MmapArray.prototype, this, init)
      } catch (error) {
        // Whatever class `Reflect.construct` was given, and whatever a subclass has made of it.
        MmapArray.prototype.close.call(this)
        throw error
      }
    }
  }

  /** A new array of a class, which may be a user's. */
  static #make(Class, origin) {
    const made = new Class(FROM, origin)
    const { array } = origin
    if (array === made) return array
    if (array !== undefined) MmapArray.prototype.close.call(array)
    throw invalidArgType('constructor', 'a class that hands its arguments on to MmapArray', Class)
  }

  #adopt(type, origin) {
    origin.array = this
    refuseClones(this)
    this.#type = type
    this.#codec = codecFor(type)
    const flags = origin.flags ?? origin.details?.handle?.flags
    this.#memory = new ElementMemory(this, type, flags === 'c')
    origin.memory = this.#memory
  }

  static open(path, typecode, options) {
    return MmapArray.#make(this, toOrigin({ path: args.toPath(path) }, typecode, options))
  }

  static openShm(name, typecode, options) {
    if (typeof name !== 'string') throw invalidArgType('name', 'a string', name)
    return MmapArray.#make(this, toOrigin({ shm: args.toPath(name, 'name') }, typecode, options))
  }

  static unlinkShm(name) {
    if (typeof name !== 'string') throw invalidArgType('name', 'a string', name)
    unlinkShm(args.toPath(name, 'name'))
  }

  static fromFd(fd, typecode, options) {
    return MmapArray.#make(this, toOrigin({ fd: args.toDescriptor(fd, 'fd') }, typecode, options))
  }

  static attach(handle, options) {
    const fields = handleFields(handle)
    const { flags } = args.toOptions(options, ['flags'])
    if (args.toOptionalString(flags, 'options.flags') !== undefined && !ATTACH_FLAGS.includes(flags)) {
      throw outOfRange('options.flags', `one of ${ATTACH_FLAGS.join(', ')}`, inspect(flags))
    }
    return MmapArray.#make(this, { typecode: fields.typecode, flags, details: { handle: fields } })
  }

  // What it is

  get typecode() {
    return this.#type.code
  }

  get itemsize() {
    return this.#type.View.BYTES_PER_ELEMENT
  }

  get length() {
    return this.#memory.length
  }

  get byteLength() {
    return this.#memory.length * this.#type.View.BYTES_PER_ELEMENT
  }

  get capacity() {
    return this.#memory.capacity
  }

  get flags() {
    return flagsOf(MmapArray.#own(this))
  }

  get path() {
    return pathOf(MmapArray.#own(this)) ?? null
  }

  get format() {
    return formatOf(MmapArray.#own(this))
  }

  get shape() {
    return this.#closed || formatOf(this) === 'raw' ? [this.#memory.length] : shapeOf(this)
  }

  get fd() {
    return this.#closed ? -1 : descriptorOf(this)
  }

  get closed() {
    return this.#closed
  }

  // One element

  get(index) {
    const at = this.#inside(args.toIndex(index))
    const memory = this.#memory
    if (memory.reaches(at)) {
      const stored = memory.elements[at]
      if (memory.isSound) return this.#codec.decode === null ? stored : this.#codec.decode(stored)
    }
    return this.#codec.present(super.get(at))
  }

  set(index, value) {
    const at = this.#inside(args.toIndex(index))
    const memory = this.#memory
    const checked = this.#codec.check(value)
    // Before the store as well: one that throws changes nothing.
    if (memory.reaches(at) && at < memory.writable.length && memory.isSound) {
      memory.writable[at] = this.#codec.encode(value)
      if (memory.isSound) return
    }
    super.set(at, checked)
  }

  at(index) {
    const { length } = this.#memory
    const at = args.toIndex(index) < 0 ? index + length : index
    return at >= 0 && at < length ? this.get(at) : undefined
  }

  /** An index counted from the start, in an array that is open. */
  #inside(index) {
    const { length } = this.#memory
    const at = index < 0 ? index + length : index
    if (at >= 0 && at < length) return at
    this.#requireOpen()
    throw indexOutOfRange(index, length)
  }

  #call(name) {
    return (this.#calls[name] ??= boundCall(this, name))
  }

  #requireOpen() {
    if (this.#closed) throw closed()
    // Loops over single elements do not notice that written pages were lost, so they ask before they begin.
    if (this.#memory.isCopyOnWrite) requireSound(this)
  }

  /** Before code of the user's runs: a closed or read-only array is not worth it. Appending nothing tells. */
  #requireChangeable() {
    super.frombytes(NOTHING)
  }

  // The array module

  append(value) {
    const checked = this.#codec.check(value)
    const memory = this.#memory
    // For the next append to do without the core. Before this one: nothing may fail once the element is in.
    if (memory.length < memory.capacity) memory.reaches(memory.length)
    this.#call('append')(checked)
  }

  extend(items) {
    filling.handOver(MmapArray.#access, this, items, {
      array: (other) => super.extend(other),
      bytes: (bytes) => super.frombytes(bytes),
    })
  }

  insert(index, value) {
    if (index === undefined) throw invalidArgType('index', 'an integer', index)
    const at = args.toBound(index, 'index')
    const checked = this.#codec.check(value)
    super.insert(at, checked)
  }

  pop(index = -1) {
    const at = args.toIndex(index)
    return this.#codec.present(this.#call('pop')(at))
  }

  remove(value) {
    const needle = this.#codec.needle(value)
    if (needle === undefined) this.#requireChangeable()
    if (needle === undefined || !super.remove(needle)) throw valueNotFound(value)
  }

  clear() {
    super.clear()
  }

  count(value) {
    const needle = this.#codec.needle(value)
    this.#requireOpen()
    return needle === undefined ? 0 : super.count(needle)
  }

  index(value, start, stop) {
    const found = this.#find(value, args.toBound(start, 'start'), args.toBound(stop, 'stop'))
    if (found < 0) throw valueNotFound(value)
    return found
  }

  includes(value) {
    return this.#find(value) >= 0
  }

  #find(value, start = 0, stop = Infinity) {
    const needle = this.#codec.needle(value)
    this.#requireOpen()
    return needle === undefined ? -1 : super.index(needle, start, stop)
  }

  reverse() {
    super.reverse()
    return this
  }

  byteswap() {
    super.byteswap()
    return this
  }

  fill(value, start, end) {
    super.fill(this.#codec.check(value), args.toBound(start, 'start'), args.toBound(end, 'end'))
    return this
  }

  bufferInfo() {
    return [addressOf(MmapArray.#own(this)), this.#memory.length]
  }

  frombytes(bytes) {
    super.frombytes(sources.bytesOf(bytes, 'bytes'))
  }

  tobytes() {
    this.#requireOpen()
    const copy = sources.allocate(Uint8Array, this.#memory.length * this.#type.View.BYTES_PER_ELEMENT)
    super.slice(copy)
    return Buffer.from(copy.buffer)
  }

  fromlist(list) {
    if (!Array.isArray(list)) throw invalidArgType('list', 'an Array', list)
    super.frombytes(sources.stageList(this.#type, this.#codec, list))
  }

  tolist() {
    this.#requireOpen()
    if (this.length > LONGEST_LIST) throw outOfRange('length', `<= ${LONGEST_LIST} for a list`, this.length)
    const list = []
    for (let index = 0; index < this.length; index++) list.push(this.get(index))
    return list
  }

  fromfile(source, n) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    super.fromfile(file, count)
  }

  tofile(target) {
    super.tofile(args.toFile(target, 'target'))
  }

  async fromfileAsync(source, n, options) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    await jobs.run(MmapArray.#access, this, options, (ticket) => fromfileLater(this, ticket, file, count))
  }

  async tofileAsync(target, options) {
    const file = args.toFile(target, 'target')
    await jobs.run(MmapArray.#access, this, options, (ticket) => tofileLater(this, ticket, file))
  }

  fromunicode(text) {
    this.#requireCharacters('fromunicode')
    if (typeof text !== 'string') throw invalidArgType('text', 'a string', text)
    super.frombytes(sources.stageText(this.#type, this.#codec, text))
  }

  tounicode() {
    this.#requireCharacters('tounicode')
    this.#requireOpen()
    return textOf(this, (at) => this.get(at))
  }

  #requireCharacters(operation) {
    if (this.#type.meaning === 'character') return
    throw typeMismatch(
      `${operation} needs an array of characters (c, u, w), this one is of typecode '${this.#type.code}'`,
    )
  }

  // Slices and operators

  slice(start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    const copy = sources.allocate(this.#type.View, sliceLength(this, ...bounds))
    super.slice(sources.bytesOf(copy), ...bounds)
    return copy
  }

  setSlice(values, start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    const to = {
      array: (other) => setSliceFrom(this, other, ...bounds),
      bytes: (bytes) => super.setSlice(bytes, ...bounds),
    }
    filling.handOverAll(MmapArray.#access, this, values, to, 'values')
  }

  deleteSlice(start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    super.deleteSlice(...bounds)
  }

  concat(other) {
    this.#requireOpen()
    const items = filling.takenIn(MmapArray.#access, this, other, 'other')
    const { BYTES_PER_ELEMENT } = this.#type.View
    const added = MmapArray.#isArray(items)
      ? items.#memory.length
      : Math.floor(sources.bytesOf(items, 'other').length / BYTES_PER_ELEMENT)
    return this.#grownCopy(added, (copy) => copy.extend(items))
  }

  repeat(times) {
    const count = args.toIndex(times, 'times')
    // The core says the same, but only after the elements were copied.
    const most = Math.floor(2 ** 53 / (this.#memory.length * this.#type.View.BYTES_PER_ELEMENT))
    if (count > most) throw outOfRange('times', `at most ${most}, which makes 2^53 bytes`, count)
    return this.#grownCopy(this.#memory.length * (count - 1), (copy) => copy.repeatInPlace(count))
  }

  /** A copy with room for what is going to be added. Where that is out of bounds, the call that adds it says so. */
  #grownCopy(added, grow) {
    const copy = this.#copyWithRoom(added >= 0 && added < BEYOND ? added : 0)
    try {
      grow(copy)
    } catch (error) {
      copy.close()
      throw error
    }
    return copy
  }

  repeatInPlace(times) {
    const count = args.toIndex(times, 'times')
    super.repeatInPlace(count)
  }

  copy() {
    return this.#copyWithRoom(0)
  }

  #copyWithRoom(room) {
    this.#requireOpen()
    return new MmapArray(this.#type.code, this, { capacity: this.#memory.length + room })
  }

  equals(other) {
    return areEqual(MmapArray.#access, this, other)
  }

  compare(other) {
    return orderOf(MmapArray.#access, this, other)
  }

  // Numbers

  sum() {
    this.#requireOpen()
    if (this.#type.meaning === 'character') throw typeMismatch(`There is no sum of characters ('${this.#type.code}')`)
    return sumOf(this)
  }

  min() {
    return this.#codec.present(minOf(this))
  }

  max() {
    return this.#codec.present(maxOf(this))
  }

  sort() {
    sortElements(MmapArray.#own(this))
    return this
  }

  bisectLeft(value, lo, hi) {
    return numbers.place(MmapArray.#access, this, this.#type, value, lo, hi, false)
  }

  bisectRight(value, lo, hi) {
    return numbers.place(MmapArray.#access, this, this.#type, value, lo, hi, true)
  }

  searchsorted(needles, side) {
    return numbers.places(MmapArray.#access, this, needles, side)
  }

  envelope(parts, start, stop) {
    return envelopes.envelope(MmapArray.#access, this, parts, start, stop)
  }

  async envelopeAsync(parts, start, stop, options) {
    return envelopes.envelopeAsync(MmapArray.#access, this, parts, start, stop, options)
  }

  async sortAsync(options) {
    await jobs.run(MmapArray.#access, this, options, (ticket) => sortLater(this, ticket))
    return this
  }

  async searchsortedAsync(needles, side, options) {
    return numbers.placesAsync(MmapArray.#access, this, needles, side, options)
  }

  // Memory

  get #openViews() {
    this.#requireOpen()
    // A view that was handed out before is no better than a new one, which the core would refuse.
    if (!this.#memory.isSound) requireSound(this)
    return (this.#views ??= new Views(this, this.#type.View))
  }

  get buffer() {
    return this.#openViews.buffer
  }

  get view() {
    return this.#openViews.view
  }

  get sharedBuffer() {
    return this.#openViews.sharedBuffer
  }

  get sharedView() {
    return this.#openViews.sharedView
  }

  subarray(start, end) {
    const [first, last] = [args.toBound(start, 'start'), args.toBound(end, 'end')]
    return this.#openViews.subarray(first, last)
  }

  // Storage

  reserve(capacity) {
    super.reserve(args.toCount(capacity, 'capacity'))
  }

  check() {
    super.check()
  }

  async flushAsync(options) {
    await jobs.unlessAborted(options, () => super.flushAsync())
  }

  advise(advice, start, end) {
    if (typeof advice !== 'string') throw invalidArgType('advice', 'a string', advice)
    super.advise(advice, args.toBound(start, 'start'), args.toBound(end, 'end'))
  }

  close() {
    this.#closed = true
    locks.forget(this)
    this.#memory.release()
    this.#views = undefined
    closeArray(this)
  }

  [Symbol.dispose]() {
    MmapArray.#own(this).close()
  }

  // Sharing

  handle() {
    return handleOf(super.handle())
  }

  lock(options) {
    locks.lock(this, options)
  }

  async lockAsync(options) {
    await locks.lockAsync(this, options)
  }

  tryLock(options) {
    return locks.tryLock(this, options)
  }

  unlock() {
    locks.unlock(this)
  }

  async withLock(body, options) {
    return locks.withLock(this, body, options)
  }

  wait(index, expected, timeout) {
    return waiting.wait(MmapArray.#access, this, index, expected, timeout)
  }

  async waitAsync(index, expected, timeout) {
    return waiting.waitAsync(MmapArray.#access, this, index, expected, timeout)
  }

  notify(index, count) {
    return waiting.notify(MmapArray.#access, this, index, count)
  }

  // Iteration and printing

  entries() {
    this.#requireOpen()
    return entriesOf(this)
  }

  keys() {
    this.#requireOpen()
    return keysOf(this)
  }

  values() {
    this.#requireOpen()
    return valuesOf(this)
  }

  toString() {
    this.#requireOpen()
    return printed(this, this.#type.meaning === 'character')
  }

  toJSON() {
    const list = this.tolist()
    return this.#type.meaning === 'bigint' ? list.map(String) : list
  }

  [inspect.custom](_depth, options) {
    // Of a proxy, or of what has an array for its prototype, Node shows what it can.
    if (!MmapArray.#isArray(this)) return this
    return inspected(this, this.#type.meaning === 'character', options)
  }

  /** The receiver of a call, before it is handed to a function of the addon. */
  static #own(receiver) {
    if (MmapArray.#isArray(receiver)) return receiver
    throw invalidArgType('this', 'an MmapArray', receiver)
  }

  static #isArray(value) {
    return typeof value === 'object' && value !== null && #type in value
  }

  static {
    const hidden = { configurable: true, enumerable: false, writable: true }
    Object.defineProperty(this.prototype, Symbol.iterator, { ...hidden, value: this.prototype.values })
    Object.defineProperty(this.prototype, Symbol.toStringTag, { configurable: true, value: 'MmapArray' })
    // Where the addon has served another copy of this class already, that one's arrays are still its own.
    const behind = Object.getPrototypeOf(NativeArray.prototype)
    Object.setPrototypeOf(NativeArray.prototype, indexedPrototype(behind, this.#isArray))
  }
}
