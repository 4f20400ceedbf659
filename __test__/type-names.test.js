// The names of element types: one meaning in the constructor, open, fields of records, index.d.ts and the command line tool.
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toTypecode } from '../cli/type-names.js'
import { MmapArray } from '../index.js'
import { NAMES } from '../lib/type-names.js'
import { expectError, thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const ALL = Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code]))
/** Worked out here, not asked of the table: the bits of a bare name, the bytes of a marked one. */
const SIZES = [
  ['i8', 1],
  ['<i8', 8],
  ['u16', 2],
  ['<u2', 2],
  ['|u1', 1],
  ['f16', 2],
  ['f32', 4],
  ['float64', 8],
  ['<f8', 8],
  ['Float32Array', 4],
  ['BigUint64Array', 8],
  ['complex64', 8],
  ['<c16', 16],
  ['|S1', 1],
  ['<U1', 4],
]

test.each(ALL)('%s is typecode %s everywhere', (name, code) => {
  const array = scope.keep(new MmapArray(name, 1))
  expect(array.typecode).toBe(code)
  const file = scope.file(Buffer.alloc(16))
  expect(scope.keep(MmapArray.open(file, name)).typecode).toBe(code)
  expect(scope.keep(MmapArray.attach({ ...array.handle(), typecode: name })).typecode).toBe(code)
  const fields = scope.keep(new MmapArray({ one: name, list: [name, 2] })).typecode.fields
  expect(fields.map(({ typecode }) => typecode)).toEqual([code, code])
  expect(MmapArray.recordType([['one', name]])).toBe(MmapArray.recordType({ one: code }))
  expect(toTypecode(name)).toBe(code)
})

test.each(SIZES)('%s has %i bytes', (name, size) => {
  expect(scope.keep(new MmapArray(name)).itemsize).toBe(size)
})

test('a name goes with the header of a .npy file', () => {
  const path = scope.path('a.npy')
  scope.keep(MmapArray.open(path, 'float32', { flags: 'w+' })).append(1.5)
  expect(scope.keep(MmapArray.open(path, '<f4')).tolist()).toEqual([1.5])
  expectError('ERR_TYPE_MISMATCH', () => MmapArray.open(path, 'float64'))
})

test('index.d.ts has the same names', () => {
  const text = fs.readFileSync(join(import.meta.dirname, '..', 'index.d.ts'), 'utf8')
  const [, body] = /type TypeNames = \{\n([^}]*)\}/.exec(text)
  const declared = body.trim().split('\n')
  expect(declared.map((line) => line.replaceAll("'", '').trim().split(': '))).toEqual(ALL)
})

describe('an unknown name', () => {
  const HINTS = [
    ['f8', 'If you mean 8 bytes, it is float64: write f64 or <f8'],
    ['double', 'did you mean float64?'],
    ['Float64array', 'did you mean float64?'],
    ['=f8', 'did you mean float64?'],
    ['|f8', 'did you mean float64?'],
    ['>u1', 'did you mean uint8?'],
    ['>f8', 'big-endian elements cannot be mapped: open them as <f8 and call byteswap()'],
    ['>c8', 'big-endian elements cannot be mapped: open them as <c8'],
    ['bool', 'write u8 for bytes of 0 and 1'],
    ['|b1', 'write u8 for bytes of 0 and 1'],
  ]

  test.each(HINTS)("'%s' is refused with a hint", (name, hint) => {
    expect(expectError('ERR_INVALID_TYPECODE', () => new MmapArray(name)).message).toContain(hint)
    expectError('ERR_INVALID_TYPECODE', () => MmapArray.open(scope.file(Buffer.alloc(16)), name))
    const { message } = expectError('ERR_INVALID_RECORD_TYPE', () => new MmapArray({ field: [name, 2] }))
    expect(message).toContain("'field'")
    expect(message).toContain(hint)
  })

  test.each(['', '>', '<', '<q', '<f3', 'string', 'toString', '__proto__', 'F64', '<F8', ' f64', 'f64 '])(
    "'%s' is refused",
    (name) => {
      expectError('ERR_INVALID_TYPECODE', () => new MmapArray(name))
    },
  )

  test('a very long text is refused at once', () => {
    const { message } = thrownBy(() => new MmapArray('-'.repeat(2 ** 20)))
    expect(message.length).toBeLessThan(400)
  })

  test('the command line tool takes booleans, and says what is big-endian', () => {
    expect(toTypecode('|b1')).toBe('B')
    expect(thrownBy(() => toTypecode('>f8')).message).toContain('big-endian elements cannot be mapped')
  })
})
