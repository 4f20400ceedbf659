// One row a typecode: what the tests know about it, worked out here and not asked of the addon.

/** The value of an IEEE 754 half, from its bits. */
export function halfValue(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14)
}

/** The bits of the half nearest to a value, ties to even; found by bisection in the list of all halves. */
export function halfBits(value) {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  let below = 0
  let above = 0x7c00
  while (above - below > 1) {
    const middle = (below + above) >> 1
    if (halfValue(middle) <= magnitude) below = middle
    else above = middle
  }
  const next = above === 0x7c00 ? 65536 : halfValue(above)
  const down = magnitude - halfValue(below)
  const up = next - magnitude
  if (down < up || (down === up && below % 2 === 0)) return sign | below
  return sign | above
}

function integer(code, itemsize, View) {
  const bits = BigInt(8 * itemsize)
  const signed = code === code.toLowerCase()
  const min = signed ? -(2n ** (bits - 1n)) : 0n
  const max = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n
  const isBig = itemsize === 8
  const form = isBig ? BigInt : Number
  const samples = [0n, 1n, min, max, max - 1n, min + 1n, 100n, 7n].map(form)
  return { code, itemsize, kind: isBig ? 'bigint' : 'integer', View, signed, min, max, samples, zero: form(0) }
}

function float(code, itemsize, View, samples) {
  return { code, itemsize, kind: 'float', View, samples, zero: 0 }
}

function character(code, itemsize, View, samples) {
  return { code, itemsize, kind: 'character', View, samples, zero: '\0' }
}

export const hasFloat16Array = typeof globalThis.Float16Array === 'function'

const HALVES = [0, 1, -1, 0.5, 65504, -65504, 2 ** -24, 0.0999755859375, Infinity, -Infinity]
const SINGLES = [0, 1, -1, 0.5, 3.4028234663852886e38, 1.401298464324817e-45, Math.fround(0.1), Infinity, -Infinity]
const DOUBLES = [0, 1, -1, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, Infinity, -Infinity]

export const TYPECODES = [
  integer('b', 1, Int8Array),
  integer('B', 1, Uint8Array),
  integer('h', 2, Int16Array),
  integer('H', 2, Uint16Array),
  integer('i', 4, Int32Array),
  integer('I', 4, Uint32Array),
  integer('l', 8, BigInt64Array),
  integer('L', 8, BigUint64Array),
  integer('q', 8, BigInt64Array),
  integer('Q', 8, BigUint64Array),
  float('e', 2, hasFloat16Array ? globalThis.Float16Array : Uint16Array, HALVES),
  float('f', 4, Float32Array, SINGLES),
  float('d', 8, Float64Array, DOUBLES),
  character('c', 1, Uint8Array, ['a', 'Z', '\0', '\n', 'é', 'ÿ', '\x7f', '\x80']),
  character('u', 4, Uint32Array, ['a', '\0', 'é', '€', '😀', '\u{10ffff}', '\uffff', '語']),
  character('w', 4, Uint32Array, ['a', '\0', 'é', '€', '😀', '\u{10ffff}', '\uffff', '語']),
]

export const typecode = (code) => TYPECODES.find((row) => row.code === code)
export const ofKind = (...kinds) => TYPECODES.filter((row) => kinds.includes(row.kind))

/** A whole number as this typecode's integer element. */
export const whole = (type, n) => (type.kind === 'bigint' ? BigInt(n) : n)

/** The n-th of a row of elements that every typecode can hold and that differ from their neighbours (the first 90 all differ). */
export function element(type, n) {
  if (type.kind === 'bigint') return BigInt(n)
  if (type.kind === 'integer') return type.itemsize === 1 ? n % 120 : n % 30000
  if (type.kind === 'float') return (n % 2000) / 2
  return String.fromCodePoint(33 + (n % 90))
}

export const elements = (type, count, first = 0) => Array.from({ length: count }, (_, n) => element(type, first + n))

/** The bytes of elements in memory, little endian. */
export function encode(type, items) {
  const bytes = Buffer.alloc(items.length * type.itemsize)
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  items.forEach((item, n) => writeElement(type, data, n * type.itemsize, item))
  return bytes
}

function writeElement(type, data, at, item) {
  if (type.code === 'e') return data.setUint16(at, halfBits(item), true)
  if (type.code === 'f') return data.setFloat32(at, item, true)
  if (type.code === 'd') return data.setFloat64(at, item, true)
  if (type.code === 'c') return data.setUint8(at, item.charCodeAt(0))
  if (type.kind === 'character') return data.setUint32(at, item.codePointAt(0), true)
  if (type.itemsize === 1) return data.setUint8(at, item)
  if (type.itemsize === 2) return data.setUint16(at, item, true)
  if (type.itemsize === 4) return data.setUint32(at, item, true)
  return data.setBigUint64(at, BigInt.asUintN(64, item), true)
}

/** The elements in bytes. */
export function decode(type, bytes) {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.byteLength / type.itemsize) }, (_, n) =>
    readElement(type, data, n * type.itemsize),
  )
}

function readElement(type, data, at) {
  if (type.code === 'e') return halfValue(data.getUint16(at, true))
  if (type.code === 'f') return data.getFloat32(at, true)
  if (type.code === 'd') return data.getFloat64(at, true)
  if (type.code === 'c') return String.fromCharCode(data.getUint8(at))
  if (type.kind === 'character') return String.fromCodePoint(data.getUint32(at, true))
  if (type.itemsize === 1) return type.signed ? data.getInt8(at) : data.getUint8(at)
  if (type.itemsize === 2) return type.signed ? data.getInt16(at, true) : data.getUint16(at, true)
  if (type.itemsize === 4) return type.signed ? data.getInt32(at, true) : data.getUint32(at, true)
  return type.signed ? data.getBigInt64(at, true) : data.getBigUint64(at, true)
}

/** A plain typed array of this typecode's kind, holding the elements. */
export function typed(type, items) {
  const bytes = encode(type, items)
  return new type.View(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** The elements in a typed array of this typecode's kind. */
export const untyped = (type, view) => decode(type, Buffer.from(view.buffer, view.byteOffset, view.byteLength))

/** What no element of this typecode can be made from: [description, value]. */
export function wrongTypes(type) {
  const always = [
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['an empty array', []],
    ['an array of one', [1]],
    ['a Date', new Date(0)],
    ['a boxed number', Object(1)],
    ['a boxed bigint', Object(1n)],
    ['an object with valueOf', { valueOf: () => 1 }],
  ]
  if (type.kind === 'character') {
    return [
      ...always,
      ['a number', 97],
      ['a bigint', 97n],
      ['an empty string', ''],
      ['two characters', 'ab'],
      ['a boxed character', Object('a')],
    ]
  }
  const strings = [
    ['a digit', '1'],
    ['an empty string', ''],
  ]
  if (type.kind === 'float') return [...always, ...strings]
  return [...always, ...strings, ['a fraction', 1.5], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]
}

/** What is of the right type and does not fit: [description, value]. */
export function outOfRange(type) {
  if (type.code === 'e') return [65520, -65520, 70000, 1e300, -1e300].map((value) => [String(value), value])
  if (type.kind === 'float')
    return [10n ** 400n, -(10n ** 400n)].map((value) => [value < 0n ? '-10n**400n' : '10n**400n', value])
  if (type.code === 'c') return ['Ā', '€', '😀'].map((value) => [value, value])
  if (type.kind === 'character') return []
  const values = [type.min - 1n, type.max + 1n, 2n ** 64n, -(2n ** 64n), 1e300, -1e300, 2 ** 53, -(2 ** 53)]
  if (type.kind === 'integer') values.push(Number(type.min) - 1, Number(type.max) + 1)
  return values.map((value) => [typeof value === 'bigint' ? `${value}n` : String(value), value])
}
