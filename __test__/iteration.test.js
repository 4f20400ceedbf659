// for…of, entries, keys, values: live as in Python, over every storage.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 5)

    test('gives the elements in order', () => {
      const array = make(type, items, scope)
      expect([...array]).toEqual(items)
      expect([...array.values()]).toEqual(items)
      expect([...array.keys()]).toEqual([0, 1, 2, 3, 4])
      expect([...array.entries()]).toEqual(items.map((item, n) => [n, item]))
      expect(Array.from(array)).toEqual(items)
      const [first, ...rest] = array
      expect([first, ...rest]).toEqual(items)
      expect([...make(type, [], scope)]).toEqual([])
    })

    test('sees what is appended meanwhile', () => {
      const array = make(type, items, scope)
      const seen = []
      for (const item of array) {
        seen.push(item)
        if (seen.length <= 3) array.append(element(type, 10 + seen.length))
      }
      expect(seen).toEqual([...items, ...elements(type, 3, 11)])
    })

    test('sees what is taken away meanwhile', () => {
      const array = make(type, items, scope)
      const seen = []
      for (const item of array) {
        seen.push(item)
        array.pop()
      }
      expect(seen).toEqual(items.slice(0, 3))
      expect(array.tolist()).toEqual(items.slice(0, 2))
    })

    test('sees what is written meanwhile', () => {
      const array = make(type, items, scope)
      const seen = []
      for (const [n, item] of array.entries()) {
        seen.push(item)
        if (n < 4) array.set(n + 1, element(type, 20 + n))
      }
      expect(seen).toEqual([items[0], ...elements(type, 4, 20)])
    })
  })
})

describe('iterators', () => {
  const scope = useScope()
  const make = () => scope.keep(new MmapArray('i', [1, 2]))

  test.each(['values', 'keys', 'entries', Symbol.iterator])('once exhausted, %s stays exhausted', (method) => {
    const array = make()
    const iterator = array[method]()
    expect([...iterator]).toHaveLength(2)
    array.append(3)
    expect(iterator.next()).toEqual({ value: undefined, done: true })
    expect([...iterator]).toEqual([])
    expect([...array[method]()]).toHaveLength(3)
  })

  test('are independent of each other', () => {
    const array = make()
    const pairs = []
    for (const one of array) for (const two of array) pairs.push([one, two])
    expect(pairs).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ])
  })

  test('are iterable themselves and end early without harm', () => {
    const array = make()
    const iterator = array.values()
    expect(iterator[Symbol.iterator]()).toBe(iterator)
    for (const item of iterator) {
      expect(item).toBe(1)
      break
    }
    expect([...array]).toEqual([1, 2])
  })

  test('a closed array is not read: what is left of the iteration ends or throws ERR_CLOSED', () => {
    const array = make()
    const iterator = array.values()
    expect(iterator.next().value).toBe(1)
    array.close()
    try {
      expect(iterator.next()).toEqual({ value: undefined, done: true })
    } catch (error) {
      expect(error.code).toBe('ERR_CLOSED')
    }
  })

  test('spread into functions and collections', () => {
    const array = make()
    expect(Math.max(...array)).toBe(2)
    expect(new Set(array).size).toBe(2)
    expect(new Map(array.entries()).get(1)).toBe(2)
    expect(Int32Array.from(array)).toEqual(Int32Array.of(1, 2))
    expect(Object.fromEntries(array.entries())).toEqual({ 0: 1, 1: 2 })
  })
})
