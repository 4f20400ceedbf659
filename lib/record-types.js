// Record types: named fields at fixed places, as a struct of C or a structured dtype of NumPy.

import { inspect } from 'node:util'
import { toOptions } from './arguments.js'
import { described, invalidArgType, invalidFieldType, invalidRecordType, typeMismatch } from './errors.js'
import { CODES, typeOfCode } from './typecodes.js'

/** The limits of src/element_type.rs. */
const MAX_FIELDS = 1024
const MAX_BYTES = 2 ** 20

/** The longest text of a record type in an error. */
const LONGEST_LABEL = 120

/** The rows of record types. */
const ROWS = new WeakMap()

/** The row of a type, so that equal types are the same object. A program with more types has some of them twice. */
const KNOWN = new Map()
const MOST_KNOWN = 1024

export class RecordType {
  constructor(fields, itemsize) {
    this.fields = fields
    this.itemsize = itemsize
    Object.freeze(this)
  }

  toString() {
    return `RecordType(${this.itemsize}) ${fieldsAsText(this)}`
  }

  [inspect.custom]() {
    // The object may be a proxy, or inherit from a record type. Then Node prints it.
    return ROWS.has(this) ? this.toString() : this
  }

  static {
    // Users get record types from `MmapArray.recordType` only.
    delete this.prototype.constructor
    Object.freeze(this.prototype)
  }
}

const isInteger = (name) => /^(?:0|[1-9]\d*)$/.test(name)

/** The fields of a record type as text: in object form, or in list form if some names need it. */
export function fieldsAsText({ fields }) {
  const entries = fields.map(({ name, typecode, count }) => [name, count === undefined ? typecode : [typecode, count]])
  const isList = entries.some(([name]) => isInteger(name) || name === '__proto__')
  const given = isList ? entries : Object.fromEntries(entries)
  return inspect(given, { breakLength: Infinity, depth: null, maxArrayLength: null, maxStringLength: null })
}

/** The row of a record type, or of its fields in object form or list form. */
export function toRecordRow(value) {
  return ROWS.get(value) ?? rowOf(layoutOf(entriesOf(value)))
}

/** The row of a layout that the core or a handle gave: `{ fields: [{ name, typecode, count?, offset }], itemsize }`. */
export function rowOfLayout({ fields, itemsize }) {
  if (!Array.isArray(fields)) throw invalidRecordType('its fields must be in an Array')
  const offsets = []
  const entries = fields.map((field) => {
    const { name, typecode, count, offset } = Object(field)
    offsets.push(offset)
    return [name, count === undefined || count === null ? typecode : [typecode, count]]
  })
  // null is refused. For undefined, the size would be computed.
  return rowOf(layoutOf(entries.map(toField), { offsets, itemsize: itemsize ?? null }))
}

/** `MmapArray.recordType`. */
export function recordType(fields, options) {
  const { align = false, itemsize, offsets } = toOptions(options, ['align', 'itemsize', 'offsets'])
  if (typeof align !== 'boolean') throw invalidArgType('options.align', 'a boolean', align)
  if (offsets !== undefined && !Array.isArray(offsets)) {
    throw invalidArgType('options.offsets', 'an Array with an offset for each field', offsets)
  }
  if (ROWS.has(fields)) {
    if (options === undefined) return fields
    throw invalidArgType('fields', 'fields, because a record type takes no options', fields)
  }
  // A copy, because a proxy may answer differently each time.
  const given = offsets === undefined ? undefined : Array.from(offsets)
  return rowOf(layoutOf(entriesOf(fields), { align, itemsize, offsets: given })).code
}

/** The fields that a user gave, each read once: `[{ name, type, count }]`. */
function entriesOf(fields) {
  if (typeof fields !== 'object' || fields === null) {
    throw invalidArgType('fields', 'an object or an Array of fields', fields)
  }
  return Array.isArray(fields) ? Array.from(fields, toEntry) : ownEntries(fields)
}

function toEntry(entry, number) {
  if (!Array.isArray(entry) || entry.length !== 2) {
    throw invalidRecordType(
      `field ${number} of the list must be [name, typecode] or [name, [typecode, count]]. Received ${described(entry)}`,
    )
  }
  return toField(Array.from(entry))
}

/** The own properties of an object, without running a getter. */
function ownEntries(fields) {
  const prototype = Object.getPrototypeOf(fields)
  // Object.prototype, also that of another realm, has no prototype.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw invalidRecordType(
      "the fields must be in a plain object or in a list. { __proto__: ... } sets the prototype: give a field of that name in a list, [['__proto__', ...]]",
    )
  }
  return Reflect.ownKeys(fields).map((name) => {
    if (typeof name === 'symbol') throw invalidRecordType(`a name must be a string. Received ${String(name)}`)
    if (isInteger(name)) {
      throw invalidRecordType(
        `the field '${name}' must be in a list, [['${name}', ...], ...], because an object moves integers to the front`,
      )
    }
    const property = Object.getOwnPropertyDescriptor(fields, name)
    if (property === undefined || !('value' in property) || !property.enumerable) {
      throw invalidRecordType(`the field '${name}' must be a plain property, not a getter`)
    }
    return toField([name, property.value])
  })
}

function toField([name, given]) {
  if (typeof name !== 'string') throw invalidRecordType(`a name must be a string. Received ${described(name)}`)
  if (name === '') throw invalidRecordType('a name must not be empty')
  if (!name.isWellFormed()) throw invalidRecordType(`a name must be valid Unicode. Received ${inspect(name)}`)
  const isList = Array.isArray(given)
  const [typecode, count, ...more] = isList ? Array.from(given) : [given]
  const type = typeOfCode(typecode)
  if (type === undefined || more.length > 0) {
    throw invalidFieldType(name, CODES, more.length > 0 ? given : typecode)
  }
  if (isList && !(Number.isSafeInteger(count) && count >= 1)) {
    throw invalidRecordType(`the count of the field '${name}' must be an integer >= 1. Received ${described(count)}`)
  }
  return { name, type, count: isList ? count : undefined }
}

const sizeOf = ({ type, count = 1 }) => count * type.itemsize
const endOf = (field) => field.offset + sizeOf(field)

/** The alignment of a field in a struct of C. Complex numbers have that of their halves. */
const alignmentOf = ({ type }) => type.View.BYTES_PER_ELEMENT

const roundUp = (value, multiple) => Math.ceil(value / multiple) * multiple

/**
 * Places the fields, and checks the places that are given.
 * @returns {{ fields: object[], itemsize: number }} the fields with their `offset`
 */
function layoutOf(entries, { align = false, itemsize, offsets } = {}) {
  if (entries.length === 0 || entries.length > MAX_FIELDS) {
    throw invalidRecordType(`a record must have from 1 to ${MAX_FIELDS} fields. Received ${entries.length}`)
  }
  if (offsets !== undefined && offsets.length !== entries.length) {
    throw invalidRecordType(
      `options.offsets must have an offset for each field. Expected ${entries.length}, got ${offsets.length}`,
    )
  }
  const names = new Set()
  let end = 0
  const fields = entries.map((entry, number) => {
    const { name } = entry
    if (names.has(name)) throw invalidRecordType(`the field '${name}' appears twice`)
    names.add(name)
    const alignment = align ? alignmentOf(entry) : 1
    const offset = offsets === undefined ? roundUp(end, alignment) : toOffset(name, offsets[number], alignment)
    end = offset + sizeOf(entry)
    if (end <= MAX_BYTES) return { ...entry, offset }
    throw invalidRecordType(`the field '${name}' ends at byte ${end}, and a record has at most ${MAX_BYTES} bytes`)
  })
  const inOrder = fields.toSorted((a, b) => a.offset - b.offset)
  for (const [at, { name, offset }] of inOrder.entries()) {
    const before = inOrder[at - 1]
    if (at > 0 && offset < endOf(before))
      throw invalidRecordType(`the field '${name}' overlaps the field '${before.name}'`)
  }
  const alignment = align ? Math.max(...entries.map(alignmentOf)) : 1
  return { fields, itemsize: toItemsize(itemsize, inOrder.at(-1), alignment) }
}

function toOffset(name, offset, alignment) {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw invalidRecordType(`the offset of the field '${name}' must be an integer >= 0. Received ${described(offset)}`)
  }
  if (offset % alignment === 0) return offset
  throw invalidRecordType(`the offset of the field '${name}' must be a multiple of ${alignment}. Received ${offset}`)
}

function toItemsize(itemsize, last, alignment) {
  if (itemsize === undefined) return roundUp(endOf(last), alignment)
  if (!Number.isSafeInteger(itemsize) || itemsize > MAX_BYTES) {
    throw invalidRecordType(`options.itemsize must be an integer <= ${MAX_BYTES}. Received ${described(itemsize)}`)
  }
  if (itemsize < endOf(last)) {
    throw invalidRecordType(
      `the field '${last.name}' ends at byte ${endOf(last)}, and the record has ${itemsize} bytes`,
    )
  }
  if (itemsize % alignment === 0) return itemsize
  throw invalidRecordType(`options.itemsize must be a multiple of ${alignment}. Received ${itemsize}`)
}

/** The row of a layout; the same row for equal types. */
function rowOf({ fields, itemsize }) {
  const key = JSON.stringify([
    itemsize,
    ...fields.map(({ name, type, count, offset }) => [name, type.code, count, offset]),
  ])
  const known = KNOWN.get(key)
  if (known !== undefined) return known
  const row = makeRow(key, fields, itemsize)
  ROWS.set(row.code, row)
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(key, row)
  return row
}

function makeRow(key, fields, itemsize) {
  const shown = fields.map(({ name, type, count, offset }) =>
    Object.freeze({ name, typecode: type.code, ...(count === undefined ? {} : { count }), offset }),
  )
  const code = new RecordType(Object.freeze(shown), itemsize)
  const text = fieldsAsText(code)
  return Object.freeze({
    key,
    code,
    label: `record type ${text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL)}...` : text}`,
    itemsize,
    View: DataView,
    none: new Uint8Array(0),
    meaning: 'record',
    isObject: true,
    fields: Object.freeze(fields),
    numbers: new Map(fields.map(({ name }, number) => [name, number])),
    gaps: gapsIn(fields, itemsize),
  })
}

/** The padding: from which byte to before which. */
function gapsIn(fields, itemsize) {
  const gaps = []
  let end = 0
  for (const field of fields.toSorted((a, b) => a.offset - b.offset)) {
    if (field.offset > end) gaps.push([end, field.offset])
    end = endOf(field)
  }
  if (itemsize > end) gaps.push([end, itemsize])
  return gaps
}

/**
 * The field of a name.
 * @returns {{ number: number, name: string, type: object, count?: number, offset: number }} `number` is its place in the list, by
 * which the core knows it; `type` is the row of its typecode
 * @throws {TypeError} ERR_TYPE_MISMATCH for a type without fields, ERR_INVALID_ARG_TYPE for a name that no field has
 */
export function fieldNamed(type, name) {
  if (type.meaning !== 'record') throw typeMismatch(`Only records have fields. This array is of ${type.label}`)
  const number = type.numbers.get(name)
  if (number !== undefined) return { number, ...type.fields[number] }
  throw invalidArgType('field', `the name of a field of ${type.label}`, name)
}
