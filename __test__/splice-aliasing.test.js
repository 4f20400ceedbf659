// An array written from itself: by its own name, through its views, through another array on the same memory.
// Python's rule: the source is read first, then the target is written.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import * as plain from './support/plain-array.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { elements, encode, ofKind, typecode } from './support/typecodes.js'
import { PAGE } from './support/pages.js'

const BOUNDS = [
  [],
  [1, 3],
  [3, 1],
  [0, 0],
  [6, 6],
  [2],
  [undefined, 2],
  [undefined, undefined, -1],
  [5, undefined, -1],
  [0, 6, 1],
]

/** Ways the elements from..to of an array name themselves. */
const ALIASES = [
  ['subarray', (array, from, to) => array.subarray(from, to)],
  ['view.subarray', (array, from, to) => array.view.subarray(from, to)],
  ['iterator of a view', (array, from, to) => array.subarray(from, to).values()],
  [
    'generator over the array',
    function* (array, from, to) {
      for (let n = from; n < to; n++) yield array.get(n)
    },
  ],
]

describe.each(STORAGES)('$name', ({ make }) => {
  describe.each([typecode('b'), typecode('h'), typecode('i'), ...ofKind('bigint', 'float')])(
    'typecode $code',
    (type) => {
      const scope = useScope()
      const items = elements(type, 6, 1)
      // a view of e holds bits where there is no Float16Array: its iterator gives no elements of e
      const aliases = type.code === 'e' ? ALIASES.filter(([name]) => !name.startsWith('iterator')) : ALIASES

      test('setSlice from itself', () => {
        for (const bounds of BOUNDS) {
          const expected = plain.setSlice(items, items, ...bounds)
          if (!expected) continue
          const array = make(type, items, scope)
          array.setSlice(array, ...bounds)
          expect(array.tolist(), String(bounds)).toEqual(expected)
          array.close()
        }
      })

      test.each(aliases)('setSlice from a part of itself: %s', (_, alias) => {
        const array = make(type, items, scope)
        for (const bounds of BOUNDS) {
          for (const [from, to] of [
            [0, 6],
            [0, 3],
            [3, 6],
            [1, 4],
            [2, 2],
          ]) {
            const expected = plain.setSlice(items, items.slice(from, to), ...bounds)
            if (!expected) continue
            array.clear()
            array.fromlist(items)
            array.setSlice(alias(array, from, to), ...bounds)
            expect(array.tolist(), `[${bounds}] = [${from}:${to}]`).toEqual(expected)
          }
        }
      })

      test('extend and concat by itself and its views', () => {
        const array = make(type, items, scope)
        array.extend(array)
        expect(array.tolist()).toEqual([...items, ...items])
        array.extend(array.subarray(0, 2))
        expect(array.tolist()).toEqual([...items, ...items, ...items.slice(0, 2)])
        array.clear()
        array.fromlist(items)
        array.extend(array.view)
        expect(array.tolist()).toEqual([...items, ...items])
        expect(scope.keep(array.concat(array.view)).tolist()).toEqual([...items, ...items, ...items, ...items])
        for (let n = 0; n < 10; n++) array.extend(array)
        expect(array.length).toBe(12 * 1024)
        expect(array.tolist().every((item, n) => Object.is(item, items[n % 6]))).toBe(true)
      })

      test('frombytes of its own bytes', () => {
        const array = make(type, items, scope)
        array.frombytes(array.view)
        expect(array.tolist()).toEqual([...items, ...items])
        array.frombytes(array.buffer)
        expect(array.tobytes()).toEqual(encode(type, [...items, ...items, ...items, ...items]))
      })
    },
  )
})

describe('through another array on the same memory', () => {
  const scope = useScope()
  const twins = () => {
    const one = scope.keep(new MmapArray('i', [1, 2, 3, 4]))
    return [one, scope.keep(MmapArray.attach(one.handle()))]
  }

  test('setSlice, extend', () => {
    const [one, two] = twins()
    one.setSlice(two, 1, 3)
    expect(one.tolist()).toEqual([1, 1, 2, 3, 4, 4])
    two.refresh()
    two.setSlice(one, undefined, undefined, -1)
    expect(two.tolist()).toEqual([4, 4, 3, 2, 1, 1])
    two.extend(one)
    expect(two.tolist()).toEqual([4, 4, 3, 2, 1, 1, 4, 4, 3, 2, 1, 1])
    expect(one.refresh()).toBe(12)
  })

  test('what shrinks under the source', () => {
    const array = scope.keep(new MmapArray('i', elements(typecode('i'), 20000)))
    array.setSlice(array.subarray(19998), 0, 19000)
    expect(array.length).toBe(1002)
    expect([...array.slice(0, 3)]).toEqual([19998, 19999, 19000])
    array.setSlice(array)
    expect(array.length).toBe(1002)
    array.setSlice(array.subarray(0, 1))
    expect(array.tolist()).toEqual([19998])
  })

  test('large overlapping moves', () => {
    const items = elements(typecode('H'), 30000)
    const array = scope.keep(new MmapArray('H', items))
    array.setSlice(array.subarray(0, 29990), 10)
    expect(array.tolist()).toEqual([...items.slice(0, 10), ...items.slice(0, 29990)])
    array.insert(0, 7)
    array.pop(15000)
    const expected = [7, ...items.slice(0, 10), ...items.slice(0, 29990)]
    expected.splice(15000, 1)
    expect(array.tolist()).toEqual(expected)
    array.setSlice(array, undefined, undefined, -1)
    expect(array.tolist()).toEqual(expected.toReversed())
  })
})

describe('a source from before the array got shorter', () => {
  const scope = useScope()

  // What broke: the source lay where it was copied to, by another mapping on some runtimes.
  test.each(['view', 'sharedView'])('extend by its %s', (name) => {
    for (const [length, kept] of [
      [12_288, 100],
      [3 * 2 ** 20, 5000],
    ]) {
      const values = Int32Array.from({ length }, (_, at) => at * 7)
      const array = scope.keep(new MmapArray('i', values))
      const older = array[name]
      array.deleteSlice(kept)
      array.extend(older)
      const expected = Buffer.concat([Buffer.from(values.buffer, 0, 4 * kept), Buffer.from(values.buffer)])
      expect(Buffer.compare(array.tobytes(), expected)).toBe(0)
    }
  })

  // What broke: what was written had been the source by then.
  test.each([
    ['view', 'npy', [10, 1024, 300_000]],
    // A view of what a file no longer has is detached.
    ['view', 'raw', [10, 1024]],
    ['sharedView', 'raw', [10, 1024, 300_000]],
  ])('extend of an exact array by its %s: %s', (name, format, lengths) => {
    for (const length of lengths) {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', format }))
      array.frombytes(Int32Array.from({ length }, (_, at) => at + 1))
      const older = array[name]
      array.deleteSlice(length / 2)
      // Behind the end of a raw file a page has zeros, and the next none.
      const there = format === 'npy' ? length : Math.min(length, Math.ceil((2 * length) / PAGE) * (PAGE / 4))
      const source = older.subarray(0, there)
      const expected = [...array.view, ...source]
      array.extend(source)
      expect([...array.slice()], String(length)).toEqual(expected)
    }
  })

  test.each([10, 2000, 1e6])('extend by another array on the same file: %i elements', (length) => {
    const values = Int32Array.from({ length }, (_, at) => at + 1)
    const expectWritten = (array, from, expected) => {
      const bytes = Buffer.from(array.slice(from).buffer)
      expect(Buffer.compare(bytes, Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength))).toBe(0)
    }

    const counted = scope.keep(MmapArray.open(scope.path('counted.npy'), 'i', { flags: 'w+' }))
    counted.extend(values)
    const older = scope.keep(MmapArray.open(counted.path, 'i'))
    counted.deleteSlice(length / 2)
    counted.extend(older)
    expectWritten(counted, length / 2, values)

    const reserved = scope.keep(MmapArray.open(scope.path('reserved'), 'i', { flags: 'w+' }))
    reserved.extend(values)
    reserved.reserve(3 * length)
    const shifted = scope.keep(MmapArray.open(reserved.path, 'i', { offset: 2 * length }))
    const expected = shifted.slice()
    reserved.extend(shifted)
    expectWritten(reserved, length, expected)
  })
})

// What broke: the append wrote over its source where another array had made the file shorter meanwhile.
describe('a view from before another array cut the file is appended as it was', () => {
  const scope = useScope()
  const items = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each(['view', 'subarray'])('of a .npy file: %s', (name) => {
    const path = scope.path('counted.npy')
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'w+' }))
    array.extend(items)
    const other = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    other.deleteSlice(2)
    array.extend(name === 'view' ? array.view : array.subarray(1))
    expect(array.tolist()).toEqual([1, 2, ...items.slice(name === 'view' ? 0 : 1)])
  })

  test('of any file: what is left of it', () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    array.extend(items)
    const other = scope.keep(MmapArray.attach(array.handle()))
    other.deleteSlice(2)
    array.frombytes(array.view)
    expect(array.tolist()).toEqual([1, 2, 1, 2, 0, 0, 0, 0, 0, 0])
  })
})
