// What an element may be, for every typecode: ranges, wrong types, nothing wraps, floats round as Python's.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import {
  TYPECODES,
  elements,
  encode,
  halfBits,
  halfValue,
  ofKind,
  outOfRange,
  typecode,
  typed,
  whole,
  wrongTypes,
} from './support/typecodes.js'

/** Every way one value gets into an array: [name, (array, value) => ...]. */
const WAYS_IN = [
  ['append', (array, value) => array.append(value)],
  ['insert', (array, value) => array.insert(1, value)],
  ['set', (array, value) => array.set(0, value)],
  ['arr[i] =', (array, value) => (array[0] = value)],
  ['arr[-i] =', (array, value) => (array[-1] = value)],
  ['fill', (array, value) => array.fill(value)],
  ['fromlist', (array, value) => array.fromlist([value])],
  ['extend', (array, value) => array.extend([value])],
  ['setSlice', (array, value) => array.setSlice([value], 0, 1)],
  ['setSlice with a step', (array, value) => array.setSlice([value], 0, 1, 2)],
  ['concat', (array, value) => array.concat([value])],
  ['constructor', (array, value) => new MmapArray(array.typecode, [value])],
]

const STATES = [
  ['reserved', () => {}],
  ['exact', (array) => array.handle()],
]

describe.each(TYPECODES)('typecode $code', (type) => {
  const scope = useScope()
  const make = (items) => scope.keep(new MmapArray(type.code, items))

  test('holds what it is given, and lays it out as C does', () => {
    const array = make(type.samples)
    expect(array.tolist()).toEqual(type.samples)
    expect(array.tobytes()).toEqual(encode(type, type.samples))
    expect(array.itemsize).toBe(type.itemsize)
    expect(array.byteLength).toBe(type.samples.length * type.itemsize)
  })

  test.each(STATES)('takes every sample by every way in, %s', (_, prepare) => {
    for (const sample of type.samples) {
      const array = make([type.zero, type.zero])
      prepare(array)
      array.append(sample)
      expect(array.get(2)).toBe(sample)
      array.insert(0, sample)
      expect(array.get(0)).toBe(sample)
      array.set(1, sample)
      expect(array.at(1)).toBe(sample)
      array[2] = sample
      expect(array[2]).toBe(sample)
      array.extend([sample])
      array.fromlist([sample])
      array.setSlice([sample], 0, 0)
      expect(array.tolist()).toEqual(Array(7).fill(sample))
      array.fill(type.zero)
      expect(array.tolist()).toEqual(Array(7).fill(type.zero))
      array.fill(sample)
      expect([...array]).toEqual(Array(7).fill(sample))
      expect([...array.concat([sample])]).toEqual(Array(8).fill(sample))
      expect(array.pop()).toBe(sample)
    }
  })

  describe.each(STATES)('%s', (_, prepare) => {
    describe.each(WAYS_IN)('%s', (name, enter) => {
      const before = elements(type, 3)
      const refuses = (code, value, description) => {
        const array = make(before)
        prepare(array)
        expectError(code, () => enter(array, value), `${name} of ${description}`)
        expect(array.tolist(), `after ${name} of ${description}`).toEqual(before)
      }

      test('refuses a wrong type and changes nothing', () => {
        for (const [description, value] of wrongTypes(type)) refuses('ERR_INVALID_ARG_TYPE', value, description)
      })

      test.skipIf(outOfRange(type).length === 0)('refuses what does not fit and changes nothing', () => {
        for (const [description, value] of outOfRange(type)) refuses('ERR_VALUE_OUT_OF_RANGE', value, description)
      })
    })
  })

  test('runs nothing of the user to get at a value', () => {
    const array = make(elements(type, 2))
    let calls = 0
    const note = () => {
      calls++
      return 1
    }
    const spy = { valueOf: note, toString: note, [Symbol.toPrimitive]: note }
    for (const [name, enter] of WAYS_IN) {
      expectError('ERR_INVALID_ARG_TYPE', () => enter(array, spy), name)
    }
    expect(calls).toBe(0)
  })
})

describe.each(ofKind('integer', 'bigint'))('integers: $code', (type) => {
  const scope = useScope()
  const make = (items) => scope.keep(new MmapArray(type.code, items))

  test('takes numbers and bigints alike', () => {
    const array = make([5, 5n])
    array.append(6)
    array.append(6n)
    array.set(0, 7n)
    array.set(1, 7)
    array.extend([8, 8n])
    expect(array.tolist()).toEqual([7, 7, 6, 6, 8, 8].map((n) => whole(type, n)))
  })

  test('takes its limits as bigints', () => {
    expect(make([type.min, type.max]).tolist()).toEqual(
      [type.min, type.max].map((n) => (type.kind === 'bigint' ? n : Number(n))),
    )
  })

  test('stores -0 as 0', () => {
    const array = make([-0])
    expect(array.get(0)).toBe(whole(type, 0))
    array.set(0, 1)
    array.set(0, -0)
    expect(array.get(0)).toBe(whole(type, 0))
  })
})

describe.each(ofKind('bigint'))('eight bytes: $code', (type) => {
  const scope = useScope()

  test('takes safe integer numbers only', () => {
    const array = scope.keep(new MmapArray(type.code, [Number.MAX_SAFE_INTEGER]))
    expect(array.get(0)).toBe(2n ** 53n - 1n)
    for (const value of [2 ** 53, 2 ** 60, 2 ** 64, -(2 ** 53), Number.MAX_VALUE]) {
      expectError('ERR_VALUE_OUT_OF_RANGE', () => array.append(value), String(value))
      expectError('ERR_VALUE_OUT_OF_RANGE', () => array.set(0, value), String(value))
    }
    expect(array.tolist()).toEqual([2n ** 53n - 1n])
  })

  test('takes negative safe integers if signed, refuses them if not', () => {
    const array = scope.keep(new MmapArray(type.code))
    if (!type.signed) return expectError('ERR_VALUE_OUT_OF_RANGE', () => array.append(-1))
    array.append(Number.MIN_SAFE_INTEGER)
    expect(array.get(0)).toBe(-(2n ** 53n) + 1n)
  })
})

describe.each(ofKind('float'))('floats: $code', (type) => {
  const scope = useScope()
  const make = (items) => scope.keep(new MmapArray(type.code, items))

  test('keeps -0, NaN and the infinities', () => {
    const array = make([-0, NaN, Infinity, -Infinity, 0])
    expect(array.tolist()).toEqual([-0, NaN, Infinity, -Infinity, 0])
    array.set(4, -0)
    expect(array.get(4)).toBe(-0)
    array.set(0, NaN)
    expect(array.get(0)).toBe(NaN)
  })

  test('takes bigints', () => {
    const array = make([5n])
    array.append(-7n)
    array.set(0, 6n)
    expect(array.tolist()).toEqual([6, -7])
  })
})

describe('rounding', () => {
  const scope = useScope()
  const stored = (code, value) => scope.keep(new MmapArray(code, [value])).get(0)
  const appended = (code, value) => {
    const array = scope.keep(new MmapArray(code, []))
    array.append(value)
    return array.get(0)
  }

  test.each([
    [0.1, 0.10000000149011612],
    [1e39, Infinity],
    [-1e39, -Infinity],
    [3.4028236e38, Infinity],
    [3.4028235e38, 3.4028234663852886e38],
    [1e-46, 0],
    [16777217, 16777216],
    [16777217n, 16777216],
    [10n ** 39n, Infinity],
    [-(10n ** 39n), -Infinity],
  ])('f: %s becomes %s', (value, expected) => {
    expect(stored('f', value)).toBe(expected)
    expect(appended('f', value)).toBe(expected)
  })

  test.each([
    [2n ** 53n + 1n, 2 ** 53],
    [2n ** 53n + 3n, 2 ** 53 + 4],
    [-(2n ** 53n) - 1n, -(2 ** 53)],
    [2n ** 64n, 2 ** 64],
    [10n ** 300n, 1e300],
    [2n ** 1024n - 2n ** 971n, Number.MAX_VALUE],
  ])('d: %s becomes %s', (value, expected) => {
    expect(stored('d', value)).toBe(expected)
    expect(appended('d', value)).toBe(expected)
  })

  test.each([
    [65519, 65504],
    [-65519.99, -65504],
    [1e-9, 0],
    [-1e-9, -0],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [1 + 2 ** -11 + 2 ** -40, 1 + 2 ** -10],
    [2 ** -25, 0],
    [2 ** -25 + 2 ** -50, 2 ** -24],
    [3 * 2 ** -25, 2 ** -23],
    [2049, 2048],
    [2051, 2052],
    [0.1, 0.0999755859375],
  ])('e: %s becomes %s', (value, expected) => {
    expect(stored('e', value)).toBe(expected)
    expect(appended('e', value)).toBe(expected)
  })

  test('e: every half comes back, and so does every neighbour of a midpoint', () => {
    const e = typecode('e')
    const values = []
    for (let bits = 0; bits < 0x7c00; bits++) {
      const value = halfValue(bits)
      const middle = (value + (bits === 0x7bff ? 65536 : halfValue(bits + 1))) / 2
      values.push(value, -value)
      if (bits < 0x7bff) values.push(middle, middle * (1 + 2 ** -40), middle * (1 - 2 ** -40))
    }
    const expected = values.map((value) => halfValue(halfBits(value)))
    const array = scope.keep(new MmapArray('e', values))
    expect(array.tobytes().equals(encode(e, expected))).toBe(true)
    const list = array.tolist()
    expect(list.findIndex((value, n) => !Object.is(value, expected[n]))).toBe(-1)
  })
})

describe('characters', () => {
  const scope = useScope()

  test('c: every Latin-1 character is its byte', () => {
    const all = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n))
    const array = scope.keep(new MmapArray('c', all))
    expect(array.tobytes()).toEqual(Buffer.from(all.map((_, n) => n)))
    expect(array.tolist()).toEqual(all)
    all.forEach((character, n) => array.set(255 - n, character))
    expect(array.tolist()).toEqual(all.toReversed())
  })

  test.each(['u', 'w'])('%s: a code point beyond the first plane is one element', (code) => {
    const array = scope.keep(new MmapArray(code, ['😀']))
    array.append('😁')
    expect(array.length).toBe(2)
    expect([...array.view]).toEqual([0x1f600, 0x1f601])
    expect(array.get(0)).toBe('😀')
    expectError('ERR_INVALID_ARG_TYPE', () => array.append('😀😀'))
    expectError('ERR_INVALID_ARG_TYPE', () => array.append('e\u0301'))
  })
})

describe('the tables of the tests agree with themselves', () => {
  test.each(TYPECODES)('typecode $code', (type) => {
    const view = typed(type, type.samples)
    expect(view.length).toBe(type.samples.length)
    expect(view).toBeInstanceOf(type.View)
    expect(new Set(elements(type, 90)).size).toBe(90)
  })

  test('half bits and values are inverse', () => {
    for (let bits = 0; bits < 0x7c00; bits++) if (halfBits(halfValue(bits)) !== bits) expect.fail(`half ${bits}`)
  })
})
