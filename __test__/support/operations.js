// Random operations on an array, as plain JSON that this file runs here and python/operations.py runs in Python.
//
// A step is [name, ...arguments]. Scalars are texts by kind: 'n5' a number or int, 'b5' a bigint or int, 'f1.5' a float,
// 'sab' a string; 'N' null or None, 'L' a list, 'D' an object; null is an argument not given. Sources of elements are objects:
// { list }, { iterator }, { code, hex, view } for an array of a type, { self } and { twin } for the array's own memory.
import { MmapArray } from '../../index.js'
import { Random } from './random.js'
import { TYPECODES, outOfRange, typecode } from './typecodes.js'

/** From here on a step makes the array shorter. */
const LONG = 300
const BAD = 0.04

const STRANGE = ['sx', 's12', 'N', 'L', 'D', 'f1.5', 'fNaN', 'fInfinity']
const NO_INDEX = ['sx', 'N', 'L', 'D', 'f1.5', 'fNaN']
/** None is a bound that is not given in Python, and an error here. */
const NO_BOUND = ['sx', 'L', 'D', 'f1.5', 'fNaN']

const isText = (type) => type.kind === 'character'

function wire(value) {
  if (typeof value === 'bigint') return `b${value}`
  if (typeof value === 'string') return `s${value}`
  return Number.isInteger(value) && !Object.is(value, -0)
    ? `n${BigInt(value)}`
    : `f${Object.is(value, -0) ? '-0' : value}`
}

/** What a scalar stands for here. */
export function scalar(text) {
  if (text === null) return undefined
  const rest = text.slice(1)
  switch (text[0]) {
    case 'n':
    case 'f':
      return Number(rest)
    case 'b':
      return BigInt(rest)
    case 's':
      return rest
    case 'L':
      return []
    case 'D':
      return {}
    default:
      return null
  }
}

/** Makes scalars and sources for one typecode. */
class Arguments {
  constructor(type, seed) {
    this.type = type
    this.random = new Random(...seed)
  }

  #good() {
    const { type, random } = this
    // Few values, so that a search finds something.
    if (random.chance(0.4)) return isText(type) ? random.pick(['a', 'b', 'c']) : this.#small()
    if (random.chance(0.3)) return random.pick(type.samples)
    if (type.kind === 'integer' || type.kind === 'bigint') return this.#integer()
    if (type.kind === 'float') return this.#float()
    if (type.code === 'c') return String.fromCharCode(random.integer(0, 255))
    const point = random.integer(0, 0x10ffff - 0x800)
    return String.fromCodePoint(point < 0xd800 ? point : point + 0x800)
  }

  #small() {
    const value = this.random.integer(0, 4)
    return this.random.chance(0.3) ? BigInt(value) : value
  }

  #integer() {
    const { type, random } = this
    const bits = 8 * type.itemsize
    const value = type.signed ? BigInt.asIntN(bits, random.bigBits()) : BigInt.asUintN(bits, random.bigBits())
    const isSafe = BigInt(Number.MAX_SAFE_INTEGER) >= (value < 0n ? -value : value)
    return isSafe && random.chance(0.8) ? Number(value) : value
  }

  #float() {
    const { random } = this
    const limit = this.type.code === 'e' ? 60000 : 1e6
    const value = random.pick([NaN, -0, random.bits() / 8, random.bits() - 2 ** 31, Math.fround(random.bits() / 3)])
    if (this.type.code === 'e') return Number.isNaN(value) ? value : value % limit
    if (random.chance(0.1)) return random.bigBits()
    if (random.chance(0.2)) return new Float64Array(new BigUint64Array([random.bigBits()]).buffer)[0]
    return value
  }

  good() {
    return wire(this.#good())
  }

  element() {
    if (!this.random.chance(BAD)) return this.good()
    const { type } = this
    const far = outOfRange(type)
      .map(([, value]) => value)
      .filter((value) => type.kind !== 'bigint' || typeof value === 'bigint')
    if (far.length > 0 && this.random.chance(0.5)) return wire(this.random.pick(far))
    return this.random.pick(this.#wrong())
  }

  #wrong() {
    const { type } = this
    if (isText(type)) return ['n97', 'b97', 's', 'sab', 'N', 'L', 'D', 'f1.5']
    return STRANGE.filter((text) => type.kind !== 'float' || text[0] !== 'f')
  }

  /** Anything: searches take all of it. */
  needle(contents) {
    const { random, type } = this
    if (random.chance(0.1)) return random.pick([...STRANGE, 'f-0', 'n1', 'b1', 'f0.5', 's', `b${2n ** 64n}`, 'sa'])
    const length = contents.length / type.itemsize
    if (length === 0 || random.chance(0.4)) return this.element()
    return this.#read(contents, random.integer(0, length - 1))
  }

  #read(contents, at) {
    const { itemsize } = this.type
    const bytes = contents.subarray(at * itemsize, (at + 1) * itemsize)
    if (isText(this.type)) {
      const point = itemsize === 1 ? bytes[0] : bytes.readUInt32LE()
      return point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? this.good() : wire(String.fromCodePoint(point))
    }
    const array = new MmapArray(this.type.code)
    array.frombytes(bytes)
    const value = array.get(0)
    array.close()
    return wire(value)
  }

  index(length) {
    const { random } = this
    if (random.chance(BAD)) return random.pick(NO_INDEX)
    if (random.chance(0.03)) return random.pick([`n${2 ** 40}`, `n-${2 ** 40}`])
    return `n${random.integer(-length - 2, length + 1)}`
  }

  /** A bound of a search or a slice. */
  bound(length, strange = NO_BOUND) {
    const { random } = this
    if (random.chance(0.3)) return null
    if (random.chance(BAD / 2)) return random.pick(strange)
    if (random.chance(0.1)) return random.pick([`b${2n ** 70n}`, `b-${2n ** 70n}`, 'n1000', 'n-1000', `n${2 ** 53}`])
    return `n${random.integer(-length - 2, length + 2)}`
  }

  bounds(length, plain = 0.5) {
    const { random } = this
    const step = random.chance(plain)
      ? random.pick([null, 'n1'])
      : random.pick(['n2', 'n3', 'n-1', 'n-2', 'n-3', 'n0', 'b1', `b${2n ** 70n}`, 'n-100', 'f1.5'])
    return [this.bound(length), this.bound(length), step]
  }

  times(length) {
    const { random } = this
    if (random.chance(BAD)) return random.pick(NO_INDEX)
    return length > LONG / 3 ? random.pick(['n0', 'n1', 'n-1']) : `n${random.integer(-1, 3)}`
  }

  bytes(count) {
    return Buffer.from(this.random.list(count, count, () => this.random.bits() & 0xff)).toString('hex')
  }

  /** Bytes that are elements of a typecode; characters among them are some. */
  #elements(type, count) {
    if (!isText(type)) return this.bytes(count * type.itemsize)
    const array = new MmapArray(
      type.code,
      this.random.list(count, count, () => this.random.pick(type.samples)),
    )
    const hex = array.tobytes().toString('hex')
    array.close()
    return hex
  }

  array(type, count, view) {
    return { code: type.code, hex: this.#elements(type, count), view }
  }

  source(count = this.random.integer(0, 8)) {
    const { random, type } = this
    if (random.chance(BAD)) return random.pick(['n5', 'N', 'D', 's', 'sx', 'sab'])
    if (random.chance(BAD)) {
      const view = random.chance(0.5)
      const others = TYPECODES.filter((other) => (view ? other.View !== type.View : other !== type))
      return this.array(random.pick(others), random.integer(0, 4), view)
    }
    const form = random.integer(0, 11)
    if (form < 4) return { [form < 3 ? 'list' : 'iterator']: random.list(count, count, () => this.element()) }
    if (form < 10) return this.array(type, count, form < 7)
    return form === 10 ? { self: true } : { twin: true }
  }

  list(count = this.random.integer(0, 8)) {
    if (this.random.chance(BAD)) return this.random.pick(['n5', 'N', 'D', 's', 'sab', { iterator: [] }])
    return { list: this.random.list(count, count, () => this.element()) }
  }

  /** Another array to be compared with: often nearly the same, or small numbers of another type. */
  other(contents) {
    const { random, type } = this
    if (random.chance(0.5)) {
      const bytes = Buffer.from(contents)
      const cut = random.chance(0.3) ? random.integer(0, bytes.length / type.itemsize) * type.itemsize : bytes.length
      if (cut > 0 && !isText(type) && random.chance(0.6)) bytes[random.integer(0, cut - 1)] ^= 1 << random.integer(0, 7)
      return { code: type.code, hex: bytes.subarray(0, cut).toString('hex'), view: !isText(type) && random.chance(0.3) }
    }
    const numbers = TYPECODES.filter((row) => !isText(row) && row.code !== 'e')
    const other = random.chance(0.9) ? random.pick(numbers) : typecode('u')
    const same = new MmapArray(other.code)
    if (!isText(other))
      same.extend(random.list(0, 3, () => random.integer(0, 4)).map((n) => (other.kind === 'bigint' ? BigInt(n) : n)))
    const hex = same.tobytes().toString('hex')
    same.close()
    return { code: other.code, hex, view: false }
  }

  text() {
    const { random, type } = this
    if (!isText(type)) return 'sab'
    if (random.chance(BAD)) return random.pick(['n5', 'N', 'L'])
    return `s${random.list(0, 6, () => (random.chance(0.02) ? '€' : this.good().slice(1))).join('')}`
  }

  ragged() {
    const { random, type } = this
    if (random.chance(BAD)) return random.pick(['sx', 'n5', 'N', 'L', 'D'])
    const bytes =
      random.integer(0, 6) * type.itemsize + (random.chance(0.05) ? random.integer(0, type.itemsize - 1) : 0)
    return {
      form: random.pick(['Buffer', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'odd']),
      hex: this.bytes(bytes),
    }
  }
}

/** How often, and with what arguments: (arguments, length, contents) -> [...]. */
const OPERATIONS = {
  append: [10, (to) => [to.element()]],
  extend: [5, (to) => [to.source()]],
  insert: [6, (to, length) => [to.index(length), to.element()]],
  pop: [6, (to, length) => [to.random.chance(0.4) ? null : to.index(length)]],
  remove: [4, (to, _, contents) => [to.needle(contents)]],
  clear: [0.3, () => []],
  get: [4, (to, length) => [to.index(length)]],
  set: [5, (to, length) => [to.index(length), to.element()]],
  at: [2, (to, length) => [to.index(length)]],
  count: [3, (to, _, contents) => [to.needle(contents)]],
  includes: [2, (to, _, contents) => [to.needle(contents)]],
  index: [4, (to, n, contents) => [to.needle(contents), to.bound(n, NO_INDEX) ?? 'n0', to.bound(n, NO_INDEX)]],
  reverse: [2, () => []],
  byteswap: [1, () => []],
  frombytes: [3, (to) => [to.ragged()]],
  tobytes: [1, () => []],
  fromlist: [3, (to) => [to.list()]],
  tolist: [2, () => []],
  iterate: [1, () => []],
  slice: [5, (to, length) => to.bounds(length)],
  setSlice: [6, (to, length) => [to.source(), ...to.bounds(length, 0.8)]],
  setSliceOfItsSize: [4, (to, length) => [to.random.bits(), ...to.bounds(length, 0.3)]],
  deleteSlice: [4, (to, length) => to.bounds(length)],
  fill: [2, (to, length) => [to.element(), to.bound(length), to.bound(length)]],
  repeatInPlace: [1, (to, length) => [to.times(length)]],
  repeat: [1, (to, length) => [to.times(length)]],
  concat: [2, (to) => [to.source()]],
  copy: [1, () => []],
  equals: [3, (to, _, contents) => [to.other(contents)]],
  compare: [3, (to, _, contents) => [to.other(contents)]],
  fromunicode: [1, (to) => [to.text()]],
  tounicode: [1, () => []],
  // Nothing to Python, and nothing that shows.
  reserve: [0.7, (to) => [`n${to.random.integer(0, 600)}`]],
  trim: [0.7, () => []],
  refresh: [0.7, () => []],
  handle: [0.5, () => []],
  reattach: [0.3, () => []],
  flush: [0.02, () => []],
}
const SHORTER = ['clear', 'deleteSlice', 'deleteSlice', 'pop']
const TOTAL = Object.values(OPERATIONS).reduce((sum, [weight]) => sum + weight, 0)

export class Operations {
  #arguments
  #type

  constructor(type, ...seed) {
    this.#type = type
    this.#arguments = new Arguments(type, seed)
  }

  /** Elements to begin with. */
  items() {
    const { random, type } = this.#arguments
    return random.list(0, 20, () => random.pick(type.samples))
  }

  /** The next step for an array that holds these bytes. */
  next(contents) {
    const to = this.#arguments
    const length = contents.length / this.#type.itemsize
    const name = length > LONG ? to.random.pick(SHORTER) : this.#name()
    if ((name === 'equals' || name === 'compare') && !allCharacters(this.#type, contents)) return this.next(contents)
    const made = OPERATIONS[name][1](to, length, contents)
    return name === 'setSliceOfItsSize' ? this.#sized(made, contents) : [name, ...made]
  }

  #name() {
    let at = (this.#arguments.random.bits() / 2 ** 32) * TOTAL
    for (const [name, [weight]] of Object.entries(OPERATIONS)) if ((at -= weight) < 0) return name
    return 'append'
  }

  /** A slice is given as many elements as it has, most times. */
  #sized([, ...bounds], contents) {
    const to = this.#arguments
    let count = to.random.integer(0, 3)
    const array = new MmapArray(this.#type.code)
    try {
      array.frombytes(contents)
      count = array.slice(...bounds.map(scalar)).length
    } catch {
      // A bound that is none: what is assigned does not matter.
    }
    array.close()
    return ['setSlice', to.source(count), ...bounds]
  }
}

/** Whether every element of a character type is a character: those that are none have an order in Python only. */
function allCharacters(type, contents) {
  if (!isText(type) || type.itemsize === 1) return true
  for (let at = 0; at < contents.length; at += 4) if (contents.readUInt32LE(at) > 0x10ffff) return false
  return true
}

function bytesIn({ form, hex }) {
  const bytes = Buffer.from(hex, 'hex')
  if (form === 'Buffer') return bytes
  const odd = form === 'odd' ? 1 : 0
  const memory =
    form === 'SharedArrayBuffer' ? new SharedArrayBuffer(bytes.length) : new ArrayBuffer(bytes.length + odd)
  const view = new Uint8Array(memory, odd)
  view.set(bytes)
  if (form === 'odd') return view
  return form === 'DataView' ? new DataView(memory) : memory
}

/** Runs a step on { array }: what it gives, MmapArrays as plain bytes. `keep` closes at the end what lives on. */
export function runStep(subject, [name, ...given], keep) {
  const { array } = subject
  const made = []
  const own = (one) => {
    made.push(one)
    return one
  }
  const argument = (value) => {
    if (value === null || typeof value === 'string') return scalar(value)
    if (value.list) return value.list.map(scalar)
    if (value.iterator) return value.iterator.map(scalar).values()
    if (value.form) return bytesIn(value)
    if (value.self) return array
    if (value.twin) return own(MmapArray.attach(array.handle()))
    const bytes = Buffer.from(value.hex, 'hex')
    if (value.view) return new (typecode(value.code).View)(new Uint8Array(bytes).buffer)
    const other = own(new MmapArray(value.code))
    other.frombytes(bytes)
    return other
  }
  try {
    if (name === 'reattach') {
      subject.array = keep(MmapArray.attach(array.handle()))
      return undefined
    }
    const values = given.map(argument)
    if (name === 'iterate') return [...array]
    const result = array[name](...values)
    if (['reverse', 'byteswap', 'fill', 'refresh', 'handle'].includes(name)) return undefined
    return result instanceof MmapArray ? own(result).tobytes() : result
  } finally {
    for (const one of made) one.close()
  }
}
