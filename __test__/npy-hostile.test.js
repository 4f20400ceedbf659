// .npy headers that are wrong, hostile or nonsense: an error with a code that says what is wrong, and the file as it was.
import fs from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { headerOf, npyBytes, textOf } from './support/npy.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const entry = (facts) => npyBytes(facts)
const text = (body, layout) => Buffer.concat([headerOf(body, layout), Buffer.alloc(64)])

const INVALID = {
  'an empty file': [Buffer.alloc(0), /it is empty\. Flags 'w\+' make a new one/],
  'a file of another kind': [Buffer.from('PK\x03\x04 and so on and so forth'), /magic/],
  'magic only': [headerOf('').subarray(0, 6), /ends inside its header/],
  'no length of the header': [headerOf('').subarray(0, 9), /ends inside its header/],
  'a header that is cut off': [headerOf(textOf({})).subarray(0, 100), /ends inside its header/],
  'a header longer than the file': [headerOf('{}', { length: 9999 }), /ends inside its header/],
  'a header of 65535 bytes': [text('{}', { length: 0xffff }), /65535 bytes/],
  'a header of 4 GiB': [text('{}', { version: [2, 0], length: 0xffffffff }), /4294967295 bytes/],
  'version 4': [text(textOf({}), { version: [4, 0] }), /version, 4\.0/],
  'version 1.1': [text(textOf({}), { version: [1, 1] }), /version, 1\.1/],
  'bytes that are no text': [text('\xff\xfe\x00'), /expected '\{', got '\\xff'/],
  'bytes that are no UTF-8': [text("{'descr': '\xff'}", { version: [3, 0] }), /UTF-8/],
  'no dictionary': [text('(3,)'), /expected '\{'/],
  'something behind the dictionary': [text(`${textOf({}).trim()} 5`), /end of the header/],
  'a key that is missing': [
    text("{'descr': '<i4', 'shape': (3,)}"),
    /must have the keys descr, fortran_order and shape/,
  ],
  'a key too many': [text("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'x': 1}"), /key 'x'/],
  'a call': [entry({ shape: '__import__("os")' }), /expected a value/],
  'deep nesting': [text('{"shape": '.padEnd(9000, '(')), /nested/],
  'an order that is none': [entry({ fortran: '0' }), /fortran_order/],
  'a type that is none': [entry({ descr: 'None' }), /descr/],
  'a negative shape': [entry({ shape: '(-1,)' }), /shape/],
  'a shape that is a list': [entry({ shape: '[3]' }), /tuple/],
  'a shape that is a number': [entry({ shape: '(3)' }), /tuple/],
  'a shape of a fraction': [entry({ shape: '(3.0,)' }), /got '\.'/],
  'a shape of truth': [entry({ shape: '(True,)' }), /shape/],
  'a shape beyond 64 bits': [entry({ shape: `(${'9'.repeat(30)},)` }), /shape/],
  'a shape whose product overflows': [entry({ shape: '(4294967296, 4294967296)' }), /more bytes/],
  'a shape whose bytes overflow': [entry({ shape: '(9223372036854775807,)' }), /more bytes/],
  'more elements than there are': [entry({ shape: '(17,)' }), /counts 17 elements, but the file has only 16/],
  'many more': [entry({ shape: '(1000000000000000000,)' }), /the file has only 16/],
}

describe.each(Object.keys(INVALID))('%s', (name) => {
  const [bytes, said] = INVALID[name]

  test.each(['r', 'r+', 'c', 'a+'])('is refused with %s', (flags) => {
    const path = scope.file(bytes, 'bad.npy')
    // An empty file is one that 'a+' may make an array of.
    if (flags === 'a+' && bytes.length === 0) return
    for (const typecode of [undefined, 'i']) {
      const error = expectError('ERR_INVALID_NPY', () => MmapArray.open(path, typecode, { flags }))
      expect(error.message).toMatch(said)
      expect(error.message).toContain(`'${path}' is not a valid .npy file`)
    }
    expect(fs.readFileSync(path)).toEqual(bytes)
    const array = scope.keep(MmapArray.open(path, 'B', { format: 'raw' }))
    expect(array.length).toBe(bytes.length)
  })
})

test('data that no typed array can be laid on are unsupported', () => {
  const body = textOf({ shape: '(10,)' }, { align: 1 })
  expect((10 + body.length) % 4).not.toBe(0)
  const path = scope.file(text(body), 'odd.npy')
  expect(expectError('ERR_UNSUPPORTED_NPY', () => MmapArray.open(path)).message).toContain(
    'begin at byte 69, and elements of its type must begin at a multiple of 4',
  )
})

test('headers of any bytes are opened, or refused with a code of ours', () => {
  const path = scope.path('any.npy')
  const whole = npyBytes({ shape: '(3,)' })
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('(){}[],:\'"#0129 ')))
  // More often where the count stands, and behind it.
  const place = fc.oneof(fc.nat(127), fc.integer({ min: 57, max: 127 }))
  const mutations = fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 3 })
  const cut = fc.oneof(
    { arbitrary: fc.constant(whole.length), weight: 9 },
    { arbitrary: fc.nat(whole.length), weight: 1 },
  )
  let opened = 0
  fc.assert(
    fc.property(mutations, cut, (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      fs.writeFileSync(path, bytes.subarray(0, length))
      let array
      try {
        array = MmapArray.open(path, undefined, { flags: 'r+' })
      } catch (error) {
        expect(['ERR_INVALID_NPY', 'ERR_UNSUPPORTED_NPY']).toContain(error.code)
        return
      }
      opened++
      try {
        if (array.shape.length === 1) array.append(array.typecode === 'c' || array.typecode === 'w' ? 'a' : 1)
        expect(scope.keep(MmapArray.open(path)).length).toBe(array.length)
      } finally {
        array.close()
      }
    }),
    { numRuns: 1000 },
  )
  expect(opened).toBeGreaterThan(10)
})
