// Arrays of records: every operation gives what a list of objects gives, in bytes that are worked out in the test.
import fs from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { Random } from './support/random.js'
import { RECORDS, element, elements, encodeRecords, encodeValue, value } from './support/records.js'
import { useScope } from './support/scope.js'

class Own extends MmapArray {}

/** Where an array of records is. The element path serves the first ones after some calls, and never a subclass. */
const STORAGES = [
  ['in memory', ({ given }, items, scope) => scope.keep(new MmapArray(given, items))],
  ['of a subclass', ({ given }, items, scope) => scope.keep(new Own(given, items))],
  [
    'in a file',
    ({ given, ...type }, items, scope) =>
      scope.keep(MmapArray.open(scope.file(encodeRecords(type, items)), given, { flags: 'r+' })),
  ],
  [
    'in a file behind a header',
    ({ given, ...type }, items, scope) => {
      const file = scope.file(Buffer.concat([Buffer.alloc(3, 9), encodeRecords(type, items)]))
      return scope.keep(MmapArray.open(file, given, { flags: 'r+', offset: 3 }))
    },
  ],
  [
    'in a reserved file',
    ({ given }, items, scope) => {
      const array = scope.keep(MmapArray.open(scope.path(), given, { flags: 'w+', capacity: items.length + 100 }))
      array.extend(items)
      return array
    },
  ],
]

/** Calls `get` until the element path has taken the memory. */
function warm(array) {
  for (let round = 0; round < 20; round++) array.get(0)
  return array
}

describe.each(RECORDS)('$name', (type) => {
  describe.each(STORAGES)('%s', (_, make) => {
    const scope = useScope()
    const three = () => elements(type, 3)
    const array = (items = three()) => make(type, items, scope)
    const check = (one, items) => {
      expect(one.length).toBe(items.length)
      expect(one.tolist()).toEqual(items)
      expect(one.tobytes().equals(encodeRecords(type, items))).toBe(true)
    }

    test('what it is', () => {
      const one = array()
      expect([one.itemsize, one.length, one.byteLength]).toEqual([type.itemsize, 3, 3 * type.itemsize])
      expect(one.typecode).toBe(MmapArray.recordType(type.given))
      check(one, three())
    })

    test.each([
      ['cold', (one) => one],
      ['warm', warm],
    ])('get, at and [i], %s', (__, prepare) => {
      const one = prepare(array())
      const items = three()
      for (const [at, item] of items.entries()) {
        expect([one.get(at), one.get(at - 3), one.at(at), one.at(at - 3), one[at]]).toEqual(Array(5).fill(item))
      }
      expect([one.at(3), one.at(-4), one[3]]).toEqual([undefined, undefined, undefined])
      for (const at of [3, -4, 2 ** 32, 2 ** 53]) expectError('ERR_INDEX_OUT_OF_RANGE', () => one.get(at))
      for (const at of [0.5, '0', null, 1n]) expectError('ERR_INVALID_ARG_TYPE', () => one.get(at))
    })

    test('an element is a plain object with own properties in the order of the fields', () => {
      const one = warm(array())
      const names = Object.keys(element(type, 0))
      for (const item of [one.get(0), one.slice(0, 1)[0], one.at(-1), [...one][0]]) {
        expect(Object.getPrototypeOf(item)).toBe(Object.prototype)
        expect(Object.keys(item)).toEqual(names)
        for (const { writable, enumerable, configurable } of Object.values(Object.getOwnPropertyDescriptors(item))) {
          expect([writable, enumerable, configurable]).toEqual([true, true, true])
        }
      }
    })

    test.each([
      ['cold', (one) => one],
      ['warm', warm],
    ])('set and [i] =, %s', (__, prepare) => {
      const one = prepare(array())
      one.set(0, element(type, 10))
      one.set(-1, element(type, 11))
      one[1] = element(type, 12)
      check(one, [element(type, 10), element(type, 12), element(type, 11)])
      for (const at of [3, -4]) expectError('ERR_INDEX_OUT_OF_RANGE', () => one.set(at, element(type, 1)))
      check(one, [element(type, 10), element(type, 12), element(type, 11)])
    })

    test('append, many times', () => {
      const one = array([])
      const items = elements(type, 300)
      for (const [at, item] of items.entries()) {
        one.append(item)
        expect(one.length).toBe(at + 1)
      }
      check(one, items)
    })

    test('extend, insert, pop, remove', () => {
      const one = array()
      const items = three()
      one.extend(elements(type, 4, 20))
      items.push(...elements(type, 4, 20))
      one.extend(one)
      items.push(...items)
      one.extend(new Set([element(type, 40)]))
      items.push(element(type, 40))
      for (const [at, n] of [
        [0, 50],
        [-1, 51],
        [99, 52],
        [3, 53],
      ]) {
        one.insert(at, element(type, n))
        items.splice(at, 0, element(type, n))
      }
      check(one, items)
      expect(one.pop()).toEqual(items.pop())
      expect(one.pop(0)).toEqual(items.shift())
      expect(one.pop(-3)).toEqual(items.splice(-3, 1)[0])
      one.remove(items[4])
      items.splice(
        items.findIndex((item) => inspect(item) === inspect(items[4])),
        1,
      )
      check(one, items)
      while (one.length > 0) expect(one.pop()).toEqual(items.pop())
      expectError('ERR_EMPTY', () => one.pop())
    })

    test('slice, setSlice and deleteSlice', () => {
      const items = elements(type, 12)
      const one = array(items)
      expect(one.slice()).toEqual(items)
      expect(one.slice(2, -3)).toEqual(items.slice(2, -3))
      expect(one.slice(undefined, undefined, -5)).toEqual([items[11], items[6], items[1]])
      expect(one.slice(5, 5)).toEqual([])
      one.setSlice(elements(type, 5, 60), 1, 3)
      items.splice(1, 2, ...elements(type, 5, 60))
      check(one, items)
      one.setSlice(one, 0, 1)
      items.splice(0, 1, ...items)
      check(one, items)
      one.deleteSlice(0, 20, 2)
      check(
        one,
        items.filter((__, at) => at >= 20 || at % 2 === 1),
      )
    })

    test('reverse, repeat, repeatInPlace, concat, copy, fill', () => {
      const one = array()
      const items = three()
      expect(one.reverse()).toBe(one)
      items.reverse()
      check(one, items)
      for (const [other, expected] of [
        [one.copy(), items],
        [one.repeat(3), [...items, ...items, ...items]],
        [one.concat(one), [...items, ...items]],
        [one.concat(three()), [...items, ...three()]],
      ]) {
        scope.keep(other)
        expect(other.typecode).toBe(one.typecode)
        check(other, expected)
      }
      one.repeatInPlace(2)
      one.fill(element(type, 70), 1, 3)
      check(one, [items[0], element(type, 70), element(type, 70), ...items])
      one.clear()
      check(one, [])
    })

    test('count, index and includes', () => {
      const one = array([...three(), element(type, 1)])
      const two = element(type, 1)
      expect([one.count(two), one.index(two), one.index(two, 2), one.includes(two)]).toEqual([2, 1, 3, true])
      expect([one.count(element(type, 9)), one.includes(element(type, 9))]).toEqual([0, false])
      expectError('ERR_VALUE_NOT_FOUND', () => one.index(element(type, 9)))
      expectError('ERR_VALUE_NOT_FOUND', () => one.remove(element(type, 9)))
      const { [Object.keys(two)[0]]: __, ...missing } = two
      for (const other of [{ ...two, surplus: 1 }, missing, 5, undefined, null, 'x', [two], () => two]) {
        expect([one.count(other), one.includes(other)]).toEqual([0, false])
      }
    })

    test('equals another array, a list and an array-like', () => {
      const one = array()
      const other = scope.keep(new MmapArray(type.given, three()))
      expect([one.equals(one), one.equals(other), one.equals(three()), one.equals({ length: 3, ...three() })]).toEqual(
        Array(4).fill(true),
      )
      other.set(2, element(type, 3))
      const list = three()
      list[1] = { ...list[1], surplus: 1 }
      expect([one.equals(other), one.equals(other.tolist()), one.equals(list), one.equals([1, 2, 3])]).toEqual(
        Array(4).fill(false),
      )
    })

    test('getField and setField', () => {
      const one = array()
      const items = three()
      for (let round = 0; round < 20; round++) {
        for (const { field } of type.fields) {
          expect(one.getField(1, field)).toEqual(Object.getOwnPropertyDescriptor(items[1], field).value)
          expect(one.getField(-1, field)).toEqual(Object.getOwnPropertyDescriptor(items[2], field).value)
        }
        for (const { field } of type.fields) {
          const { value } = Object.getOwnPropertyDescriptor(element(type, 30 + round), field)
          one.setField(-2, field, value)
          Object.defineProperty(items[1], field, { value })
        }
        check(one, items)
      }
      for (const field of ['no such field', '', 'toString', 0, undefined, Symbol('x')]) {
        expectError('ERR_INVALID_ARG_TYPE', () => one.getField(0, field))
        expectError('ERR_INVALID_ARG_TYPE', () => one.setField(0, field, 1))
      }
      const { field } = type.fields[0]
      expectError('ERR_INDEX_OUT_OF_RANGE', () => one.getField(3, field))
      expectError('ERR_INDEX_OUT_OF_RANGE', () => one.setField(-4, field, items[0][field]))
      expectError('ERR_INVALID_ARG_TYPE', () => one.setField(0, field, {}))
      check(one, items)
    })

    test('iterators see elements that are appended meanwhile', () => {
      const one = array()
      const seen = []
      for (const item of one) {
        seen.push(item)
        if (seen.length < 5) one.append(element(type, 80 + seen.length))
      }
      expect(seen).toEqual([...three(), ...elements(type, 4, 81)])
      expect([...one.entries()]).toEqual(seen.map((item, at) => [at, item]))
      expect([...one.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6])
    })

    test('views, buffers and bytes', () => {
      const one = array()
      const bytes = encodeRecords(type, three())
      const { view } = one
      expect(view).toBeInstanceOf(DataView)
      expect(Buffer.from(view.buffer, view.byteOffset, view.byteLength).equals(bytes)).toBe(true)
      expect(Buffer.from(one.buffer).equals(bytes)).toBe(true)
      const part = one.subarray(1, 2)
      expect([part.byteOffset, part.byteLength]).toEqual([type.itemsize, type.itemsize])
      one.frombytes(encodeRecords(type, [element(type, 5)]))
      check(one, [...three(), element(type, 5)])
      expectError('ERR_RAGGED_LENGTH', () => one.frombytes(Buffer.alloc(type.itemsize + 1)))
      view.setUint8(0, view.getUint8(0) ^ 1)
      expect(one.get(0)).not.toEqual(three()[0])
    })

    test('fromlist takes all or none', () => {
      const one = array()
      one.fromlist(elements(type, 2, 10))
      expectError('ERR_INVALID_ARG_TYPE', () => one.fromlist([element(type, 1), {}]))
      check(one, [...three(), ...elements(type, 2, 10)])
      expectError('ERR_INVALID_ARG_TYPE', () => one.extend([element(type, 1), {}, element(type, 2)]))
      check(one, [...three(), ...elements(type, 2, 10), element(type, 1)])
    })

    test('tofile and fromfile', () => {
      const one = array()
      const file = scope.path()
      one.tofile(file)
      expect(fs.readFileSync(file).equals(encodeRecords(type, three()))).toBe(true)
      one.fromfile(file, 2)
      check(one, [...three(), ...elements(type, 2)])
    })

    test('a bad value changes nothing', () => {
      const one = warm(array())
      const good = element(type, 9)
      const [first] = Object.keys(good)
      const { [first]: __, ...missing } = good
      const bad = [missing, { ...good, surplus: 1 }, Object.defineProperty({ ...good }, first, { value: Symbol('x') })]
      for (const value of [...bad, undefined, null, 5, 'x', 1n, () => good, []]) {
        for (const call of [
          () => one.append(value),
          () => one.set(0, value),
          () => one.insert(0, value),
          () => one.fill(value),
          () => one.extend([value]),
          () => one.setSlice([value]),
        ]) {
          expectError('ERR_INVALID_ARG_TYPE', call)
        }
      }
      check(one, three())
    })

    test('a random sequence of operations', () => {
      const random = new Random(type.name, _)
      const one = array([])
      const items = []
      for (let step = 0; step < 300; step++) {
        const n = step
        const at = random.below(items.length + 1)
        const operation = random.below(7)
        if (operation < 2 || items.length === 0) {
          one.append(element(type, n))
          items.push(element(type, n))
        } else if (operation === 2) {
          one.insert(at, element(type, n))
          items.splice(at, 0, element(type, n))
        } else if (operation === 3 && at < items.length) {
          one.set(at, element(type, n))
          items[at] = element(type, n)
        } else if (operation === 4) {
          expect(one.pop()).toEqual(items.pop())
        } else if (operation === 5) {
          one.setSlice(elements(type, 2, n), at, at + 1)
          items.splice(at, 1, ...elements(type, 2, n))
        } else {
          one.deleteSlice(at, at + 2)
          items.splice(at, 2)
        }
      }
      check(one, items)
    })
  })
})

test('many types in use at once do not disturb each other', () => {
  const codes = [...'bBhHiIlLqQefdcuw']
  const types = Array.from({ length: 24 }, (_, n) => {
    const fields = [0, 1, 2].map((at) => [`f${n}${'abc'[at]}`, codes[(n + 5 * at) % codes.length]])
    let offset = 0
    const placed = fields.map(([field, code]) => {
      const place = { field, code, offset }
      offset += encodeValue(code, value(code, 0)).length
      return place
    })
    return { name: `type ${n}`, given: fields, fields: placed, itemsize: offset }
  })
  const arrays = types.map((type) => new MmapArray(type.given))
  for (let step = 0; step < 100; step++) {
    for (const [n, type] of types.entries()) arrays[n].append(element(type, step))
    for (const [n, type] of types.entries()) {
      expect(arrays[n].get(step)).toEqual(element(type, step))
      if (step > 20) arrays[n].set(step - 20, element(type, step + 500))
    }
  }
  for (const [n, type] of types.entries()) {
    expect(arrays[n].get(50)).toEqual(element(type, 570))
    expect(
      arrays[n]
        .tobytes()
        .subarray(0, type.itemsize)
        .equals(encodeRecords(type, [element(type, 0)])),
    ).toBe(true)
    arrays[n].close()
  }
})
