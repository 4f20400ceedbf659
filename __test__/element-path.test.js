// The path of single elements reads memory without the core once elements were asked for some times. An element that is gone
// is out of range all the same, however often it was read.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { TYPECODES } from './support/typecodes.js'

const scope = useScope()
const LENGTH = 300

/** An array whose elements were all read and written so often that the core is not asked any more. */
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

// V8 compiles what it has seen: code that never met a wrong index may treat the first one wrongly. So each of these has a
// process of its own.
describe('the first wrong index or value', () => {
  /** Runs in the process: arguments are how the arrays came to be, and what is tried. */
  const body = (make, attempt) => `
    import assert from 'node:assert'
    const LENGTH = 200
    const failing = (code, call) => assert.throws(call, (error) => error.code === code)
    for (const [typecode, value] of [['b', 1], ['H', 2], ['i', 3], ['I', 4], ['d', 0.5], ['f', 1.5], ['e', 2.5], ['q', 5n], ['u', 'x']]) {
      const [array, other] = [0, 1].map(() => {
        const array = new MmapArray(typecode, new Array(LENGTH).fill(value))
        ${make}
        return array
      })
      const sum = (array) => { let n = 0; for (let i = 0; i < array.length; i++) if (array.get(i) === value && array.at(i) === value) n++; return n }
      const store = (array) => { for (let i = 0; i < array.length; i++) array.set(i, value) }
      for (let round = 0; round < 300; round++) { assert.equal(sum(array), LENGTH); store(array) }
      for (let round = 0; round < 3; round++) {
        ${attempt}
        for (const one of [array, other]) {
          store(one)
          assert.equal(sum(one), LENGTH)
          assert.deepEqual([...one], new Array(LENGTH).fill(value))
        }
      }
      array.append(value)
      assert.equal(sum(array), LENGTH + 1)
      assert.equal(array.pop(), value)
      failing('ERR_INDEX_OUT_OF_RANGE', () => array.get(LENGTH))
      array.close()
      failing('ERR_CLOSED', () => array.get(0))
      failing('ERR_CLOSED', () => array.set(0, value))
      assert.equal(array.length, 0)
    }`

  const states = [
    ['whose length lasts', ''],
    ['that was appended to', 'array.append(value); array.pop()'],
  ]
  const attempts = [
    ...['LENGTH', '-LENGTH - 1', '2 ** 31', '2 ** 32 - 1', '2 ** 53', '-(2 ** 31)'].map((index) => [
      index,
      `for (const call of [() => array.get(${index}), () => array.set(${index}, value)]) failing('ERR_INDEX_OUT_OF_RANGE', call)
      assert.equal(array.at(${index}), undefined)`,
    ]),
    ...[
      '1.5',
      '-0.9999999999999999',
      '-1.0000000000000002',
      'NaN',
      'Infinity',
      '"0"',
      '"length"',
      'undefined',
      'null',
      '{}',
      '1n',
    ].map((index) => [
      index,
      `for (const call of [() => array.get(${index}), () => array.at(${index}), () => array.set(${index}, value)]) {
        assert.throws(call, (error) => ['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE'].includes(error.code), ${JSON.stringify(index)})
      }`,
    ]),
    ...['-1', '-LENGTH', '-0'].map((index) => [
      index,
      `assert.equal(array.get(${index}), value); assert.equal(array.at(${index}), value); array.set(${index}, value)`,
    ]),
    [
      'a value',
      "failing('ERR_INVALID_ARG_TYPE', () => array.set(0, undefined)); failing('ERR_INVALID_ARG_TYPE', () => array.set(0, {}))",
    ],
    ['an index and a value', "failing('ERR_INVALID_ARG_TYPE', () => array.set('0', undefined))"],
  ]
  for (const [state, make] of states) {
    test.each(attempts)(`%s, in an array ${state}`, async (_, attempt) => {
      expectExit(await runNode(body(make, attempt)))
    })
  }
})

test('a wrong index of an array whose prototypes are frozen', async () => {
  const result = await runNode(`
    import assert from 'node:assert'
    const [lasting, changed] = [new MmapArray('d', new Float64Array(100)), new MmapArray('d', new Float64Array(100))]
    changed.append(1)
    changed.pop()
    for (const array of [lasting, changed]) {
      for (let one = Object.getPrototypeOf(array); one !== Object.prototype; one = Object.getPrototypeOf(one)) Object.freeze(one)
      assert.equal(array.at(100), undefined)
      assert.throws(() => array.get(100), { code: 'ERR_INDEX_OUT_OF_RANGE' })
      assert.throws(() => array.set(100, 1), { code: 'ERR_INDEX_OUT_OF_RANGE' })
      assert.equal(array.get(-1), 0)
    }`)
  expectExit(result)
})

describe('after many accesses', () => {
  const BEFORE = 100
  const warmed = (typecode, values) => {
    const zero = typeof values[0] === 'bigint' ? 0n : 0
    return warm(scope.keep(new MmapArray(typecode, [...Array.from({ length: BEFORE }, () => zero), ...values])))
  }

  test('append and pop change what is there', () => {
    const array = warmed('H', [1, 2, 3])
    array.append(4)
    expect([array.get(BEFORE + 3), array.at(BEFORE + 3), array.length]).toEqual([4, 4, BEFORE + 4])
    expect([array.pop(), array.pop()]).toEqual([4, 3])
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(BEFORE + 2))
    expect(array.at(BEFORE + 2)).toBeUndefined()
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(BEFORE + 2, 1))
    expect(array.slice(BEFORE)).toEqual(Uint16Array.of(1, 2))
  })

  test.each([
    ['frozen', (array) => Object.freeze(array)],
    ['with a prototype of its user’s', (array) => Object.setPrototypeOf(array, Object.create(MmapArray.prototype))],
  ])('an array %s changes as others do', (_, change) => {
    const array = warmed('I', [1, 2, 3])
    change(array)
    const prototype = Object.getPrototypeOf(array)
    array.append(4)
    array.extend([5])
    array.pop(0)
    expect([...array].slice(BEFORE - 1)).toEqual([1, 2, 3, 4, 5])
    expect(array.get(BEFORE + 3)).toBe(5)
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
    const array = warmed('d', [1, 2])
    expect(Object.keys(Object.getPrototypeOf(array))).toEqual([])
    expect(array.constructor).toBe(MmapArray)
    expect(array).toBeInstanceOf(MmapArray)
    expect(Object.prototype.toString.call(array)).toBe('[object MmapArray]')
    expect(array.get.name).toBe('get')
    expect([array.get.length, array.set.length]).toEqual([1, 2])
  })
})
