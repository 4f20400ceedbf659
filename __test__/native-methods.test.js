// The addon's own class, which anybody can reach through the prototype chain, and the functions beside it: they take
// checked values, but they check again. What broke: bytes that were no whole elements were written past the end of a file.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import * as functions from '../native.js'
import { thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const { MmapArray: Native } = functions
const methods = Object.getOwnPropertyDescriptors(Native.prototype)
const names = Object.keys(methods).filter((name) => name !== 'constructor')

/** Each callable of the addon that works on an array, as (array, ...others). */
const calls = [
  ...names.map((name) => [name, (array, ...others) => methods[name].value.apply(array, others)]),
  ...Object.entries(functions).filter(([name, value]) => typeof value === 'function' && name !== 'MmapArray'),
]
const callOf = new Map(calls)

const words = () => {
  const array = scope.keep(new MmapArray('i', new Int32Array(1024)))
  array.handle() // exact: the file ends with the page
  return array
}

// What broke: V8 looks at the receiver of a getter of an addon before anybody has checked it, and a small integer has no class
// to look at: SIGSEGV.
test('the class of the addon has no getters or setters', () => {
  expect(names.filter((name) => methods[name].get ?? methods[name].set)).toEqual([])
})

// What broke: V8 is slower with all typed arrays of a thread, anybody's, once a buffer was detached there.
test('the buffer of the element path, which users never see, is never detached', () => {
  const LIMIT = 2 ** 20
  const array = scope.keep(new MmapArray('i', new Int32Array(1024)))
  const before = functions.elementsOf(array, LIMIT)
  const after = functions.elementsOf(array, LIMIT)
  array.deleteSlice(5)
  array.trim()
  array.close()
  expect(before.byteLength).toBeGreaterThan(0)
  expect(after.byteLength).toBeGreaterThan(0)
})

test.each([
  ['extend', () => [scope.keep(new MmapArray('B', [1, 2, 3]))], 'ERR_TYPE_MISMATCH'],
  ['setSliceFrom', () => [scope.keep(new MmapArray('B', [1, 2, 3]))], 'ERR_TYPE_MISMATCH'],
  ['firstDifference', () => [scope.keep(new MmapArray('d', [1]))], 'ERR_TYPE_MISMATCH'],
  ['frombytes', () => [new Uint8Array(7)], 'ERR_RAGGED_LENGTH'],
  ['setSlice', () => [new Uint8Array(7)], 'ERR_RAGGED_LENGTH'],
])('%s refuses what is of another type', (name, makeArguments, code) => {
  const array = words()
  const error = thrownBy(() => callOf.get(name)(array, ...makeArguments()))
  expect(error.code).toBe(code)
  expect(array.refresh()).toBe(1024)
})

const garbage = [undefined, null, -1, 1e300, NaN, 2n ** 200n, 'x', Symbol('x'), {}, [], () => {}, new Uint8Array(3)]

test.each(names)('%s of anything but an array is an error', (name) => {
  for (const receiver of [undefined, null, 5, {}, [], new Uint8Array(1), Object.create(MmapArray.prototype)]) {
    expect(() => callOf.get(name)(receiver)).toThrow()
  }
})

describe.each(calls)('%s', (_, call) => {
  test('with garbage is an error or a result, and the array stays whole', () => {
    for (const one of garbage) {
      for (const other of garbage) {
        const array = new MmapArray('i', [1, 2, 3])
        try {
          // What pends is called off by close.
          Promise.resolve(call(array, one, other, one)).catch(() => {})
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
        expect(array.length).toBe(array.tolist().length)
        array.close()
      }
    }
  })
})

test('the constructor refuses garbage', () => {
  const file = scope.file(new Uint8Array(8))
  const details = [
    { capacity: -1 },
    { capacity: 2 ** 70 },
    { handle: {} },
    { fd: -1 },
    { fd: 1.5 },
    { shm: 'x' },
    { advice: 'x' },
  ]
  const refused = [
    [],
    ['x'],
    ['i', 5],
    ['i', file],
    ['i', Buffer.from(file), 'x'],
    ['i', Buffer.from(file), 'r', 'x'],
    ['i', Buffer.from(file), 'r', 'npy'],
    ['i', Buffer.from(file), 'r', 'raw', { offset: -1 }],
    ['i', Buffer.from(file), 'r', 'raw', { offset: 1e300 }],
    ['i', Buffer.from(file), 'r', 'raw', { length: NaN }],
    ...details.map((one) => ['i', undefined, undefined, undefined, one]),
  ]
  for (const args of refused) expect(() => new Native(...args), JSON.stringify(args)).toThrow()
  // What is no garbage in a place: absent. The details are looked at above: of another type they are none.
  const usual = ['i', Buffer.from(file), 'r', 'raw', {}]
  const isFine = (value, place) => value == null || place === 4
  for (const [place] of usual.entries()) {
    for (const one of garbage.filter((value) => !isFine(value, place))) {
      const args = usual.with(place, one)
      expect(() => new Native(...args), `${String(one)} as argument ${place}`).toThrow()
    }
  }
  expect(new Native(...usual)).toBeInstanceOf(Native)
})

test('a panic of the core is an error, and the array goes on', () => {
  const array = words()
  // Memory that is too small for the slice, which the class never gives.
  const error = thrownBy(() => callOf.get('slice')(array, new Uint8Array(1)))
  expect(error).toMatchObject({ name: 'Error', code: 'ERR_INTERNAL' })
  expect(error.message).toMatch(/^Internal error of mmap-array: /)
  array.append(5)
  expect(array.get(-1)).toBe(5)
  expect(array.slice(-1)).toEqual(Int32Array.of(5))
})
