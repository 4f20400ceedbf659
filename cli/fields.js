// One field of records as an array of its own: the part of an array's interface that the commands need.

import { MmapArray } from '../index.js'
import { decoded, isComplex } from './blocks.js'
import { UsageError } from './failures.js'
import { fieldTypeName, holdsRecords } from './record-types.js'

/** The widest step for which the elements between are read too. */
const DENSE = 16
/** How many fields a message lists. */
const MOST_LISTED = 20

/**
 * The field that --field names.
 * @param {MmapArray} records
 * @param {string} name of a field, with an index behind it for one of its values: gain[0]
 * @throws {UsageError} naming the fields
 */
export function fieldOf(records, name) {
  if (!holdsRecords(records)) throw new UsageError(`--field needs records, and ${records.path} does not hold any`)
  const { fields } = records.typecode
  const whole = fields.find((field) => field.name === name)
  if (whole !== undefined) return new FieldElements(records, whole)
  const [, stem, index] = /^(.*)\[(\d+)\]$/s.exec(name) ?? []
  const part = fields.find((field) => field.name === stem)
  if (part?.count > Number(index)) return new FieldElements(records, part, Number(index))
  if (part !== undefined) throw new UsageError(`there is no ${name}: ${part.name} is ${fieldTypeName(part)}`)
  throw new UsageError(`there is no field '${name}' among ${fieldNames(fields)}`)
}

export function fieldNames(fields) {
  const shown = fields.slice(0, MOST_LISTED).map(({ name }) => `'${name}'`)
  const more = fields.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

/** Refuses records, for commands that need one number for each element. */
export function requireNoRecords(elements) {
  if (!holdsRecords(elements)) return
  throw new UsageError(`${elements.path} holds records: --field takes one of ${fieldNames(elements.typecode.fields)}`)
}

const sizeOf = (typecode) => MmapArray.recordType({ field: typecode }).itemsize

export class FieldElements {
  /** The index of the one value of each field that is read; undefined for all of them. */
  #place
  /** How many values of the field, and slots of a typed array, each record has. */
  #count
  #slots
  #isOneNumber

  constructor(records, field, place) {
    this.records = records
    this.typecode = field.typecode
    /** How many elements come from each record; undefined if that is a single number. */
    this.perRecord = place === undefined ? field.count : undefined
    this.field = field.name
    this.#place = place
    this.#isOneNumber = field.count === undefined
    this.#count = field.count ?? 1
    this.itemsize = sizeOf(field.typecode)
    // A complex number is a pair of floats.
    this.#slots = field.typecode.startsWith('Z') ? 2 : 1
  }

  get path() {
    return this.records.path
  }

  get format() {
    return this.records.format
  }

  get shape() {
    return this.perRecord === undefined ? this.records.shape : [...this.records.shape, this.perRecord]
  }

  get order() {
    return this.records.order
  }

  get length() {
    return this.records.length * this.#each
  }

  get byteLength() {
    return this.length * this.itemsize
  }

  /** How many elements come from each record. */
  get #each() {
    return this.perRecord ?? 1
  }

  /** A copy of the elements from `start` to before `stop`, as `slice` of an array gives it. */
  slice(start, stop, step) {
    const copy = this.#copy(start, stop, step)
    return isComplex(this) ? decoded(this, copy) : copy
  }

  #copy(start = 0, stop = undefined, step = 1) {
    if (step === 1) return this.#part(start, stop ?? this.length)
    const end = stop ?? (step > 0 ? this.length : -1)
    const count = Math.max(Math.ceil((end - start) / step), 0)
    const last = start + (count - 1) * step
    // Elements that lie close together are read at once.
    const isDense = count > 0 && Math.abs(step) <= DENSE
    const low = Math.min(start, last)
    const range = isDense ? this.#part(low, Math.max(start, last) + 1) : this.#part(0, 0)
    const slots = this.#slots
    const copy = new range.constructor(count * slots)
    for (let index = 0; index < count; index++) {
      const at = start + index * step
      const value = isDense ? range.subarray((at - low) * slots, (at - low + 1) * slots) : this.#part(at, at + 1)
      copy.set(value, index * slots)
    }
    return copy
  }

  #part(start, stop) {
    const each = this.#each
    const [first, last] = [Math.floor(start / each), Math.ceil(stop / each)]
    const values = this.records.column(this.field, first, Math.max(last, first))
    if (this.#place !== undefined) return this.#picked(values)
    const skipped = (start - first * each) * this.#slots
    return values.subarray(skipped, skipped + Math.max(stop - start, 0) * this.#slots)
  }

  /** One value of each record. */
  #picked(values) {
    const [slots, apart] = [this.#slots, this.#count * this.#slots]
    const picked = new values.constructor(values.length / this.#count)
    for (let at = 0; at < picked.length; at++)
      picked[at] = values[Math.floor(at / slots) * apart + this.#place * slots + (at % slots)]
    return picked
  }

  /** @returns {unknown[]} the elements that one record has */
  valuesIn(record) {
    const value = record[this.field]
    if (this.#isOneNumber) return [value]
    return this.#place === undefined ? Array.from(value) : [value[this.#place]]
  }

  at(index) {
    if (index < 0 || index >= this.length) return undefined
    const [value] = this.#array(index, index + 1, (array) => array.tolist())
    return value
  }

  envelope(parts, start, stop) {
    if (this.#isOneNumber) return this.records.envelope(parts, start, stop, { field: this.field })
    return this.#array(start, stop, (array) => array.envelope(parts))
  }

  async envelopeAsync(parts, start, stop) {
    if (this.#isOneNumber) return this.records.envelopeAsync(parts, start, stop, { field: this.field })
    return this.envelope(parts, start, stop)
  }

  /** Gives a function an array of some of the elements. */
  #array(start, stop, use) {
    const array = new MmapArray(this.typecode)
    try {
      const { buffer, byteOffset, byteLength } = this.#part(start, stop)
      array.frombytes(new Uint8Array(buffer, byteOffset, byteLength))
      return use(array)
    } finally {
      array.close()
    }
  }

  refresh() {
    return this.records.refresh() * this.#each
  }

  close() {
    this.records.close()
  }
}
