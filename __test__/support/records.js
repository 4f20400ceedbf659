// Record types for tests, with elements and their bytes, worked out here and not asked of the package.
import { encode, typecode } from './typecodes.js'

const COMPLEX = { Zf: typecode('f'), Zd: typecode('d') }

/** The bytes of one value of a typecode. */
export function encodeValue(code, value) {
  const half = COMPLEX[code]
  return half === undefined ? encode(typecode(code), [value]) : encode(half, [value.re, value.im])
}

/** The n-th value of a typecode. All differ. */
export function value(code, n) {
  if ('lLqQ'.includes(code)) return BigInt(n) * 1_000_000_007n
  if (code === 'd') return n / 2
  if (code === 'e') return (n % 1000) / 2
  if (code === 'f') return n / 4
  if ('cuw'.includes(code)) return String.fromCodePoint(33 + (n % 90))
  if (code.startsWith('Z')) return { re: n / 2, im: -n }
  return n % 100
}

/** A record type: a name for the test, how it is given, its fields with their places, and its size. */
function row(name, given, fields, itemsize) {
  return {
    name,
    given,
    itemsize,
    fields: fields.map(([field, code, offset, count]) => ({ field, code, offset, count })),
  }
}

const many = (count) => Array.from({ length: count }, (_, n) => [`f${n}`, 'i'])

export const RECORDS = [
  row('one field', { v: 'i' }, [['v', 'i', 0]], 4),
  row(
    'three fields, packed',
    { time: 'q', price: 'd', size: 'I' },
    [
      ['time', 'q', 0],
      ['price', 'd', 8],
      ['size', 'I', 16],
    ],
    20,
  ),
  row(
    'a list and a complex number',
    { gain: ['f', 3], z: 'Zd', tag: ['w', 2], flag: 'b' },
    [
      ['gain', 'f', 0, 3],
      ['z', 'Zd', 12],
      ['tag', 'w', 28, 2],
      ['flag', 'b', 36],
    ],
    37,
  ),
  row(
    'every kind',
    [...'bBhHiIlLqQefdcuw'].map((code) => [code, code]),
    [...'bBhHiIlLqQefdcuw'].reduce(
      ({ rows, at }, code) => ({ rows: [...rows, [code, code, at]], at: at + typecode(code).itemsize }),
      { rows: [], at: 0 },
    ).rows,
    69,
  ),
  row(
    'names that need a list',
    [
      ['__proto__', 'h'],
      ['1', 'd'],
      ['0', 'h'],
      ['constructor', 'B'],
    ],
    [
      ['__proto__', 'h', 0],
      ['1', 'd', 2],
      ['0', 'h', 10],
      ['constructor', 'B', 12],
    ],
    13,
  ),
  row(
    'more fields than have a function',
    many(12),
    many(12).map(([name, code], n) => [name, code, 4 * n]),
    48,
  ),
]

/** The n-th element of a record type. All differ. */
export function element({ fields }, n) {
  return Object.fromEntries(
    fields.map(({ field, code, count }, at) => {
      const first = 7 * n + at
      return [
        field,
        count === undefined ? value(code, first) : Array.from({ length: count }, (_, k) => value(code, first + k)),
      ]
    }),
  )
}

export const elements = (type, count, first = 0) => Array.from({ length: count }, (_, n) => element(type, first + n))

/** The bytes of elements. */
export function encodeRecords({ fields, itemsize }, items) {
  const bytes = Buffer.alloc(items.length * itemsize)
  for (const [n, item] of items.entries()) {
    for (const { field, code, offset, count } of fields) {
      const values = count === undefined ? [Object.getOwnPropertyDescriptor(item, field).value] : item[field]
      Buffer.concat(values.map((one) => encodeValue(code, one))).copy(bytes, n * itemsize + offset)
    }
  }
  return bytes
}
