// buffer, view, subarray: the same bytes as the array's, without a copy.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, hasFloat16Array, typed, untyped } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 6)

    test('buffer and view cover exactly the elements', () => {
      const array = make(type, items, scope)
      expect(array.buffer).toBeInstanceOf(ArrayBuffer)
      expect(array.buffer.byteLength).toBe(6 * type.itemsize)
      expect(Buffer.from(array.buffer)).toEqual(encode(type, items))
      expect(array.view).toBeInstanceOf(type.View)
      expect(array.view.length).toBe(6)
      expect(array.view.buffer).toBe(array.buffer)
      expect(untyped(type, array.view)).toEqual(items)
    })

    test('the buffer is the same object until the length changes', () => {
      const array = make(type, items, scope)
      const { buffer } = array
      expect(array.buffer).toBe(buffer)
      array.set(0, element(type, 9))
      array.reverse()
      expect(array.buffer).toBe(buffer)
      array.append(element(type, 6))
      expect(array.buffer).not.toBe(buffer)
      expect(array.buffer.byteLength).toBe(7 * type.itemsize)
      expect(buffer.byteLength).toBe(6 * type.itemsize)
      expect(array.buffer).toBe(array.buffer)
    })

    test('writes go both ways', () => {
      const array = make(type, items, scope)
      const { view } = array
      view[0] = typed(type, [element(type, 20)])[0]
      expect(array.get(0)).toBe(element(type, 20))
      expect(array.tolist()[0]).toBe(element(type, 20))
      array.set(5, element(type, 21))
      expect(untyped(type, view)[5]).toBe(element(type, 21))
      array.reverse()
      expect(untyped(type, view)).toEqual(array.tolist())
      array.flush()
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, array.tolist()))
    })

    test('subarray: a window from either end, clamped', () => {
      const array = make(type, items, scope)
      for (const bounds of [[], [1], [1, 3], [-2], [-4, -1], [4, 2], [-100, 100], [undefined, 2], [6], [100]]) {
        const window = array.subarray(...bounds)
        expect(window).toBeInstanceOf(type.View)
        expect(untyped(type, window), String(bounds)).toEqual(items.slice(...bounds))
      }
      array.subarray(2, 4)[1] = typed(type, [element(type, 30)])[0]
      expect(array.get(3)).toBe(element(type, 30))
      array.set(2, element(type, 31))
      expect(untyped(type, array.subarray(2, 3))).toEqual([element(type, 31)])
    })

    test('of an empty array', () => {
      const array = make(type, [], scope)
      expect(array.buffer.byteLength).toBe(0)
      expect(array.view.length).toBe(0)
      expect(array.subarray().length).toBe(0)
      array.append(items[0])
      expect(untyped(type, array.view)).toEqual([items[0]])
    })

    test('close detaches what was handed out', () => {
      const array = make(type, items, scope)
      const { buffer, view } = array
      const window = array.subarray(1, 3)
      array.append(element(type, 6))
      const later = array.view
      array.close()
      for (const one of [view, window, later]) {
        expect(one.length).toBe(0)
        expect(one[0]).toBe(undefined)
        one[0] = typed(type, [items[0]])[0]
      }
      expect(buffer.byteLength).toBe(0)
    })
  })
})

describe('views', () => {
  const scope = useScope()

  test('e is a Float16Array where there is one, else its bits', () => {
    const array = scope.keep(new MmapArray('e', [1, -2]))
    if (hasFloat16Array) expect([...array.view]).toEqual([1, -2])
    else expect([...array.view]).toEqual([0x3c00, 0xc000])
  })

  test.skipIf(hasFloat16Array)('there the bits count as a type of its own: they go where e goes', () => {
    const array = scope.keep(new MmapArray('e', [1]))
    array.extend(Uint16Array.of(0xc000))
    array.setSlice(Uint16Array.of(0x4000, 0x4200), 0, 1)
    expect(array.tolist()).toEqual([2, 3, -2])
    expect([...array.slice(1)]).toEqual([0x4200, 0xc000])
  })

  test.skipIf(!hasFloat16Array)('there the bits are of another type', () => {
    const array = scope.keep(new MmapArray('e', [1]))
    array.extend(globalThis.Float16Array.of(-2))
    expectError('ERR_TYPE_MISMATCH', () => array.extend(Uint16Array.of(0xc000)))
    expect(array.tolist()).toEqual([1, -2])
  })

  test('Atomics work on them', () => {
    const array = scope.keep(new MmapArray('i', [1, 2]))
    expect(Atomics.add(array.view, 0, 5)).toBe(1)
    expect(Atomics.compareExchange(array.view, 1, 2, 7)).toBe(2)
    expect(array.tolist()).toEqual([6, 7])
  })

  test('a buffer that its user transferred or cloned leaves the array whole', () => {
    const array = scope.keep(new MmapArray('i', [1, 2]))
    const clone = structuredClone(array.buffer)
    new Int32Array(clone)[0] = 9
    expect(array.tolist()).toEqual([1, 2])
    try {
      structuredClone(array.buffer, { transfer: [array.buffer] })
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
    expect(array.tolist()).toEqual([1, 2])
    expect(array.buffer.byteLength).toBe(8)
    expect([...array.view]).toEqual([1, 2])
    array.append(3)
    expect([...array.view]).toEqual([1, 2, 3])
  })

  test.each([['1'], [1.5], [NaN], [null], [true], [{}], [Symbol('s')]])('subarray: %s is no bound', (bound) => {
    const array = scope.keep(new MmapArray('i', [1, 2]))
    expectError('ERR_INVALID_ARG_TYPE', () => array.subarray(bound))
    expectError('ERR_INVALID_ARG_TYPE', () => array.subarray(0, bound))
  })

  test('many views of one array', () => {
    const array = scope.keep(new MmapArray('i', [1]))
    const views = []
    for (let n = 2; n < 300; n++) {
      views.push(array.view)
      array.append(n)
    }
    array.set(0, 77)
    expect(views.every((view) => view[0] === 77)).toBe(true)
    expect(views.map((view) => view.length)).toEqual(views.map((_, n) => n + 1))
  })
})
