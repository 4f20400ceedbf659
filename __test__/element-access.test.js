// One element at a time: arr[i], get, set, at, with indices of every kind, on every storage.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, typecode } from './support/typecodes.js'

const NO_INDICES = [
  ['a fraction', 0.5],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['a string', '0'],
  ['a bigint', 0n],
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['an object', { valueOf: () => 0 }],
  ['an array', [0]],
  ['a symbol', Symbol('0')],
]
const FAR = [5, 6, -6, -7, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53, -(2 ** 53), 1e300, -1e300]

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 5)

    test('reads from either end', () => {
      const array = make(type, items, scope)
      for (let i = 0; i < 5; i++) {
        expect(array[i]).toBe(items[i])
        expect(array.get(i)).toBe(items[i])
        expect(array.at(i)).toBe(items[i])
        expect(array[i - 5]).toBe(items[i])
        expect(array.get(i - 5)).toBe(items[i])
        expect(array.at(i - 5)).toBe(items[i])
      }
      expect(array.get(-0)).toBe(items[0])
      expect(array.at(-0)).toBe(items[0])
    })

    test('writes from either end', () => {
      const array = make(type, items, scope)
      const expected = [...items]
      for (let i = 0; i < 5; i++) {
        array[i] = expected[i] = element(type, 10 + i)
        expect(array.tolist()).toEqual(expected)
        array.set(i, (expected[i] = element(type, 20 + i)))
        expect(array.tolist()).toEqual(expected)
        array[i - 5] = expected[i] = element(type, 30 + i)
        expect(array.tolist()).toEqual(expected)
        array.set(i - 5, (expected[i] = element(type, 40 + i)))
        expect(array.tolist()).toEqual(expected)
      }
      array.set(-0, (expected[0] = element(type, 50)))
      expect(array.tolist()).toEqual(expected)
      array.close()
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, expected))
    })

    test('outside: undefined or an error, never somebody else', () => {
      const array = make(type, items, scope)
      for (const index of FAR) {
        expect(array[index], `arr[${index}]`).toBe(undefined)
        expect(array.at(index), `at(${index})`).toBe(undefined)
        expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(index), `get(${index})`)
        expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(index, items[0]), `set(${index})`)
        expectError('ERR_INDEX_OUT_OF_RANGE', () => (array[index] = items[0]), `arr[${index}] =`)
      }
      expect(array.length).toBe(5)
      expect(array.tolist()).toEqual(items)
    })

    test('an empty array has nothing at any index', () => {
      const array = make(type, [], scope)
      for (const index of [0, 1, -1]) {
        expect(array[index]).toBe(undefined)
        expect(array.at(index)).toBe(undefined)
        expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(index))
        expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(index, items[0]))
      }
    })
  })
})

describe('indices', () => {
  const scope = useScope()
  const make = (items = [10, 11, 12]) => scope.keep(new MmapArray('i', items))

  test.each(NO_INDICES)('%s is no index', (_, index) => {
    const array = make()
    expectError('ERR_INVALID_ARG_TYPE', () => array.get(index))
    expectError('ERR_INVALID_ARG_TYPE', () => array.set(index, 1))
    expect(array.tolist()).toEqual([10, 11, 12])
  })

  test.each(NO_INDICES.filter(([, index]) => index !== undefined))('at: %s is no index', (_, index) => {
    expectError('ERR_INVALID_ARG_TYPE', () => make().at(index))
  })

  test('get and set want their arguments', () => {
    const array = make()
    expectError('ERR_INVALID_ARG_TYPE', () => array.get())
    expectError('ERR_INVALID_ARG_TYPE', () => array.set())
    expectError('ERR_INVALID_ARG_TYPE', () => array.set(0))
    expect(array.tolist()).toEqual([10, 11, 12])
  })

  test('where index and value are both bad, the index is reported', () => {
    const array = make()
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(10, 'x'))
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(10, 2 ** 40))
    expectError('ERR_INDEX_OUT_OF_RANGE', () => (array[10] = 'x'))
    expectError('ERR_INDEX_OUT_OF_RANGE', () => (array[-4] = 2 ** 40))
    expectError('ERR_INVALID_ARG_TYPE', () => array.set('x', 2 ** 40))
    array.handle()
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(10, 'x'))
    expectError('ERR_INDEX_OUT_OF_RANGE', () => (array[10] = 'x'))
  })

  test('room that was reserved is still outside', () => {
    const array = make()
    array.reserve(100)
    for (const index of [3, 50, 99]) {
      expect(array[index]).toBe(undefined)
      expect(array.at(index)).toBe(undefined)
      expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(index))
      expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(index, 1))
    }
  })

  test('what was popped is outside', () => {
    const array = make()
    array.pop()
    expect(array[2]).toBe(undefined)
    expect(array[-3]).toBe(undefined)
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(2))
  })

  test('compound assignment', () => {
    const array = make()
    array[0] += 5
    array[-1]++
    array[1] *= 2
    expect(array.tolist()).toEqual([15, 22, 13])
  })
})

describe('other properties', () => {
  const scope = useScope()

  test('are those of any object', () => {
    const array = scope.keep(new MmapArray('i', [1, 2]))
    expect(array.nothing).toBe(undefined)
    expect(array['01']).toBe(undefined)
    expect(array['1.5']).toBe(undefined)
    expect(array[Symbol('none')]).toBe(undefined)
    array.mine = 'x'
    expect(array.mine).toBe('x')
    expect(array).toBeInstanceOf(MmapArray)
    expect(array).toBeInstanceOf(Object)
    expect(Array.isArray(array)).toBe(false)
    expect(array.tolist()).toEqual([1, 2])
  })

  test('what describes the array cannot be written', () => {
    const array = scope.keep(new MmapArray('i', [1, 2]))
    for (const name of ['length', 'byteLength', 'itemsize', 'typecode', 'capacity', 'closed', 'path', 'flags', 'fd']) {
      expect(() => (array[name] = 1), name).toThrow(TypeError)
    }
    expect(array.length).toBe(2)
    expect(array.typecode).toBe('i')
  })

  test('each array has its own elements', () => {
    const one = scope.keep(new MmapArray('i', [1, 2]))
    const two = scope.keep(new MmapArray('d', [0.5]))
    expect([one[0], two[0], one[1], two[1]]).toEqual([1, 0.5, 2, undefined])
    one[0] = 7
    two[0] = 1.5
    expect([one[0], two[0]]).toEqual([7, 1.5])
  })

  test('every typecode reads its own bytes', () => {
    const bytes = Buffer.from([1, 2, 3, 4, 5, 6, 7, 0x3f])
    const file = scope.file(bytes)
    for (const code of 'bBhHiIlLqQefd') {
      const type = typecode(code)
      const array = scope.keep(MmapArray.open(file, code))
      const view = new type.View(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 8))
      expect(array[-1], code).toBe(code === 'e' ? array.get(-1) : view[view.length - 1])
      expect(array.length).toBe(8 / type.itemsize)
    }
  })
})
