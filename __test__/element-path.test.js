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
