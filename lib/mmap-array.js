// The class that users see. Its elements, as in Python's array module, are here; how they are stored is in stored-array.js.
// element-path.js overrides the methods of one element for each typecode.

import { inspect } from 'node:util'
import { appenderOf } from './appender.js'
import * as args from './arguments.js'
import { NO_OPERATIONS, atomicOperations } from './atomic-operations.js'
import { allocateUnfilled, bytesOf } from './buffers.js'
import { textOf } from './characters.js'
import { codecFor } from './codecs.js'
import * as columns from './columns.js'
import { areEqual, orderOf } from './comparison.js'
import { concatenated, copiedSlice, copyInShape, repeated, requireListLength } from './copies.js'
import {
  Opening,
  axesOf,
  boundOf,
  codecOf,
  coreOf,
  isArray,
  memoryOf,
  partsOf,
  requireOpen,
  requireWritable,
  typeOf,
} from './core-array.js'
import { ELEMENT_PATHS } from './element-paths.generated.js'
import { envelope, envelopeAsync } from './envelopes.js'
import { invalidArgType, unfitType, valueNotFound } from './errors.js'
import { subjectOf, withOptions } from './field-options.js'
import { inJson, inspected, printed } from './inspection.js'
import { extend, initialize, sourceOf } from './items.js'
import { entriesOf, keysOf, valuesOf } from './iteration.js'
import * as jobs from './jobs.js'
import * as numbers from './numbers.js'
import { objectPath } from './object-path.js'
import { openMemory } from './opening.js'
import { recordType } from './record-types.js'
import * as rows from './rows.js'
import { appendChecked, elementAt, fieldAt, replaceElement, replaceField } from './single-elements.js'
import * as search from './sorted-search.js'
import { stageList, stageText } from './staging.js'
import { StoredArray } from './stored-array.js'
import { CODES } from './typecodes.js'

export class MmapArray extends StoredArray {
  /**
   * The classes of the arrays of each typecode, and those of the arrays whose elements are objects: of one dimension, and of several. They
   * have the element path. A subclass of a user has no element path.
   */
  static #classes = new Map()

  static #classOf({ type, axes }) {
    const key = type.isObject ? 'object' : type.code
    if (!MmapArray.#classes.has(key)) {
      const Class = type.isObject
        ? objectPath(MmapArray)
        : ELEMENT_PATHS[type.code](MmapArray, codecFor(type), atomicOperations(type) ?? NO_OPERATIONS)
      MmapArray.#classes.set(key, Class)
    }
    const { Path, Shaped } = MmapArray.#classes.get(key)
    return axes === undefined ? Path : Shaped
  }

  static recordType(fields, options) {
    return recordType(fields, options)
  }

  static get typecodes() {
    return CODES
  }

  constructor(typecode, init, options) {
    const isNew = partsOf(typecode) === undefined
    const opening = isNew ? new Opening(() => openMemory(typecode, init, options)) : typecode
    if (new.target === MmapArray) {
      const parts = partsOf(opening)
      const array = new (MmapArray.#classOf(parts))(opening)
      if (isNew) initialize(MmapArray.prototype, array, init, parts.count)
      return array
    }
    super(opening)
    if (isNew) initialize(MmapArray.prototype, this, init, partsOf(opening).count)
  }

  // One element

  get(index, ...others) {
    if (others.length > 0) return rows.elementByCoordinates(this, index, others)
    return elementAt(this, index)
  }

  set(index, value, ...others) {
    if (others.length > 0) rows.replaceByCoordinates(this, [index, value, ...others])
    else replaceElement(this, index, value)
  }

  at(index, another = undefined) {
    if (axesOf(this) !== undefined) args.requireNone(another, 'at', 'one flat index')
    const { length } = memoryOf(this)
    const at = args.toIndex(index) < 0 ? index + length : index
    return at >= 0 && at < length ? this.get(at) : undefined
  }

  getField(index, field) {
    return fieldAt(this, index, field)
  }

  setField(index, field, value) {
    replaceField(this, index, field, value)
  }

  // The array module

  append(value) {
    if (axesOf(this) !== undefined && rows.isRow(value)) return rows.appendRow(this, value)
    appendChecked(this, codecOf(this).check(value))
  }

  extend(items) {
    extend(this, items)
  }

  appender(options) {
    return appenderOf(this, options, MmapArray)
  }

  insert(index, value) {
    if (index === undefined) throw invalidArgType('index', 'an integer', index)
    const at = args.toBound(index, 'index')
    const checked = codecOf(this).check(value)
    coreOf(this).insert(at, checked)
  }

  pop(index = -1) {
    const at = args.toIndex(index)
    return codecOf(this).present(boundOf(this, 'pop')(at))
  }

  remove(value) {
    const needle = codecOf(this).needle(value)
    if (needle === undefined) requireWritable(this)
    if (needle === undefined || !coreOf(this).remove(needle)) throw valueNotFound(value)
  }

  clear() {
    coreOf(this).clear()
  }

  count(value, start, stop, options) {
    return numbers.count(this, value, ...withOptions(start, stop, options))
  }

  index(value, start, stop, options) {
    const found = numbers.find(this, value, ...withOptions(start, stop, options))
    if (found < 0) throw valueNotFound(value)
    return found
  }

  includes(value, start, stop, options) {
    return numbers.find(this, value, ...withOptions(start, stop, options)) >= 0
  }

  reverse() {
    coreOf(this).reverse()
    return this
  }

  byteswap() {
    coreOf(this).byteswap()
    return this
  }

  fill(value, start, end) {
    coreOf(this).fill(codecOf(this).check(value), args.toBound(start, 'start'), args.toBound(end, 'end'))
    return this
  }

  bufferInfo() {
    return [coreOf(this).address(), memoryOf(this).length]
  }

  frombytes(bytes) {
    coreOf(this).frombytes(bytesOf(bytes, 'bytes'))
  }

  tobytes() {
    requireOpen(this)
    const copy = allocateUnfilled(Uint8Array, memoryOf(this).byteLength)
    coreOf(this).slice(copy)
    return Buffer.from(copy.buffer)
  }

  fromlist(list) {
    if (!Array.isArray(list)) throw invalidArgType('list', 'an Array', list)
    coreOf(this).frombytes(stageList(this, list))
  }

  tolist() {
    requireOpen(this)
    requireListLength(this.length)
    const list = []
    for (let index = 0; index < this.length; index++) list.push(this.get(index))
    return list
  }

  fromfile(source, n) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    coreOf(this).fromfile(file, count)
  }

  tofile(target, sep) {
    args.requireNone(sep, 'tofile', 'a target')
    coreOf(this).tofile(args.toFile(target, 'target'))
  }

  async fromfileAsync(source, n, options) {
    const file = args.toFile(source, 'source')
    const count = args.toCount(n, 'n')
    await jobs.run(this, options, (ticket) => coreOf(this).fromfileAsync(ticket, file, count))
  }

  async tofileAsync(target, options) {
    const file = args.toFile(target, 'target')
    await jobs.run(this, options, (ticket) => coreOf(this).tofileAsync(ticket, file))
  }

  fromunicode(text) {
    this.#requireCharacters('fromunicode')
    if (typeof text !== 'string') throw invalidArgType('text', 'a string', text)
    coreOf(this).frombytes(stageText(this, text))
  }

  tounicode() {
    this.#requireCharacters('tounicode')
    return textOf(this)
  }

  #requireCharacters(operation) {
    if (typeOf(this).meaning === 'character') return
    throw unfitType(operation, "an array of characters (typecode 'c', 'u' or 'w')", typeOf(this))
  }

  // Slices and operators

  slice(start, stop, step) {
    return copiedSlice(this, args.toBounds(start, stop, step))
  }

  setSlice(values, start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    const source = sourceOf(this, values, 'values')
    coreOf(this).setSlice(source, ...bounds)
  }

  deleteSlice(start, stop, step) {
    const bounds = args.toBounds(start, stop, step)
    coreOf(this).deleteSlice(...bounds)
  }

  concat(other, another) {
    args.requireNone(another, 'concat', 'one array')
    return concatenated(this, other, MmapArray)
  }

  repeat(times) {
    return repeated(this, args.toIndex(times, 'times'), MmapArray)
  }

  repeatInPlace(times) {
    const count = args.toIndex(times, 'times')
    coreOf(this).repeatInPlace(count)
  }

  copy() {
    return copyInShape(this, MmapArray)
  }

  equals(other) {
    return areEqual(this, other)
  }

  compare(other) {
    return orderOf(this, other)
  }

  // Numbers

  sum(start, stop, options) {
    return numbers.sum(this, ...withOptions(start, stop, options))
  }

  min(start, stop, options) {
    return numbers.extreme(this, 'min', ...withOptions(start, stop, options))
  }

  max(start, stop, options) {
    return numbers.extreme(this, 'max', ...withOptions(start, stop, options))
  }

  sort(options) {
    const { number } = subjectOf(this, options, 'sort')
    coreOf(this).sort(number)
    return this
  }

  bisectLeft(value, lo, hi, options) {
    return search.bisect(this, false, value, lo, hi, options)
  }

  bisectRight(value, lo, hi, options) {
    return search.bisect(this, true, value, lo, hi, options)
  }

  searchsorted(needles, side, options) {
    return search.searchsorted(this, needles, side, options)
  }

  envelope(parts, start, stop, options) {
    return envelope(this, parts, start, stop, options)
  }

  async envelopeAsync(parts, start, stop, options) {
    return envelopeAsync(this, parts, start, stop, options)
  }

  async sortAsync(options) {
    const { number, signal } = subjectOf(this, options, 'sort', ['field', 'signal'])
    await jobs.run(this, { signal }, (ticket) => coreOf(this).sortAsync(ticket, number))
    return this
  }

  async searchsortedAsync(needles, side, options) {
    return search.searchsortedAsync(this, needles, side, options)
  }

  // Columns

  column(name, start, stop) {
    return columns.column(this, name, start, stop)
  }

  setColumn(name, values, start) {
    columns.setColumn(this, name, values, start)
  }

  // Iteration and printing

  entries() {
    return entriesOf(this)
  }

  keys() {
    return keysOf(this)
  }

  values() {
    return valuesOf(this)
  }

  toString() {
    return printed(this)
  }

  toJSON() {
    return inJson(typeOf(this), this.tolist())
  }

  [inspect.custom](_depth, options) {
    // The object may be a proxy, or inherit from an array. Then Node prints it.
    if (!isArray(this)) return this
    return inspected(this, options)
  }

  static {
    const hidden = { configurable: true, enumerable: false, writable: true }
    Object.defineProperty(this.prototype, Symbol.iterator, { ...hidden, value: this.prototype.values })
    Object.defineProperty(this.prototype, Symbol.toStringTag, { configurable: true, value: 'MmapArray' })
  }
}
