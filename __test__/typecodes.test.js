// One table of typecodes, kept in two languages: the core's rows and JavaScript's say the same.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { HALVES_ARE_BITS, TYPECODES, TYPECODE_LETTERS } from '../lib/typecodes.js'
import { typecodeTable } from '../native.js'

/** What a scalar of the core is called among typed arrays. */
const VIEW_OF_SCALAR = {
  I8: 'Int8Array',
  U8: 'Uint8Array',
  I16: 'Int16Array',
  U16: 'Uint16Array',
  I32: 'Int32Array',
  U32: 'Uint32Array',
  I64: 'BigInt64Array',
  U64: 'BigUint64Array',
  F16: HALVES_ARE_BITS ? 'Uint16Array' : 'Float16Array',
  F32: 'Float32Array',
  F64: 'Float64Array',
}

test('both tables have the same rows in the same order', () => {
  const ours = TYPECODES.map(({ code, View, meaning }) => ({
    code,
    itemsize: View.BYTES_PER_ELEMENT,
    view: View.name,
    meaning: meaning === 'bigint' ? 'integer' : meaning,
  }))
  const theirs = typecodeTable().map(({ code, itemsize, scalar, meaning }) => ({
    code,
    itemsize,
    view: VIEW_OF_SCALAR[scalar],
    meaning,
  }))
  expect(theirs).toEqual(ours)
})

test('the letters are those of the contract', () => {
  expect(TYPECODE_LETTERS).toBe('bBhHiIlLqQefdcuw')
  expect(MmapArray.typecodes).toBe(TYPECODE_LETTERS)
})
