// The class users see: the per-element path over typed arrays, and the checks of what goes on to the core.

import { inspect } from 'node:util'
import {
  MmapArray as NativeArray,
  addressOf,
  boundCall,
  closeArray,
  elementsOf,
  fromfileLater,
  hasSharedBuffers,
  maxOf,
  minOf,
  setSliceFrom,
  sliceLength,
  sortElements,
  sortLater,
  stateOf,
  sumOf,
  tofileLater,
  unlinkShm,
} from '../native.js'
import * as args from './arguments.js'
import { textOf } from './characters.js'
import { refuseClones } from './cloning.js'
import { areEqual, orderOf } from './comparison.js'
import { ElementClasses } from './element-classes.js'
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
import { BEYOND, WRITABLE, capacityOf, lengthOf } from './state.js'
import { TYPECODE_LETTERS, typeOf } from './typecodes.js'
import { BUFFER_LIMIT, Views } from './views.js'
import * as waiting from './waiting.js'

/** How much memory the element path takes at once, and how many elements it leaves to the core before it takes more. */
const CHEAP_BYTES = 2 ** 21
const PATIENCE = 64
/** For so few calls it is not worth it to bind one. */
const FEW = 8
const COUNTS_NOTHING = hasSharedBuffers()

/** First argument of the constructor where the core is told by an object where the array comes from. */
const FROM = Symbol('from')

const NOTHING = new Uint8Array(0)

const ATTACH_FLAGS = ['r', 'r+', 'c']
const LONGEST_LIST = 2 ** 32 - 1

export class MmapArray extends NativeArray {
  #type
  #codec
  /** Length and capacity, in memory the core reads and writes too. */
  #state
  /** A typed array on the mapped window, or on the first part of it; nothing to see until an element is asked for. */
  #elements
  /** How often an element was out of the element path's reach. */
  #misses = 0
  /** Memory of so many bytes is worth it at once. */
  #cheapBytes
  #closed = false
  /** The element path of its own, where the array has one: told of other memory, and of changes to come and done. */
  #follower
  /** Calls into the core that are bound to this array, once they are made. */
  #calls = { append: undefined, get: undefined, notify: undefined, place: undefined, pop: undefined, wait: undefined }
  #views

  /** The class for each type, with an element path of its own. A user's subclass does without. */
  static #classes = new ElementClasses(MmapArray, MmapArray.#follow, (Path, { code }) => {
    const array = new Path(FROM, { typecode: code })
    array.close()
    return array
  })

  static #follow(array, follower) {
    array.#follower = follower
    follower.see(array, array.#elements, array.#isWritable)
    return array.#state
  }

  /** What other files of lib/ may know of an array, and its users may not. */
  static #access = Object.freeze({
    /** The row of the typecode table; undefined for what is no array. */
    typeOf: (value) => (MmapArray.#isArray(value) ? value.#type : undefined),
    codecOf: (array) => array.#codec,
    requireOpen: (array) => array.#requireOpen(),
    isClosed: (array) => array.#closed,
    lengthOf: (array) => lengthOf(array.#state),
    requireChangeable: (array) => array.#requireChangeable(),
    unsettle: (array) => array.#unsettle(),
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
      if (new.target === MmapArray) return new (MmapArray.#classes.of(type))(FROM, init)
      super(init.typecode, init.path, init.flags, init.format, init.details)
      this.#adopt(type, init)
      return
    }
    const type = typeOf(typecode)
    const { capacity } = args.toOptions(options, ['capacity'])
    const origin = { typecode: type.code, details: { capacity: args.toOptionalCount(capacity, 'options.capacity') } }
    if (new.target === MmapArray) {
      const array = new (MmapArray.#classes.of(type))(FROM, origin)
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
    this.#prepare()
  }

  /** A new array of a class, which may be a user's. */
  static #make(Class, origin) {
    const made = new Class(FROM, origin)
    const { array } = origin
    if (array === made) {
      array.#prepare()
      return array
    }
    if (array !== undefined) MmapArray.prototype.close.call(array)
    throw invalidArgType('constructor', 'a class that hands its arguments on to MmapArray', Class)
  }

  #adopt(type, origin) {
    origin.array = this
    refuseClones(this)
    this.#type = type
    this.#codec = codecFor(type)
    this.#state = new Uint32Array(stateOf(this))
    this.#elements = type.none
    // The runtime counts nothing, or no more than for the typed array that one would have instead of memory without a name.
    const costsNothing = COUNTS_NOTHING || (origin.format === undefined && origin.details?.handle === undefined)
    this.#cheapBytes = costsNothing ? Infinity : CHEAP_BYTES
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
    return lengthOf(this.#state)
  }

  get byteLength() {
    return lengthOf(this.#state) * this.#type.View.BYTES_PER_ELEMENT
  }

  get capacity() {
    return capacityOf(this.#state)
  }

  get flags() {
    return super.flags
  }

  get path() {
    return super.path ?? null
  }

  get format() {
    return super.format
  }

  get shape() {
    return this.#closed || super.format === 'raw' ? [lengthOf(this.#state)] : super.shape
  }

  get fd() {
    return this.#closed ? -1 : super.fd
  }

  get closed() {
    return this.#closed
  }

  // One element

  get(index) {
    const at = this.#inside(args.toIndex(index))
    if (!this.#reaches(at)) return this.#codec.present(this.#misses < FEW ? super.get(at) : this.#call('get')(at))
    this.#follower?.settle(this, true)
    const { decode } = this.#codec
    return decode === null ? this.#elements[at] : decode(this.#elements[at])
  }

  set(index, value) {
    const at = this.#inside(args.toIndex(index))
    if (this.#isWritable && this.#reaches(at)) this.#elements[at] = this.#codec.encode(value)
    else super.set(at, this.#codec.check(value))
  }

  at(index) {
    const length = lengthOf(this.#state)
    const at = args.toIndex(index) < 0 ? index + length : index
    return at >= 0 && at < length ? this.get(at) : undefined
  }

  /** An index counted from the start, in an array that is open. */
  #inside(index) {
    const length = lengthOf(this.#state)
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
  }

  /** Before code of the user's runs: a closed or read-only array is not worth it. Appending nothing tells. */
  #requireChangeable() {
    this.#frombytes(NOTHING)
  }

  #frombytes(bytes) {
    this.#growing(() => super.frombytes(bytes))
  }

  /**
   * Whether the element path has an element, after an attempt to widen it. Memory that the runtime would count as in
   * use, and collect garbage for, is not worth it for a handful of elements: those are asked of the core.
   */
  #reaches(at) {
    if (at < this.#elements.length) return true
    if (!this.#isCheap() && ++this.#misses < PATIENCE) return false
    this.#widen()
    return at < this.#elements.length
  }

  #isCheap() {
    return capacityOf(this.#state) * this.#type.View.BYTES_PER_ELEMENT <= this.#cheapBytes
  }

  /** Whether methods may write elements. */
  get #isWritable() {
    return this.#state[WRITABLE] !== 0
  }

  /** Before the first element is asked for: the element path is fastest where it never had to turn to the core. */
  #prepare() {
    if (!this.#isCheap()) return
    this.#widen()
    this.#follower?.settle(this, true)
  }

  /** A call that may add elements. So many that somebody will go through them are worth it. */
  #growing(call) {
    const before = lengthOf(this.#state)
    this.#unsettle()
    const result = call()
    try {
      if (lengthOf(this.#state) - before >= PATIENCE) this.#prepare()
    } catch (error) {
      // There was no stack left for what only makes the next calls faster: the elements are in.
      if (error.code !== undefined) throw error
    }
    return result
  }

  /** Lets the element path have as many of the elements as the runtime can. */
  #widen() {
    const { View } = this.#type
    const limit = Math.floor(BUFFER_LIMIT / View.BYTES_PER_ELEMENT)
    if (this.#elements.length >= Math.min(capacityOf(this.#state), limit)) return
    // The call lets the old window go: whatever throws after it, nothing of it may be left in hand.
    this.#see(this.#type.none)
    const memory = elementsOf(this, BUFFER_LIMIT)
    this.#see(new View(memory, 0, Math.floor(memory.byteLength / View.BYTES_PER_ELEMENT)))
  }

  #see(elements) {
    this.#elements = elements
    this.#follower?.see(this, elements, this.#isWritable)
  }

  /** Before each call into the core that may make the array shorter, be it by what others did. */
  #unsettle() {
    this.#follower?.unsettle(this)
  }

  // The array module

  append(value) {
    const checked = this.#codec.check(value)
    this.#unsettle()
    this.#call('append')(checked)
    try {
      this.#prepareNext()
    } catch (error) {
      // There was no stack left for what only makes the next calls faster: the elements are in.
      if (error.code !== undefined) throw error
    }
  }

  /** The element path takes the next element that is appended, if there is room. */
  #prepareNext() {
    const length = lengthOf(this.#state)
    if (length < capacityOf(this.#state)) {
      if (this.#reaches(length)) this.#follower?.settle(this, false)
    } else if (this.#elements.length > 0) {
      // Nor is it to turn to the core for the new element, where it never had to for those before.
      this.#reaches(length - 1)
    }
  }

  extend(items) {
    filling.handOver(MmapArray.#access, this, items, {
      array: (other) => this.#growing(() => super.extend(other)),
      bytes: (bytes) => this.#frombytes(bytes),
    })
  }

  insert(index, value) {
    if (index === undefined) throw invalidArgType('index', 'an integer', index)
    const at = args.toBound(index, 'index')
    const checked = this.#codec.check(value)
    this.#unsettle()
    super.insert(at, checked)
  }

  pop(index = -1) {
    const at = args.toIndex(index)
    this.#unsettle()
    return this.#codec.present(this.#call('pop')(at))
  }

  remove(value) {
    const needle = this.#codec.needle(value)
    if (needle === undefined) this.#requireChangeable()
    this.#unsettle()
    if (needle === undefined || !super.remove(needle)) throw valueNotFound(value)
  }

  clear() {
    this.#unsettle()
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
    return [addressOf(this), lengthOf(this.#state)]
  }

  frombytes(bytes) {
    this.#frombytes(sources.bytesOf(bytes, 'bytes'))
  }

  tobytes() {
    this.#requireOpen()
    const copy = sources.allocate(Uint8Array, lengthOf(this.#state) * this.#type.View.BYTES_PER_ELEMENT)
    super.slice(copy)
    return Buffer.from(copy.buffer)
  }

  fromlist(list) {
    if (!Array.isArray(list)) throw invalidArgType('list', 'an Array', list)
    this.#frombytes(sources.stageList(this.#type, this.#codec, list))
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
    this.#growing(() => super.fromfile(file, count))
  }

  tofile(target) {
    super.tofile(args.toFile(target, 'target'))
  }

  async fromfileAsync(source, n, options) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    await jobs.run(MmapArray.#access, this, options, (ticket) => {
      this.#unsettle()
      return fromfileLater(this, ticket, file, count)
    })
  }

  async tofileAsync(target, options) {
    const file = args.toFile(target, 'target')
    await jobs.run(MmapArray.#access, this, options, (ticket) => tofileLater(this, ticket, file))
  }

  fromunicode(text) {
    this.#requireCharacters('fromunicode')
    if (typeof text !== 'string') throw invalidArgType('text', 'a string', text)
    this.#frombytes(sources.stageText(this.#type, this.#codec, text))
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
      array: (other) => this.#growing(() => setSliceFrom(this, other, ...bounds)),
      bytes: (bytes) => this.#growing(() => super.setSlice(bytes, ...bounds)),
    }
    filling.handOverAll(MmapArray.#access, this, values, to, 'values')
  }

  deleteSlice(start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    this.#unsettle()
    super.deleteSlice(...bounds)
  }

  concat(other) {
    this.#requireOpen()
    const items = filling.takenIn(MmapArray.#access, this, other, 'other')
    const { BYTES_PER_ELEMENT } = this.#type.View
    const added = MmapArray.#isArray(items)
      ? lengthOf(items.#state)
      : Math.floor(sources.bytesOf(items, 'other').length / BYTES_PER_ELEMENT)
    return this.#grownCopy(added, (copy) => copy.extend(items))
  }

  repeat(times) {
    const count = args.toIndex(times, 'times')
    return this.#grownCopy(lengthOf(this.#state) * (count - 1), (copy) => copy.repeatInPlace(count))
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
    this.#growing(() => super.repeatInPlace(count))
  }

  copy() {
    return this.#copyWithRoom(0)
  }

  #copyWithRoom(room) {
    this.#requireOpen()
    return new MmapArray(this.#type.code, this, { capacity: lengthOf(this.#state) + room })
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
    sortElements(this)
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

  get #memory() {
    this.#requireOpen()
    return (this.#views ??= new Views(this, this.#type.View))
  }

  get buffer() {
    return this.#memory.buffer
  }

  get view() {
    return this.#memory.view
  }

  get sharedBuffer() {
    return this.#memory.sharedBuffer
  }

  get sharedView() {
    return this.#memory.sharedView
  }

  subarray(start, end) {
    const [first, last] = [args.toBound(start, 'start'), args.toBound(end, 'end')]
    return this.#memory.subarray(first, last)
  }

  // Storage

  reserve(capacity) {
    const elements = args.toCount(capacity, 'capacity')
    this.#unsettle()
    super.reserve(elements)
    if (this.#isCheap()) this.#widen()
  }

  refresh() {
    const before = lengthOf(this.#state)
    // Before the call: after it there may be no stack left for that.
    this.#follower?.hide(this)
    try {
      return super.refresh()
    } finally {
      // Most find the length as it was.
      if (lengthOf(this.#state) === before) this.#follower?.settle(this, false)
      else this.#unsettle()
    }
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
    // The element path's memory goes with the call.
    this.#see(this.#type.none)
    this.#views = undefined
    closeArray(this)
  }

  [Symbol.dispose]() {
    this.close()
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
