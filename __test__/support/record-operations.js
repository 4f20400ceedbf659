// Random operations on an array of records or of complex numbers, as plain JSON that this file runs here and
// python/record_operations.py runs in Python.
//
// A step is [name, ...arguments]. Indices and bounds are numbers, and null is an argument that is not given. A value is a text, a complex
// number [re, im] or a text, a field of several values a list, a record the list of its fields. { refused, ... } is a value that has to be
// an error of that code. Sources of elements are { list }, { iterator }, { hex } for another array, and { self: true }.
import { MmapArray } from '../../index.js'
import { TYPECODES, halfValue, typecode } from './typecodes.js'

/** From here on a step makes the array shorter. */
const LONG = 100

const NAMES = ['a', 'time', "it's", 'é', '日本', 'with space', 'x']
const CODES = [...TYPECODES.map(({ code }) => code), 'Zf', 'Zd']

const isComplex = (code) => code === 'Zf' || code === 'Zd'
const isCharacter = (code) => 'cuw'.includes(code)
const sizeOf = (code) => (isComplex(code) ? (code === 'Zf' ? 8 : 16) : typecode(code).itemsize)

/** A random type: { type } as the library takes it, { wire } as Python does. */
export function randomType(random) {
  if (random.chance(0.2)) {
    const type = random.pick(['Zf', 'Zd'])
    return { type, wire: type, itemsize: sizeOf(type), fields: undefined }
  }
  const names = random.list(1, 6, () => random.pick(NAMES)).filter((name, n, all) => all.indexOf(name) === n)
  const isPacked = random.chance(0.5)
  let end = 0
  const fields = names.map((name) => {
    const code = random.pick(CODES)
    const count = random.chance(0.25) ? random.integer(1, 4) : undefined
    const offset = end + (isPacked ? 0 : random.integer(0, 3))
    end = offset + sizeOf(code) * (count ?? 1)
    return { name, typecode: code, count, offset }
  })
  if (random.chance(0.2)) moveTogether(fields, end)
  const itemsize = end + (isPacked ? 0 : random.integer(0, 5))
  const entries = fields.map(({ name, typecode, count }) => [name, count === undefined ? typecode : [typecode, count]])
  const offsets = fields.map(({ offset }) => offset)
  return { type: MmapArray.recordType(entries, { offsets, itemsize }), wire: { fields, itemsize }, itemsize, fields }
}

/** Reverses where the fields are, so that their order is not that of their names. */
function moveTogether(fields, end) {
  for (const field of fields) field.offset = end - field.offset - sizeOf(field.typecode) * (field.count ?? 1)
}

// Values

function scalarOf(code, text) {
  if (isComplex(code)) {
    return Array.isArray(text) ? { re: numberOf(text[0]), im: numberOf(text[1]) } : numberOf(text)
  }
  if (isCharacter(code)) return text
  const { kind } = typecode(code)
  return kind === 'bigint' ? BigInt(text) : numberOf(text)
}

/** A number as JavaScript or Python print it. */
const numberOf = (text) => Number(text.replace('inf', 'Infinity'))

export const fieldOf = ({ typecode, count }, given) =>
  count === undefined ? scalarOf(typecode, given) : given.map((one) => scalarOf(typecode, one))

/** The element that a value stands for. A complex number that was given as a text is one here that was read. */
export function elementOf({ type, fields }, given) {
  if (fields === undefined) return scalarOf(type, given)
  return Object.fromEntries(fields.map((field, n) => [field.name, fieldOf(field, given[n])]))
}

/** What is passed for a value, which may be one that is refused. */
function valueOf(type, given) {
  if (given.refused === undefined) return elementOf(type, given)
  if (given.value !== undefined) return given.value === 'undefined' ? undefined : given.value
  const element = elementOf(type, given.base)
  if (given.without) delete element[given.without]
  return { ...element, ...given.with }
}

const printed = (value) => (Object.is(value, -0) ? '-0' : String(value))

class Arguments {
  constructor(type, random) {
    this.type = type
    this.random = random
  }

  #float(code, isNeedle) {
    const { random } = this
    if (random.chance(0.5)) return printed(random.integer(0, 3))
    if (random.chance(0.2)) return random.pick(['NaN', '-0', 'Infinity', '-Infinity', '0.5'])
    if (code === 'e') return printed(isNeedle ? halfValue(random.bits() & 0x7bff) : (random.bits() % 60_000) / 7)
    const value = (random.bits() - 2 ** 31) / 1000
    return printed(isNeedle && (code === 'f' || code === 'Zf') ? Math.fround(value) : value)
  }

  scalar(code, isNeedle = false) {
    const { random } = this
    if (isComplex(code)) {
      // A needle of a real number is found, too.
      if (random.chance(0.1)) return this.#float(code, isNeedle)
      return [this.#float(code, isNeedle), this.#float(code, isNeedle)]
    }
    const row = typecode(code)
    if (row.kind === 'float') return this.#float(code, isNeedle)
    if (random.chance(0.6)) return isCharacter(code) ? random.pick(['a', 'b']) : printed(random.integer(0, 3))
    return printed(random.pick(row.samples))
  }

  field({ typecode, count }, isNeedle) {
    if (count === undefined) return this.scalar(typecode, isNeedle)
    return this.random.list(count, count, () => this.scalar(typecode, isNeedle))
  }

  good(isNeedle) {
    const { type, fields } = this.type
    return fields === undefined ? this.scalar(type, isNeedle) : fields.map((field) => this.field(field, isNeedle))
  }

  element() {
    return this.random.chance(0.04) ? this.#refused() : this.good()
  }

  #refused() {
    const { random } = this
    const { fields } = this.type
    const refused = 'ERR_INVALID_ARG_TYPE'
    if (random.chance(0.3)) return { refused, value: random.pick(['undefined', null, 'a', true]) }
    if (fields === undefined) return { refused, value: random.pick([{ re: 1 }, { im: 1 }, { re: '1', im: 0 }, []]) }
    const base = this.good()
    const field = random.pick(fields)
    const bad = random.integer(0, 3)
    if (bad === 0) return { refused, base, without: field.name }
    if (bad === 1) return { refused, base, with: { surplus: 1 } }
    if (bad === 2 || !'bBhHiI'.includes(field.typecode) || field.count !== undefined) {
      return { refused, base, with: { [field.name]: random.pick([null, true, {}, [[]]]) } }
    }
    return { refused: 'ERR_VALUE_OUT_OF_RANGE', base, with: { [field.name]: 2 ** 40 } }
  }

  /** An element to search for, mostly one that is there or nearly. */
  needle(contents) {
    const { random, type } = this
    const length = contents.length / type.itemsize
    if (length === 0 || random.chance(0.3)) return this.good(true)
    const array = new MmapArray(type.type)
    const at = random.integer(0, length - 1) * type.itemsize
    array.frombytes(contents.subarray(at, at + type.itemsize))
    const [element] = array.tolist()
    array.close()
    const given = toWire(type, element)
    if (type.fields !== undefined && random.chance(0.2)) {
      const n = random.integer(0, type.fields.length - 1)
      given[n] = this.field(type.fields[n], true)
    }
    return given
  }

  index(length) {
    return this.random.integer(-length - 1, length)
  }

  bound(length) {
    return this.random.chance(0.3) ? null : this.random.integer(-length - 2, length + 2)
  }

  bounds(length, plain = 0.5) {
    const { random } = this
    const step = random.chance(plain) ? random.pick([null, 1]) : random.pick([2, 3, -1, -2, 0, 100])
    return [this.bound(length), this.bound(length), step]
  }

  /** The bytes of elements, with anything as padding. */
  hex(count) {
    const { random, type } = this
    const { fields, itemsize } = type
    const hasPoints = fields?.some(({ typecode }) => 'uw'.includes(typecode))
    const bytes = Buffer.from(random.list(count * itemsize, count * itemsize, () => random.bits() & 0xff))
    if (!hasPoints && random.chance(0.5)) return bytes.toString('hex')
    const array = new MmapArray(
      type.type,
      random.list(count, count, () => elementOf(type, this.good())),
    )
    const whole = array.tobytes()
    array.close()
    for (let at = 0; at < count; at++) {
      for (const { offset, typecode, count: many = 1 } of fields ?? [{ offset: 0, typecode: type.type }]) {
        whole.copy(
          bytes,
          at * itemsize + offset,
          at * itemsize + offset,
          at * itemsize + offset + many * sizeOf(typecode),
        )
      }
    }
    return bytes.toString('hex')
  }

  source(count = this.random.integer(0, 5)) {
    const { random } = this
    const form = random.integer(0, 7)
    if (form < 4) return { [form < 3 ? 'list' : 'iterator']: random.list(count, count, () => this.element()) }
    return form < 7 ? { hex: this.hex(count) } : { self: true }
  }

  /** Another array to be compared with: often the same but for some bytes. */
  other(contents) {
    const { random, type } = this
    const bytes = Buffer.from(contents)
    const length = bytes.length / type.itemsize
    const end = random.chance(0.3) ? random.integer(0, length) * type.itemsize : bytes.length
    const hasPoints = type.fields?.some(({ typecode }) => 'uw'.includes(typecode))
    if (end > 0 && !hasPoints && random.chance(0.6)) bytes[random.integer(0, end - 1)] ^= 1 << random.integer(0, 7)
    return { hex: bytes.subarray(0, end).toString('hex') }
  }
}

const toWire = ({ type, fields }, element) =>
  fields === undefined ? scalarToWire(type, element) : fields.map((field) => fieldToWire(field, element[field.name]))

const scalarToWire = (code, value) => (isComplex(code) ? [printed(value.re), printed(value.im)] : printed(value))

const fieldToWire = ({ typecode, count }, value) =>
  count === undefined ? scalarToWire(typecode, value) : value.map((one) => scalarToWire(typecode, one))

/** How often, and with what arguments: (arguments, length, contents) -> [...]. */
const OPERATIONS = {
  append: [10, (to) => [to.element()]],
  extend: [5, (to) => [to.source()]],
  fromlist: [2, (to) => [{ list: to.random.list(0, 4, () => to.element()) }]],
  insert: [5, (to, length) => [to.index(length), to.element()]],
  pop: [5, (to, length) => [to.random.chance(0.4) ? null : to.index(length)]],
  remove: [4, (to, _, contents) => [to.needle(contents)]],
  clear: [0.2, () => []],
  get: [3, (to, length) => [to.index(length)]],
  at: [1, (to, length) => [to.index(length)]],
  set: [5, (to, length) => [to.index(length), to.good()]],
  count: [3, (to, _, contents) => [to.needle(contents)]],
  includes: [1, (to, _, contents) => [to.needle(contents)]],
  index: [4, (to, length, contents) => [to.needle(contents), to.bound(length) ?? 0, to.bound(length)]],
  reverse: [2, () => []],
  byteswap: [1, () => []],
  frombytes: [3, (to) => [to.hex(to.random.integer(0, 4))]],
  tobytes: [0.5, () => []],
  tolist: [1, () => []],
  iterate: [1, () => []],
  slice: [4, (to, length) => to.bounds(length)],
  setSlice: [6, (to, length) => [to.source(), ...to.bounds(length, 0.8)]],
  deleteSlice: [3, (to, length) => to.bounds(length)],
  fill: [2, (to, length) => [to.element(), to.bound(length), to.bound(length)]],
  repeat: [1, (to) => [to.random.integer(-1, 2)]],
  repeatInPlace: [1, (to, length) => [length > LONG / 3 ? 1 : to.random.integer(-1, 3)]],
  concat: [2, (to) => [to.source()]],
  copy: [1, () => []],
  equals: [3, (to, _, contents) => [to.other(contents)]],
  // Nothing to Python, and nothing that shows.
  reserve: [0.5, (to) => [to.random.integer(0, 300)]],
  trim: [0.5, () => []],
  refresh: [0.5, () => []],
  handle: [0.3, () => []],
  reattach: [0.3, () => []],
  flush: [0.02, () => []],
}

const isAny = () => true
const isSingle = ({ typecode, count }) => count === undefined && !isComplex(typecode)
const isNumber = (field) => isSingle(field) && !isCharacter(field.typecode)
const isInteger = (field) => isNumber(field) && !'efd'.includes(field.typecode)

/** Those of one field of records, and of which fields: (arguments, field, length) -> [...]. */
const FIELD_OPERATIONS = {
  getField: [2, (to, { name }, length) => [to.index(length), name], isAny],
  setField: [3, (to, field, length) => [to.index(length), field.name, to.field(field)], isAny],
  column: [2, (to, { name }, length) => [name, to.bound(length), to.bound(length)], isAny],
  setColumn: [
    3,
    (to, field, length) => [
      field.name,
      to.random.list(0, 3, () => to.field(field)),
      to.random.integer(-length, length),
    ],
    isAny,
  ],
  countOf: [1, (to, field) => [field.name, to.field(field, true)], isSingle],
  indexOf: [
    2,
    (to, field, length) => [field.name, to.field(field, true), to.bound(length) ?? 0, to.bound(length)],
    isSingle,
  ],
  sumOf: [1, (_, { name }) => [name], isInteger],
  minOf: [1, (_, { name }) => [name], isNumber],
  maxOf: [1, (_, { name }) => [name], isNumber],
  sortBy: [2, (_, { name }) => [name], isNumber],
  bisectOf: [2, (to, field) => [field.name, to.field(field, true), to.random.pick(['left', 'right'])], isNumber],
}

const SHORTER = ['clear', 'deleteSlice', 'deleteSlice', 'pop']

export class RecordOperations {
  #arguments
  #names
  /** The step that comes after the one before, if that was made for it. */
  #pending

  constructor(type, random) {
    this.#arguments = new Arguments(type, random)
    const hasPoints = type.fields?.some(({ typecode }) => 'uw'.includes(typecode))
    const fieldOperations = type.fields === undefined ? [] : Object.entries(FIELD_OPERATIONS)
    // The bytes of characters in the other order are no characters.
    this.#names = [...Object.entries(OPERATIONS), ...fieldOperations].filter(
      ([name]) => !(hasPoints && name === 'byteswap'),
    )
  }

  /** The bytes of elements to begin with. */
  initial() {
    return this.#arguments.hex(this.#arguments.random.integer(0, 12))
  }

  /** The next step for an array that holds these bytes. */
  next(contents) {
    if (this.#pending !== undefined) {
      const step = this.#pending
      this.#pending = undefined
      return step
    }
    const to = this.#arguments
    const { random, type } = to
    const length = contents.length / type.itemsize
    const name = length > LONG ? random.pick(SHORTER) : this.#name()
    if (name in FIELD_OPERATIONS) {
      const [, make, isMeant] = FIELD_OPERATIONS[name]
      const fields = type.fields.filter(isMeant)
      if (fields.length === 0) return this.next(contents)
      const made = [name, ...make(to, random.pick(fields), length)]
      if (name !== 'bisectOf') return made
      // A search by bisection is one in records that are in order.
      this.#pending = made
      return ['sortBy', made[1]]
    }
    const made = OPERATIONS[name][1](to, length, contents)
    if (name === 'setSlice' && random.chance(0.4)) made[0] = to.source(sliceLength(length, ...made.slice(1)))
    return [name, ...made]
  }

  #name() {
    const total = this.#names.reduce((sum, [, [weight]]) => sum + weight, 0)
    let at = (this.#arguments.random.bits() / 2 ** 32) * total
    return this.#names.find(([, [weight]]) => (at -= weight) < 0)?.[0] ?? 'append'
  }
}

/** The number of elements in a slice, for sources of its size. */
function sliceLength(length, ...bounds) {
  const array = new MmapArray('b', Array(length).fill(0))
  try {
    return array.slice(...given(bounds)).length
  } catch {
    return 1
  } finally {
    array.close()
  }
}

const given = (bounds) => bounds.map((bound) => bound ?? undefined)

/** Runs a step on { array }: what it gives, MmapArrays as plain bytes. `keep` closes at the end what lives on. */
export function runStep(type, subject, [name, ...parameters], keep) {
  const { array } = subject
  const made = []
  const own = (one) => {
    made.push(one)
    return one
  }
  const source = (value) => {
    if (value.self) return array
    if (value.list) return value.list.map((one) => valueOf(type, one))
    if (value.iterator) return value.iterator.map((one) => valueOf(type, one)).values()
    const other = own(new MmapArray(type.type))
    other.frombytes(Buffer.from(value.hex, 'hex'))
    return other
  }
  const [first, second] = parameters
  const fieldNamed = (wanted) => type.fields.find(({ name }) => name === wanted)
  const options = { field: first }
  // Of 0 and -0 either may be the least.
  const unsigned = (value) => (typeof value === 'number' ? value + 0 : value)
  const run = {
    append: () => array.append(valueOf(type, first)),
    insert: () => array.insert(first, valueOf(type, second)),
    set: () => array.set(first, valueOf(type, second)),
    fill: () => void array.fill(valueOf(type, first), ...given(parameters.slice(1))),
    frombytes: () => array.frombytes(Buffer.from(first, 'hex')),
    iterate: () => [...array],
    getField: () => array.getField(first, second),
    setField: () => array.setField(first, second, fieldOf(fieldNamed(second), parameters[2])),
    column: () => new Uint8Array(array.column(first, ...given(parameters.slice(1))).buffer),
    setColumn: () =>
      array.setColumn(
        first,
        second.map((value) => fieldOf(fieldNamed(first), value)),
        parameters[2],
      ),
    countOf: () => array.count(fieldOf(fieldNamed(first), second), options),
    indexOf: () => array.index(fieldOf(fieldNamed(first), second), ...given(parameters.slice(2)), options),
    sumOf: () => String(array.sum(options)),
    minOf: () => unsigned(array.min(options)),
    maxOf: () => unsigned(array.max(options)),
    sortBy: () => void array.sort(options),
    bisectOf: () =>
      array[parameters[2] === 'left' ? 'bisectLeft' : 'bisectRight'](fieldOf(fieldNamed(first), second), options),
    reattach: () => void (subject.array = keep(MmapArray.attach(array.handle()))),
    ...Object.fromEntries(
      ['remove', 'count', 'includes', 'index'].map((search) => [
        search,
        () => array[search](valueOf(type, first), ...given(parameters.slice(1))),
      ]),
    ),
    ...Object.fromEntries(
      ['extend', 'fromlist', 'setSlice', 'concat', 'equals'].map((taker) => [
        taker,
        () => array[taker](source(first), ...given(parameters.slice(1))),
      ]),
    ),
  }
  try {
    const result = run[name] === undefined ? array[name](...given(parameters)) : run[name]()
    if (['reverse', 'byteswap', 'refresh', 'handle'].includes(name)) return undefined
    return result instanceof MmapArray ? own(result).tobytes() : result
  } finally {
    for (const one of made) one.close()
  }
}
