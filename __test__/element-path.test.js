// The path of single elements keeps a typed array of exactly the elements at hand once they are asked for often. What
// makes the array shorter must take it away first: an element that is gone is out of range, however often it was read.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { TYPECODES } from './support/typecodes.js'

const scope = useScope()
const LENGTH = 300

/** An array of many elements that were all read and written so often that nothing asks the state any more. */
function warm(array) {
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < array.length; index++) array.set(index, array.get(index))
    for (let index = 0; index < array.length; index++) array.at(index)
  }
  return array
}

const exact = () => {
  const path = scope.path()
  fs.writeFileSync(
    path,
    Int32Array.from({ length: LENGTH }, (_, index) => index),
  )
  return scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
}
const reserved = () =>
  scope.keep(
    new MmapArray(
      'i',
      Int32Array.from({ length: LENGTH }, (_, index) => index),
    ),
  )
const cutByOthers = (array) => fs.truncateSync(array.path, 400)

const shorter = [
  ['pop', (array) => array.pop()],
  ['pop of the first', (array) => array.pop(0)],
  [
    'pop of all',
    (array) => {
      for (let n = 0; n < LENGTH; n++) array.pop()
    },
  ],
  ['remove', (array) => array.remove(7)],
  ['clear', (array) => array.clear()],
  ['deleteSlice', (array) => array.deleteSlice(5, 10)],
  ['setSlice of bytes', (array) => array.setSlice(new Int32Array(3), 0, 9)],
  ['setSlice of an iterable', (array) => array.setSlice([1, 2, 3], 0, 9)],
  ['setSlice of an array', (array) => array.setSlice(reserved(), 0)],
  ['setSlice of nothing', (array) => array.setSlice([], 0, 9, 2)],
  ['repeatInPlace', (array) => array.repeatInPlace(0)],
  ['close', (array) => array.close()],
]

const takenOver = [
  ['refresh', (array) => array.refresh()],
  ['append', (array) => array.append(1)],
  ['extend with bytes', (array) => array.extend(Int32Array.of(1))],
  ['extend with an iterable', (array) => array.extend([1])],
  ['extend with an array', (array) => array.extend(scope.keep(new MmapArray('i', [1])))],
  [
    'extend that fails',
    (array) => {
      try {
        array.extend(['x'])
      } catch {
        /* the length was taken over */
      }
    },
  ],
  ['frombytes', (array) => array.frombytes(new Uint8Array(4))],
  ['fromlist', (array) => array.fromlist([1])],
  ['fromfile', (array) => array.fromfile(array.path, 1)],
  ['insert', (array) => array.insert(0, 1)],
  ['reserve', (array) => array.reserve(10)],
  [
    'remove of nothing',
    (array) => {
      try {
        array.remove('x')
      } catch {
        /* is not there */
      }
    },
  ],
]

function expectNothingBehind(array) {
  const { length } = array
  expect(length).toBeLessThan(LENGTH)
  const code = array.closed ? 'ERR_CLOSED' : 'ERR_INDEX_OUT_OF_RANGE'
  for (const index of [length, LENGTH - 1]) {
    expectError(code, () => array.get(index))
    expectError(code, () => array.set(index, 1))
    expect(array.at(index)).toBe(undefined)
    expect(array[index]).toBe(undefined)
  }
}

describe.each([
  ['reserved', reserved],
  ['exact', exact],
])('%s', (_, make) => {
  test.each(shorter)('after %s', (name, shorten) => {
    const array = warm(make())
    // Its values were no longer rising: a slice of the same length is none shorter.
    if (name === 'setSlice of an array') array.extend(array)
    shorten(array)
    if (name === 'setSlice of an array') return expect(array.length).toBe(LENGTH)
    expectNothingBehind(array)
  })

  test('grown again, the elements are there', () => {
    const array = warm(make())
    array.clear()
    array.extend(new Int32Array(LENGTH).fill(9))
    warm(array)
    expect(array.get(LENGTH - 1)).toBe(9)
    array.append(5)
    expect(array.get(LENGTH)).toBe(5)
    array.set(LENGTH, 6)
    expect(array.pop()).toBe(6)
  })
})

test.each(takenOver)('%s takes over that somebody cut the file', (_, call) => {
  const array = warm(exact())
  cutByOthers(array)
  call(array)
  expectNothingBehind(array)
})

test.each(TYPECODES.map(({ code }) => [code]))('%s: read-only arrays stay so when they are warm', (code) => {
  const path = scope.path()
  fs.writeFileSync(path, Buffer.alloc(LENGTH * 8, 1))
  const array = scope.keep(MmapArray.open(path, code === 'u' || code === 'w' ? 'i' : code))
  for (let round = 0; round < 3; round++) for (let index = 0; index < LENGTH; index++) array.get(index)
  for (let round = 0; round < 200; round++) expectError('ERR_READ_ONLY', () => array.set(0, array.get(1)))
})

test('the path of a user’s subclass gives the same', () => {
  class Own extends MmapArray {}
  const array = warm(scope.keep(new Own('i', [1, 2, 3])))
  expect(array.tolist()).toEqual([1, 2, 3])
  array.append(4)
  expect(array.pop()).toBe(4)
  expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(3))
  expect(array).toBeInstanceOf(Own)
})

// The methods for a length that lasts take an index that is none for granted, until the first one: it goes for all arrays
// of the type, so each of these has a type of its own.
describe('where the length lasts', () => {
  const lasting = (typecode, values) => {
    const array = scope.keep(new MmapArray(typecode, values))
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < values.length; index++) array.get(index)
    }
    return array
  }

  test.each([
    ['get', 'b', (array, index) => array.get(index), 'ERR_INDEX_OUT_OF_RANGE'],
    ['set', 'B', (array, index) => array.set(index, 1), 'ERR_INDEX_OUT_OF_RANGE'],
  ])('%s of an index that is none is an error, and the next one of another is not', (_, typecode, call, code) => {
    const [array, other] = [lasting(typecode, [1, 2, 3]), lasting(typecode, [4, 5, 6])]
    for (const index of [3, -4, 2 ** 31, 2 ** 53, 1.5, NaN, '0', 'length', undefined]) {
      const expected = Number.isInteger(index) ? code : 'ERR_INVALID_ARG_TYPE'
      expect(() => call(array, index), String(index)).toThrow(expect.objectContaining({ code: expected }))
    }
    call(array, -0)
    call(array, -1)
    call(other, 2)
    expect([array.get(0), array.get(-1), other.get(1)]).toEqual([1, typecode === 'B' ? 1 : 3, 5])
  })

  test('at of an index that is none is undefined', () => {
    const array = lasting('h', [1, 2, 3])
    expect([3, -4, 2 ** 40, -1, 0].map((index) => array.at(index))).toEqual([undefined, undefined, undefined, 3, 1])
    expectError('ERR_INVALID_ARG_TYPE', () => array.at('1'))
  })

  test('append and pop see to it that no more is taken for granted', () => {
    const array = lasting('H', [1, 2, 3])
    array.append(4)
    expect([array.get(3), array.at(3), array.length]).toEqual([4, 4, 4])
    expect([array.pop(), array.pop()]).toEqual([4, 3])
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(2))
    expect(array.at(2)).toBeUndefined()
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(2, 1))
    expect(array.tolist()).toEqual([1, 2])
  })

  test.each([
    ['frozen', (array) => Object.freeze(array)],
    ['with a prototype of its user’s', (array) => Object.setPrototypeOf(array, Object.create(MmapArray.prototype))],
  ])('an array %s changes as others do', (_, change) => {
    const array = lasting('I', [1, 2, 3])
    change(array)
    const prototype = Object.getPrototypeOf(array)
    array.append(4)
    array.extend([5])
    array.pop(0)
    expect([...array]).toEqual([2, 3, 4, 5])
    expect(array.get(3)).toBe(5)
    expect(Object.getPrototypeOf(array)).toBe(prototype)
    array.close()
    expectError('ERR_CLOSED', () => array.get(0))
  })

  test('what is read after it was appended one by one is there, and what follows too', () => {
    const array = scope.keep(new MmapArray('q'))
    const expected = []
    for (let round = 0n; round < 5n; round++) {
      for (let n = 0n; n < 700n; n++) array.append(round * n)
      for (let n = 0n; n < 700n; n++) expected.push(round * n)
      for (let index = 0; index < expected.length; index++) {
        if (array.get(index) !== expected[index]) expect(array.get(index)).toBe(expected[index])
      }
      expect(Array.from(array)).toEqual(expected)
    }
  })

  test('nothing of it shows', () => {
    const array = lasting('d', [1, 2])
    expect(Object.keys(Object.getPrototypeOf(array))).toEqual([])
    expect(array.constructor).toBe(MmapArray)
    expect(array).toBeInstanceOf(MmapArray)
    expect(Object.prototype.toString.call(array)).toBe('[object MmapArray]')
    expect(array.get.name).toBe('get')
    expect(array.get.length).toBe(1)
  })
})
