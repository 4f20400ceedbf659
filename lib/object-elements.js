// Elements that are objects: complex numbers and records. They are read from bytes and written to bytes. What a user gives as an
// element may run code of the user when it is read (a getter, a Proxy), so it is read once and checked before any memory is looked at.

import { invalidArgType, unknownKey } from './errors.js'
import { faults } from './faults.js'
import { accessOf } from './fields.js'
import { RECORD_ACCESSORS } from './record-accessors.generated.js'
import { END, FAULTS_SEEN, LENGTH, ROOM } from './state.js'

/**
 * As the Codec of elements.js, for elements that are objects:
 * - `read(data, at)` gives the element at a byte of a DataView;
 * - `store(memory, where, value)` stores an element at an index or at the END of an ElementMemory, and adds it to the length. If
 *   that needs the core, it gives the bytes of the element instead: the value must not be read again;
 * - `check(value)` gives the bytes of an element, as the core takes them, or throws;
 * - `needle(value)` gives the bytes that the core searches for; undefined if no element can equal the value;
 * - `present(bytes)` gives the element for what the core returned;
 * - `equals(element, value)` compares an element with any value. An element that cannot be read is undefined, and equals nothing;
 * - `fields` has the Access of each field of a record, with its `name` and `offset`; `fieldsByName` has them by name.
 */
class ObjectCodec {
  decode = null
  isNumber = false

  constructor({ itemsize }, { read, store, needle, equals }, fields = []) {
    this.fields = fields
    this.fieldsByName = new Map(fields.map((field) => [field.name, field]))
    this.read = read
    this.store = store
    this.equals = equals
    this.check = (value) => store(NOWHERE, 0, value)
    this.needle = (value) => needle(value, new DataView(new ArrayBuffer(itemsize)))
    this.present = (bytes) => read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0)
  }
}

/** Memory without room, so that `store` gives the bytes. */
const NOWHERE = {
  writable: new Uint8Array(0),
  data: new DataView(new ArrayBuffer(0)),
  words: new Uint32Array(FAULTS_SEEN + 1),
}

const bytesOf = (data) => new Uint8Array(data.buffer)

/** The codec of a type of complex numbers. */
export function complexCodec(type) {
  const { read, check, needle, write, equals } = accessOf(type, undefined, 'value')
  return new ObjectCodec(type, {
    read,
    store: storing(type, check, write),
    needle: (value, data) => {
      const found = needle(value)
      if (found === undefined) return undefined
      write(data, 0, found)
      return bytesOf(data)
    },
    equals,
  })
}

/** The codec of a record type. */
export function recordCodec(type) {
  const fields = type.fields.map((field) => ({ ...field, ...accessOf(field.type, field.count, nameIn(field.name)) }))
  const { read, store } = accessorsOf(type, fields)
  const isOther = (key) => !type.numbers.has(key)
  const record = {
    read,
    store,
    needle: (value, data) => {
      if (!isObject(value) || Object.keys(value).some(isOther)) return undefined
      const given = fields.map(({ name }) => value[name])
      const needles = fields.map(({ needle }, number) => needle(given[number]))
      if (needles.includes(undefined)) return undefined
      for (const [number, { write, offset }] of fields.entries()) write(data, offset, needles[number])
      return bytesOf(data)
    },
    equals: (element, value) => {
      if (!isObject(element) || !isObject(value) || Object.keys(value).some(isOther)) return false
      const given = fields.map(({ name }) => value[name])
      return fields.every(({ name, equals }, number) => equals(element[name], given[number]))
    },
  }
  return new ObjectCodec(type, record, fields)
}

const isObject = (value) => typeof value === 'object' && value !== null

/** How an error names a field: "value.price". */
const nameIn = (field) =>
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(field) ? `value.${field}` : `value[${JSON.stringify(field)}]`

/** How many types with as many fields have a copy of the functions already. */
const copiesInUse = RECORD_ACCESSORS.map(() => 0)

/**
 * `read` and `store` of a record type. The first types with some number of fields have functions of their own, because V8 keeps with a
 * function which properties it has made: an element of three fields takes 12 ns, and 200 ns from a function that makes eight types.
 * All other types share functions with loops, which take 40 ns.
 */
function accessorsOf(type, fields) {
  const { gaps, itemsize, numbers } = type
  const notAnObject = (value) => invalidArgType('value', `an object with the fields ${listed(fields)}`, value)
  /** Throws if a property that is no field is an own property of a value, and not an inherited one. */
  const refuse = (value, key) => {
    if (!Object.hasOwn(value, key)) return
    throw Array.isArray(value) ? notAnObject(value) : unknownKey('field', String(key), listed(fields))
  }
  const clear = gaps.length === 0 ? undefined : clearing(gaps)
  const put = putting(fields, clear)
  const make = RECORD_ACCESSORS[fields.length]?.[copiesInUse[fields.length]]
  if (make !== undefined) {
    copiesInUse[fields.length]++
    return make(fields, itemsize, { clear, inBytes: (stored) => bytesWith(itemsize, put, stored), notAnObject, refuse })
  }
  return { read: reading(fields), store: storing(type, taking(fields, { notAnObject, numbers, refuse }), put) }
}

/** Names for an error. */
function listed(fields) {
  const names = fields.map(({ name }) => name)
  return names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ')
}

/** Writes zeros into the padding of the element at a byte. */
function clearing(gaps) {
  return (data, at) => {
    for (let gap = 0; gap < gaps.length; gap++) {
      const [start, stop] = gaps[gap]
      for (let byte = start; byte < stop; byte++) data.setUint8(at + byte, 0)
    }
  }
}

function reading(fields) {
  return (data, at) => {
    // An own property, also for a field of the name __proto__.
    return Object.fromEntries(fields.map(({ name, read, offset }) => [name, read(data, at + offset)]))
  }
}

/** What is stored for each field. */
function taking(fields, { notAnObject, numbers, refuse }) {
  return (value) => {
    if (!isObject(value)) throw notAnObject(value)
    for (const key in value) if (!numbers.has(key)) refuse(value, key)
    const given = []
    for (let number = 0; number < fields.length; number++) given.push(value[fields[number].name])
    for (let number = 0; number < fields.length; number++) {
      const { fits, check } = fields[number]
      if (!fits(given[number])) given[number] = check(given[number])
    }
    return given
  }
}

function putting(fields, clear) {
  return (data, at, stored) => {
    for (let number = 0; number < fields.length; number++) {
      const { write, offset } = fields[number]
      write(data, at + offset, stored[number])
    }
    clear?.(data, at)
  }
}

/**
 * `store` of a type.
 * @param take gives what is stored for a value, and runs code of the user
 * @param put writes that
 */
function storing({ itemsize }, take, put) {
  return (memory, where, value) => {
    const stored = take(value)
    const { data, words, writable } = memory
    const length = words[LENGTH]
    const isNew = where === END
    const index = isNew ? length : where
    const at = index * itemsize
    // Checked before the store too: a call that throws changes nothing.
    if (index < (isNew ? words[ROOM] : length) && at + itemsize <= writable.length && faults() === words[FAULTS_SEEN]) {
      put(data, at, stored)
      if (faults() === words[FAULTS_SEEN]) {
        if (isNew) words[LENGTH] = length + 1
        return undefined
      }
    }
    return bytesWith(itemsize, put, stored)
  }
}

function bytesWith(itemsize, put, stored) {
  const bytes = new Uint8Array(itemsize)
  put(new DataView(bytes.buffer), 0, stored)
  return bytes
}
