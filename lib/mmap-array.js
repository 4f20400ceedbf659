// The class users see: the per-element path over typed arrays, and the checks of what goes on to the core.

import { inspect } from 'node:util'
import { isAnyArrayBuffer } from 'node:util/types'
import {
  MmapArray as NativeArray,
  addressOf,
  boundCall,
  callOff,
  closeArray,
  elementsOf,
  firstDifference,
  fromfileLater,
  maxOf,
  minOf,
  placesIn,
  placesLater,
  placesOf,
  placesOfLater,
  setSliceFrom,
  settle,
  sliceLength,
  sortElements,
  sortLater,
  stateOf,
  sumOf,
  tofileLater,
  unlinkShm,
} from '../native.js'
import * as args from './arguments.js'
import { characterAt, quietly, textOf } from './characters.js'
import { compareValues, equalValues, isArrayLike } from './comparison.js'
import { ELEMENT_PATHS } from './element-paths.js'
import { codecFor } from './elements.js'
import { closed, indexOutOfRange, invalidArgType, outOfRange, typeMismatch, valueNotFound } from './errors.js'
import { handleFields } from './handles.js'
import { indexedPrototype } from './indexing.js'
import { inspected, printed } from './inspection.js'
import { entriesOf, keysOf, valuesOf } from './iteration.js'
import * as later from './later.js'
import * as locks from './locks.js'
import * as numbers from './numbers.js'
import { toOrigin } from './opening.js'
import * as sources from './sources.js'
import { TYPECODES, TYPECODE_LETTERS, typeOf } from './typecodes.js'
import { BUFFER_LIMIT, Views } from './views.js'
import * as waiting from './waiting.js'

/** Where the core keeps its two numbers in the state both layers share. */
const LENGTH = 0
const CAPACITY = 1

/** How much memory the element path takes at once, and how many elements it leaves to the core before it takes more. */
const CHEAP_BYTES = 2 ** 21
const PATIENCE = 64

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
  /** Whether methods may write elements. */
  #writable
  #closed = false
  /** Told of other memory and of changes to come, where the array has an element path of its own. */
  #onChange
  /** Calls into the core that are bound to this array, once they are made. */
  #calls = {}
  #flags
  #path
  #format
  #views

  /** The class for each type, with an element path of its own. A user's subclass does without. */
  static #classes = new Map(
    TYPECODES.map((type) => [type, ELEMENT_PATHS[type.code](MmapArray, type, codecFor(type), MmapArray.#follow)]),
  )

  static #follow(array, onChange) {
    array.#onChange = onChange
    onChange(array.#elements, array.#writable)
    return array.#state
  }

  /** Where the array that was made last came from. */
  static #lastOrigin

  static get typecodes() {
    return TYPECODE_LETTERS
  }

  constructor(typecode, init, options) {
    if (typecode === FROM) {
      const type = typeOf(init.typecode ?? init.handle.typecode)
      if (new.target === MmapArray) return new (MmapArray.#classes.get(type))(FROM, init)
      super(init)
      this.#adopt(type, init)
      return
    }
    const type = typeOf(typecode)
    const { capacity } = args.toOptions(options, ['capacity'])
    const origin = { typecode: type.code, capacity: args.toOptionalCount(capacity, 'options.capacity') }
    if (new.target === MmapArray) {
      const array = new (MmapArray.#classes.get(type))(FROM, origin)
      array.#initialize(init)
      return array
    }
    super(origin)
    this.#adopt(type, origin)
    this.#initialize(init)
  }

  #initialize(init) {
    if (init === undefined) return
    try {
      this.#fill(init)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** A new array of a class, which may be a user's. */
  static #make(Class, origin) {
    const array = new Class(FROM, origin)
    if (MmapArray.#lastOrigin === origin) return array
    array.close()
    throw invalidArgType('constructor', 'a class that hands its arguments on to MmapArray', Class)
  }

  #adopt(type, origin) {
    MmapArray.#lastOrigin = origin
    this.#type = type
    this.#codec = codecFor(type)
    this.#state = new Float64Array(stateOf(this))
    this.#elements = new type.View(0)
    this.#flags = super.flags
    this.#path = super.path ?? null
    this.#format = super.format
    this.#writable = this.#flags !== 'r'
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
    return MmapArray.#make(this, { handle: fields, flags })
  }

  // What it is

  get typecode() {
    return this.#type.code
  }

  get itemsize() {
    return this.#type.View.BYTES_PER_ELEMENT
  }

  get length() {
    return this.#state[LENGTH]
  }

  get byteLength() {
    return this.#state[LENGTH] * this.#type.View.BYTES_PER_ELEMENT
  }

  get capacity() {
    return this.#state[CAPACITY]
  }

  get flags() {
    return this.#flags
  }

  get path() {
    return this.#path
  }

  get format() {
    return this.#format
  }

  get shape() {
    return this.#format === 'raw' || this.#closed ? [this.length] : super.shape
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
    if (!this.#reaches(at)) return this.#codec.present(this.#call('get')(at))
    const { decode } = this.#codec
    return decode === null ? this.#elements[at] : decode(this.#elements[at])
  }

  set(index, value) {
    const at = this.#inside(args.toIndex(index))
    if (this.#writable && this.#reaches(at)) this.#elements[at] = this.#codec.encode(value)
    else super.set(at, this.#codec.check(value))
  }

  at(index) {
    const length = this.#state[LENGTH]
    const at = args.toIndex(index) < 0 ? index + length : index
    return at >= 0 && at < length ? this.get(at) : undefined
  }

  /** An index counted from the start, in an array that is open. */
  #inside(index) {
    const length = this.#state[LENGTH]
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
    this.#unsettle()
    super.frombytes(bytes)
  }

  /**
   * Whether the element path has an element, after an attempt to widen it. Memory that the runtime would count as in
   * use, and collect garbage for, is not worth it for a handful of elements: those are asked of the core.
   */
  #reaches(at) {
    const there = this.#elements.length
    if (at < there) return true
    const { View } = this.#type
    const limit = Math.floor(BUFFER_LIMIT / View.BYTES_PER_ELEMENT)
    const wanted = Math.min(this.#state[CAPACITY], limit)
    if (there >= wanted) return false
    if (wanted * View.BYTES_PER_ELEMENT > CHEAP_BYTES && ++this.#misses < PATIENCE) return false
    // The call lets the old window go: whatever throws after it, nothing of it may be left in hand.
    this.#see(new View(0))
    const memory = elementsOf(this, BUFFER_LIMIT)
    this.#see(new View(memory, 0, Math.floor(memory.byteLength / View.BYTES_PER_ELEMENT)))
    return at < this.#elements.length
  }

  #see(elements) {
    this.#elements = elements
    this.#onChange?.(elements, this.#writable)
  }

  /** Before each call into the core that may make the array shorter, be it by what others did. */
  #unsettle() {
    this.#onChange?.(this.#elements, this.#writable)
  }

  // The array module

  append(value) {
    const checked = this.#codec.check(value)
    this.#unsettle()
    this.#call('append')(checked)
    const state = this.#state
    // From now on the element path takes it, if there is room.
    if (state[LENGTH] < state[CAPACITY]) this.#reaches(state[LENGTH])
  }

  extend(items) {
    this.#take(
      items,
      (other) => {
        this.#unsettle()
        super.extend(other)
      },
      (bytes) => this.#frombytes(bytes),
    )
  }

  /**
   * Hands what extend and its kin take to the core: another array as it is, everything else as bytes. Elements of an
   * iterable before a bad one are handed on before its error is thrown.
   */
  #take(items, handOver, handOverBytes) {
    if (items instanceof MmapArray) {
      if (items.#type !== this.#type) throw sources.otherType(this.#type, `one of typecode '${items.typecode}'`)
      handOver(items)
    } else if (sources.isMemory(items)) {
      if (!sources.isOwnView(this.#type, items)) throw sources.otherType(this.#type, `a ${items[Symbol.toStringTag]}`)
      handOverBytes(sources.bytesOf(items, 'items'))
    } else {
      this.#requireChangeable()
      const { bytes, failure } = sources.stage(this.#type, this.#codec, items)
      if (bytes.length > 0 || failure === undefined) handOverBytes(bytes)
      if (failure !== undefined) throw failure.error
    }
  }

  /** The constructor's initializer: as extend, but arrays of other types are taken element by element. */
  #fill(init) {
    const isText = this.#type.meaning === 'character'
    if (typeof init === 'string') {
      if (!isText) throw invalidArgType('init', `no string, for typecode '${this.typecode}'`, init)
      this.fromunicode(init)
    } else if (isAnyArrayBuffer(init)) {
      this.frombytes(init)
    } else if (init instanceof MmapArray && init.#type !== this.#type) {
      if ((init.#type.meaning === 'character') !== isText) {
        throw sources.otherType(this.#type, `one of typecode '${init.typecode}'`)
      }
      this.extend(init.values())
    } else if (sources.isMemory(init) && !sources.isOwnView(this.#type, init)) {
      sources.bytesOf(init, 'init')
      this.extend(init.values())
    } else {
      this.extend(init)
    }
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
    return [addressOf(this), this.length]
  }

  frombytes(bytes) {
    this.#frombytes(sources.bytesOf(bytes, 'bytes'))
  }

  tobytes() {
    this.#requireOpen()
    const copy = sources.allocate(Uint8Array, this.byteLength)
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
    this.#unsettle()
    super.fromfile(file, count)
  }

  tofile(target) {
    super.tofile(args.toFile(target, 'target'))
  }

  async fromfileAsync(source, n, options) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    await this.#later(options, (ticket) => {
      this.#unsettle()
      return fromfileLater(this, ticket, file, count)
    })
  }

  async tofileAsync(target, options) {
    const file = args.toFile(target, 'target')
    await this.#later(options, (ticket) => tofileLater(this, ticket, file))
  }

  /** Work of the core on another thread, begun with a ticket: what it gives, once it is taken over. */
  #later(options, begin) {
    const work = {
      begin: (ticket) => {
        this.#requireOpen()
        return begin(ticket)
      },
      callOff: (ticket) => {
        if (!this.#closed) callOff(this, ticket)
      },
      settle: () => {
        this.#requireOpen()
        this.#unsettle()
        settle(this)
      },
    }
    return later.run(work, later.toSignal(options))
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
      `${operation} needs an array of characters (c, u, w), this one is of typecode '${this.typecode}'`,
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
    if (values instanceof MmapArray || sources.isMemory(values)) {
      this.#take(
        values,
        (other) => {
          this.#unsettle()
          setSliceFrom(this, other, ...bounds)
        },
        (bytes) => this.#setSlice(bytes, bounds),
      )
      return
    }
    this.#requireChangeable()
    // A slice is replaced by all the values or by none.
    this.#setSlice(sources.bytesOf(this.#staged(values)), bounds)
  }

  #setSlice(bytes, bounds) {
    this.#unsettle()
    super.setSlice(bytes, ...bounds)
  }

  /** All the elements of an iterable, as a typed array of this type's own kind. */
  #staged(iterable) {
    const { bytes, failure } = sources.stage(this.#type, this.#codec, iterable)
    if (failure !== undefined) throw failure.error
    const { View } = this.#type
    return new View(bytes.buffer, 0, bytes.length / View.BYTES_PER_ELEMENT)
  }

  deleteSlice(start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    this.#unsettle()
    super.deleteSlice(...bounds)
  }

  concat(other) {
    this.#requireOpen()
    // An iterable runs code of its user's: it is taken in before this array is looked at.
    const items = sources.isMemory(other) || other instanceof MmapArray ? other : this.#staged(other)
    const result = this.copy()
    try {
      result.extend(items)
    } catch (error) {
      result.close()
      throw error
    }
    return result
  }

  repeat(times) {
    const count = args.toIndex(times, 'times')
    const result = this.copy()
    try {
      result.repeatInPlace(count)
    } catch (error) {
      result.close()
      throw error
    }
    return result
  }

  repeatInPlace(times) {
    const count = args.toIndex(times, 'times')
    this.#unsettle()
    super.repeatInPlace(count)
  }

  copy() {
    this.#requireOpen()
    return new MmapArray(this.typecode, this, { capacity: this.length })
  }

  equals(other) {
    this.#requireOpen()
    if (!isArrayLike(other)) return false
    const length = this.length
    if (other.length !== length) return false
    if (other instanceof MmapArray) {
      other.#requireOpen()
      if (other.#type === this.#type) return firstDifference(this, other) < 0
    }
    const ours = this.#quietReader()
    const theirs = other instanceof MmapArray ? other.#quietReader() : this.#quietReaderOf(other)
    for (let index = 0; index < length; index++) {
      if (!equalValues(ours(index), theirs(index))) return false
    }
    return true
  }

  compare(other) {
    this.#requireOpen()
    if (!isArrayLike(other)) throw invalidArgType('other', 'an array', other)
    const shorter = Math.min(this.length, other.length)
    const theirs = this.#readerOf(other)
    let index = 0
    if (other instanceof MmapArray) {
      other.#requireOpen()
      if (other.#type === this.#type) {
        const different = firstDifference(this, other)
        index = different < 0 ? shorter : different
      } else if ((other.#type.meaning === 'character') !== (this.#type.meaning === 'character')) {
        throw sources.otherType(this.#type, `one of typecode '${other.typecode}'`)
      }
    }
    for (; index < shorter; index++) {
      const order = compareValues(this.get(index), theirs(index))
      if (order !== 0) return order
    }
    return Math.sign(this.length - other.length)
  }

  /** Elements of this array; an element of a character type that is none equals nothing, and is no error. */
  #quietReader() {
    return this.#type.meaning === 'character' ? (index) => characterAt(this, index) : (index) => this.get(index)
  }

  /** The same of an array-like. */
  #quietReaderOf(other) {
    const read = this.#readerOf(other)
    return this.#type.meaning === 'character' ? (index) => quietly(() => read(index)) : read
  }

  /** Elements of an array-like, as elements of this type where it is the type's own typed array. */
  #readerOf(other) {
    if (other instanceof MmapArray) return (index) => other.get(index)
    const { decode } = this.#codec
    if (decode !== null && sources.isOwnView(this.#type, other)) return (index) => decode(other[index])
    return (index) => other[index]
  }

  // Numbers

  sum() {
    this.#requireOpen()
    if (this.#type.meaning === 'character') throw typeMismatch(`There is no sum of characters ('${this.typecode}')`)
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
    return numbers.place(this, this.#type, value, lo, hi, false)
  }

  bisectRight(value, lo, hi) {
    return numbers.place(this, this.#type, value, lo, hi, true)
  }

  searchsorted(needles, side) {
    const isRight = numbers.isRightSide(side)
    this.#requireOpen()
    return this.#needles(
      needles,
      (other, places) => placesOf(this, other, isRight, places),
      (bytes, places) => placesIn(this, bytes, isRight, places),
    )
  }

  async sortAsync(options) {
    await this.#later(options, (ticket) => sortLater(this, ticket))
    return this
  }

  async searchsortedAsync(needles, side, options) {
    const isRight = numbers.isRightSide(side)
    return this.#later(options, (ticket) => {
      this.#requireSameType(needles, 'needles')
      if (needles instanceof MmapArray) return placesOfLater(this, ticket, needles, isRight)
      return placesLater(this, ticket, sources.bytesOf(needles, 'needles'), isRight)
    })
  }

  /** Hands needles to the core, another array as it is and a typed array as bytes, with room for their places. */
  #needles(needles, handOver, handOverBytes) {
    this.#requireSameType(needles, 'needles')
    const places = sources.allocate(Float64Array, needles.length)
    const room = sources.bytesOf(places)
    if (needles instanceof MmapArray) handOver(needles, room)
    else handOverBytes(sources.bytesOf(needles, 'needles'), room)
    return places
  }

  #requireSameType(items, name) {
    if (items instanceof MmapArray) {
      if (items.#type !== this.#type) throw sources.otherType(this.#type, `one of typecode '${items.typecode}'`)
    } else if (!sources.isMemory(items)) {
      throw invalidArgType(name, `an MmapArray or a typed array of typecode '${this.typecode}'`, items)
    } else if (!sources.isOwnView(this.#type, items)) {
      throw sources.otherType(this.#type, `a ${items[Symbol.toStringTag]}`)
    }
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
  }

  refresh() {
    this.#unsettle()
    return super.refresh()
  }

  async flushAsync(options) {
    await later.unlessAborted(later.toSignal(options), () => super.flushAsync())
  }

  advise(advice, start, end) {
    if (typeof advice !== 'string') throw invalidArgType('advice', 'a string', advice)
    super.advise(advice, args.toBound(start, 'start'), args.toBound(end, 'end'))
  }

  close() {
    this.#closed = true
    locks.forget(this)
    // The element path's memory goes with the call.
    this.#see(new this.#type.View(0))
    this.#views = undefined
    closeArray(this)
  }

  [Symbol.dispose]() {
    this.close()
  }

  // Sharing

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
    const [at, bits, milliseconds] = this.#waitArguments('wait', index, expected, timeout)
    const wait = this.#call('wait')
    return waiting.waitInSlices(milliseconds, (slice) => wait(at, bits, slice))
  }

  async waitAsync(index, expected, timeout) {
    const [at, bits, milliseconds] = this.#waitArguments('waitAsync', index, expected, timeout)
    const outcome = await super.waitAsync(at, bits, milliseconds === Infinity ? undefined : milliseconds)
    if (outcome === 'cancelled') throw closed()
    return outcome
  }

  #waitArguments(operation, index, expected, timeout) {
    waiting.requireWords(this, operation)
    const at = this.#inside(args.toIndex(index))
    return [at, waiting.bitsOf(this.#codec.check(expected)), waiting.toTimeout(timeout)]
  }

  notify(index, count) {
    waiting.requireWords(this, 'notify')
    return this.#call('notify')(this.#inside(args.toIndex(index)), waiting.toWakeCount(count))
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
