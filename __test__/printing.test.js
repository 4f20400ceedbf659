// toString, toJSON and util.inspect.
import util from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, typecode } from './support/typecodes.js'

describe('toString', () => {
  const scope = useScope()

  test.each([
    ['I', [1, 2, 3], "MmapArray('I', [1, 2, 3])"],
    ['b', [-1], "MmapArray('b', [-1])"],
    ['q', [1n, -2n], "MmapArray('q', [1n, -2n])"],
    ['L', [2n ** 64n - 1n], "MmapArray('L', [18446744073709551615n])"],
    ['d', [0.1, 1, NaN, Infinity, -Infinity], "MmapArray('d', [0.1, 1, NaN, Infinity, -Infinity])"],
    ['f', [0.1], "MmapArray('f', [0.10000000149011612])"],
    ['e', [0.1], "MmapArray('e', [0.0999755859375])"],
    ['u', 'abc', "MmapArray('u', 'abc')"],
    ['w', 'a😀', "MmapArray('w', 'a😀')"],
    ['c', 'é', "MmapArray('c', 'é')"],
    ['I', [], "MmapArray('I', [])"],
    ['q', [], "MmapArray('q', [])"],
    ['d', [], "MmapArray('d', [])"],
  ])('%s of %s', (code, init, expected) => {
    const array = scope.keep(new MmapArray(code, init))
    expect(array.toString()).toBe(expected)
    expect(String(array)).toBe(expected)
    expect(`${array}`).toBe(expected)
  })

  test('leaves nothing out', () => {
    const array = scope.keep(new MmapArray('i', elements(typecode('i'), 5000)))
    expect(array.toString()).toBe(`MmapArray('i', [${elements(typecode('i'), 5000).join(', ')}])`)
  })
})

describe.each(STORAGES)('$name', ({ make }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 5)

    test('toJSON: the elements, bigints as decimal strings', () => {
      const array = make(type, items, scope)
      const expected = type.kind === 'bigint' ? items.map(String) : items
      expect(array.toJSON()).toEqual(expected)
      expect(JSON.parse(JSON.stringify(array))).toEqual(expected)
      expect(JSON.stringify({ array })).toBe(`{"array":${JSON.stringify(expected)}}`)
      expect(JSON.stringify(make(type, [], scope))).toBe('[]')
    })

    test('toString and inspect name type and elements', () => {
      const array = make(type, items, scope)
      const text = util.inspect(array)
      expect(text).toContain('MmapArray')
      expect(text).toContain(type.code)
      expect(String(array)).toContain(type.kind === 'character' ? items.join('') : String(items[4]))
      expect(text).toContain(String(items[4]))
    })
  })
})

describe('inspection', () => {
  const scope = useScope()

  test('of a large array is short', () => {
    const array = scope.keep(new MmapArray('d', [0.1]))
    array.repeatInPlace(1000000)
    expect(util.inspect(array).length).toBeLessThan(100000)
    expect(util.inspect({ deep: { deeper: { deepest: array } } })).toContain('MmapArray')
  })

  test('of an array with several dimensions shows the shape', () => {
    const array = scope.keep(
      new MmapArray(
        'i',
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { shape: [-1, 2] },
      ),
    )
    expect(util.inspect(array)).toBe("MmapArray(6) 'i' shape [3, 2] [ 1, 2, 3, 4, 5, 6 ]")
    array.deleteSlice(0, 2)
    expect(util.inspect(array)).toBe("MmapArray(4) 'i' shape [2, 2] [ 3, 4, 5, 6 ]")
  })

  test('of a closed array is no error', () => {
    const array = new MmapArray('d', [0.1])
    array.close()
    expect(util.inspect(array)).toContain('MmapArray')
  })

  test('of the class and its prototype is no error', () => {
    expect(util.inspect(MmapArray)).toContain('MmapArray')
    expect(typeof util.inspect(MmapArray.prototype, { showHidden: true, depth: 0 })).toBe('string')
  })
})
