// The addon's own class and the functions beside it, which another copy of the package can reach: they take checked values, but
// they check again. What broke: bytes that were no whole elements were written past the end of a file.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import * as functions from '../native.js'
import { thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const { MmapArray: Core } = functions
const methods = Object.getOwnPropertyDescriptors(Core.prototype)
const names = Object.keys(methods).filter((name) => name !== 'constructor')

/** Each callable of the addon that works on an array, as (array, ...others). */
const calls = [
  ...names.map((name) => [name, (array, ...others) => methods[name].value.apply(array, others)]),
  ...Object.entries(functions).filter(([name, value]) => typeof value === 'function' && name !== 'MmapArray'),
]
const callOf = new Map(calls)

/** A core of elements of one type. */
function coreOf(typecode, elements) {
  const core = scope.keep(new Core(typecode))
  core.frombytes(new Uint8Array(elements.buffer))
  return core
}

const words = () => {
  const core = coreOf('i', new Int32Array(1024))
  core.handle() // exact: the file ends with the page
  return core
}

test('an array keeps its core, the object of the addon, out of reach', () => {
  const array = scope.keep(new MmapArray('i', [1, 2]))
  expect(Reflect.ownKeys(array)).toEqual([])
  for (let level = array; level !== null; level = Object.getPrototypeOf(level)) expect(level).not.toBe(Core.prototype)
  for (const name of names) expect(() => callOf.get(name)(array), name).toThrow()
  expect(array.tolist()).toEqual([1, 2])
})

test('what the constructor of a subclass is given shows nothing, and makes one array only', () => {
  class Spy extends MmapArray {
    constructor(...given) {
      super(...given)
      Spy.given = given
    }
  }
  const array = scope.keep(Spy.open(scope.file(new Uint8Array(8)), 'i'))
  const [opened] = Spy.given
  expect(Reflect.ownKeys(opened)).toEqual([])
  expect(Reflect.ownKeys(Object.getPrototypeOf(opened))).toEqual([])
  for (const Class of [Spy, MmapArray]) expect(thrownBy(() => new Class(opened)).code).toBe('ERR_INVALID_ARG_TYPE')
  expect(array.tolist()).toEqual([0, 0])
})

// What broke: V8 looks at the receiver of a getter of an addon before anybody has checked it, and a small integer has no class
// to look at: SIGSEGV.
test('the class of the addon has no getters or setters', () => {
  expect(names.filter((name) => methods[name].get ?? methods[name].set)).toEqual([])
})

// What broke: V8 is slower with all typed arrays of a thread, anybody's, once a buffer was detached there.
test('the buffer of the element path, which users never see, is never detached', () => {
  const LIMIT = 2 ** 20
  const core = coreOf('i', new Int32Array(1024))
  const before = core.elementsBuffer(LIMIT)
  const after = core.elementsBuffer(LIMIT)
  core.deleteSlice(5)
  core.trim()
  core.close()
  expect(before.byteLength).toBeGreaterThan(0)
  expect(after.byteLength).toBeGreaterThan(0)
})

test.each([
  ['extend', () => [coreOf('B', Uint8Array.of(1, 2, 3))], 'ERR_TYPE_MISMATCH'],
  ['setSlice', () => [coreOf('B', Uint8Array.of(1, 2, 3))], 'ERR_TYPE_MISMATCH'],
  ['searchsorted', () => [coreOf('B', Uint8Array.of(1)), false, new Uint8Array(8)], 'ERR_TYPE_MISMATCH'],
  ['firstDifference', () => [coreOf('d', Float64Array.of(1))], 'ERR_TYPE_MISMATCH'],
  ['frombytes', () => [new Uint8Array(7)], 'ERR_RAGGED_LENGTH'],
  ['setSlice', () => [new Uint8Array(7)], 'ERR_RAGGED_LENGTH'],
])('%s refuses what is of another type', (name, makeArguments, code) => {
  const core = words()
  const error = thrownBy(() => callOf.get(name)(core, ...makeArguments()))
  expect(error.code).toBe(code)
  expect(core.refresh()).toBe(1024)
})

/** Whether a core can read its last element and none behind it. One that the call has closed has none. */
function isWhole(core) {
  try {
    const [length] = new Uint32Array(core.stateBuffer())
    if (length > 0) core.get(length - 1)
    return thrownBy(() => core.get(length)).code === 'ERR_INDEX_OUT_OF_RANGE'
  } catch (error) {
    return error.code === 'ERR_CLOSED'
  }
}

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
        const core = coreOf('i', Int32Array.of(1, 2, 3))
        try {
          // Closing cancels what is pending.
          Promise.resolve(call(core, one, other, one)).catch(() => {})
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
        expect(isWhole(core)).toBe(true)
        core.close()
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
  for (const args of refused) expect(() => new Core(...args), JSON.stringify(args)).toThrow()
  // What is no garbage in a place: absent. The details are looked at above: of another type they are none.
  const usual = ['i', Buffer.from(file), 'r', 'raw', {}]
  const isFine = (value, place) => value == null || place === 4
  for (const [place] of usual.entries()) {
    for (const one of garbage.filter((value) => !isFine(value, place))) {
      const args = usual.with(place, one)
      expect(() => new Core(...args), `${String(one)} as argument ${place}`).toThrow()
    }
  }
  expect(new Core(...usual)).toBeInstanceOf(Core)
})

test('a panic of the core is an error, and the array goes on', () => {
  const core = words()
  // Memory that is too small for the slice, which the class never gives.
  const error = thrownBy(() => core.slice(new Uint8Array(1)))
  expect(error).toMatchObject({ name: 'Error', code: 'ERR_INTERNAL' })
  expect(error.message).toMatch(/^Internal error of mmap-array: /)
  core.append(5)
  expect(core.get(-1)).toBe(5)
  expect(core.sliceLength()).toBe(1025)
})
