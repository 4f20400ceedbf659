// `is`: whether the elements of an array have a type, in every form in which the constructor takes one.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { NAMES } from '../lib/type-names.js'
import { thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const make = (type) => scope.keep(new MmapArray(type, 1))

test.each(MmapArray.typecodes)('is of an array of %s is true for its typecode and its names only', (code) => {
  const array = make(code)
  const types = [...MmapArray.typecodes, ...Object.values(NAMES).flat()]
  expect(types.filter((type) => array.is(type))).toEqual([code, ...(NAMES[code] ?? [])])
})

test('is takes the constructor of a typed array, which means the type of fixed size', () => {
  expect([make('d').is(Float64Array), make('d').is(Float32Array)]).toEqual([true, false])
  expect([make('q').is(BigInt64Array), make('l').is(BigInt64Array)]).toEqual([true, false])
})

describe('is of records', () => {
  const fields = { flag: 'b', x: 'd', gain: ['f', 3] }
  const aligned = MmapArray.recordType(fields, { align: true })

  test('is true for the fields in all forms, and for the record type', () => {
    const array = make(fields)
    const forms = [
      fields,
      { flag: 'int8', x: Float64Array, gain: ['<f4', 3] },
      Object.entries(fields),
      MmapArray.recordType(fields),
      array.typecode,
    ]
    expect(forms.map((form) => array.is(form))).toEqual(forms.map(() => true))
    expect(make(aligned).is(aligned)).toBe(true)
  })

  test.each([
    ['another name', { flag: 'b', y: 'd', gain: ['f', 3] }],
    ['another type', { flag: 'b', x: 'q', gain: ['f', 3] }],
    ['another count', { flag: 'b', x: 'd', gain: ['f', 4] }],
    ['another order', { x: 'd', flag: 'b', gain: ['f', 3] }],
    ['other offsets', aligned],
    ['another size', MmapArray.recordType(fields, { itemsize: 40 })],
    ['a scalar', 'd'],
  ])('is false for %s', (_, type) => {
    expect(make(fields).is(type)).toBe(false)
  })

  test('is true for an equal type of a program with more types than are kept', () => {
    const array = make({ first: 'd' })
    for (let at = 0; at < 1100; at++) MmapArray.recordType({ [`field${at}`]: 'd' })
    const late = make({ last: 'd' })
    expect([array.is({ first: 'd' }), late.is({ last: 'd' }), late.is({ first: 'd' })]).toEqual([true, true, false])
  })
})

test('is of a .npy file answers for the type in its header', () => {
  const path = scope.path('a.npy')
  scope.keep(MmapArray.open(path, 'f', { flags: 'w+' })).append(1.5)
  const array = scope.keep(MmapArray.open(path))
  expect([array.is('float32'), array.is('d')]).toEqual([true, false])
})

test('is of a closed array answers as typecode does', () => {
  const array = make('d')
  array.close()
  expect([array.typecode, array.is('d'), array.is('f')]).toEqual(['d', true, false])
  expect(thrownBy(() => array.is('f8')).code).toBe('ERR_INVALID_TYPECODE')
})

test.each([
  ['an unknown name', 'f8'],
  ['a name for big-endian elements', '>f8'],
  ['undefined', undefined],
  ['null', null],
  ['a number', 8],
  ['another constructor', Uint8ClampedArray],
  ['an array', new MmapArray('d')],
  ['an unknown type of a field', { x: 'f8' }],
  ['no fields', {}],
])('is of %s throws what the constructor throws', (_, type) => {
  const { name, code, message } = thrownBy(() => new MmapArray(type))
  expect(thrownBy(() => make('d').is(type))).toMatchObject({ name, code, message })
})
