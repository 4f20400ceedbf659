// count, index, includes, remove, equals: exact mathematical value, number and bigint alike, NaN equal to nothing.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, ofKind, typecode, typed, whole } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = [...elements(type, 50), ...elements(type, 50)]

    test('finds what is there', () => {
      const array = make(type, items, scope)
      for (let n = 0; n < 50; n++) {
        expect(array.index(items[n])).toBe(n)
        expect(array.index(items[n], n + 1)).toBe(n + 50)
        expect(array.index(items[n], -50)).toBe(n + 50)
        expect(array.count(items[n])).toBe(2)
        expect(array.includes(items[n])).toBe(true)
      }
    })

    test('does not find what is not there', () => {
      const array = make(type, items, scope)
      const absent = elements(type, 1, 60)[0]
      expect(array.count(absent)).toBe(0)
      expect(array.includes(absent)).toBe(false)
      expectError('ERR_VALUE_NOT_FOUND', () => array.index(absent))
      expectError('ERR_VALUE_NOT_FOUND', () => array.remove(absent))
      expectError('ERR_VALUE_NOT_FOUND', () => array.index(items[0], 1, 50))
      expectError('ERR_VALUE_NOT_FOUND', () => array.index(items[0], 0, 0))
      expect(array.length).toBe(100)
    })

    test('remove takes the first only', () => {
      const array = make(type, items, scope)
      array.remove(items[7])
      expect(array.tolist()).toEqual([...items.slice(0, 7), ...items.slice(8)])
      array.remove(items[7])
      expect(array.length).toBe(98)
      expectError('ERR_VALUE_NOT_FOUND', () => array.remove(items[7]))
    })

    test('an empty array has nothing', () => {
      const array = make(type, [], scope)
      expect(array.count(type.zero)).toBe(0)
      expect(array.includes(type.zero)).toBe(false)
      expectError('ERR_VALUE_NOT_FOUND', () => array.index(type.zero))
      expectError('ERR_VALUE_NOT_FOUND', () => array.remove(type.zero))
    })
  })
})

describe.each(TYPECODES)('typecode $code', (type) => {
  const scope = useScope()

  test('every position of long arrays, in whatever block the search reads it', () => {
    const needle = elements(type, 1, 5)[0]
    const array = scope.keep(new MmapArray(type.code, Array(300).fill(type.zero)))
    for (let at = 0; at < 300; at++) {
      array.set(at, needle)
      if (array.index(needle) !== at || array.count(needle) !== 1) expect.fail(`position ${at}`)
      if (array.index(type.zero) !== (at ? 0 : 1) || array.count(type.zero) !== 299) expect.fail(`zero beside ${at}`)
      array.set(at, type.zero)
    }
    array.fill(needle)
    expect(array.count(needle)).toBe(300)
    expect(array.index(needle, 137, 138)).toBe(137)
  })

  test('counts beyond what a lane of the loop can hold', () => {
    const array = scope.keep(new MmapArray(type.code, [type.zero]))
    array.repeatInPlace(100000)
    array.set(99999, elements(type, 1, 1)[0])
    expect(array.count(type.zero)).toBe(99999)
    expect(array.index(elements(type, 1, 1)[0])).toBe(99999)
  })

  test('odd values are never found and never an error', () => {
    const array = scope.keep(new MmapArray(type.code, elements(type, 10)))
    const odd = [null, undefined, true, false, [], [0], {}, Symbol('s'), () => 0, new Date(0), NaN, Infinity, 'ab', '']
    odd.push({ valueOf: () => 1, toString: () => '!' }, Object(1), Object('!'), 10n ** 400n, -(10n ** 400n), 1e300)
    if (type.kind === 'character') odd.push(33, 33n)
    else odd.push('1', '!', '0')
    for (const value of odd) {
      const name = typeof value === 'symbol' ? 'symbol' : String(value)
      expect(array.count(value), name).toBe(0)
      expect(array.includes(value), name).toBe(false)
      expectError('ERR_VALUE_NOT_FOUND', () => array.index(value), name)
      expectError('ERR_VALUE_NOT_FOUND', () => array.remove(value), name)
    }
    expect(array.tolist()).toEqual(elements(type, 10))
  })
})

describe('values', () => {
  const scope = useScope()
  const make = (...rest) => scope.keep(new MmapArray(...rest))

  test.each(ofKind('integer', 'bigint', 'float'))('number and bigint are one kind: $code', (type) => {
    const array = make(
      type.code,
      [0, 5, 7, 5].map((n) => whole(type, n)),
    )
    expect(array.index(5)).toBe(1)
    expect(array.index(5n)).toBe(1)
    expect(array.count(5)).toBe(2)
    expect(array.count(5n)).toBe(2)
    expect(array.includes(-0)).toBe(true)
    array.remove(5n)
    array.remove(7)
    expect(array.tolist()).toEqual([0, 5].map((n) => whole(type, n)))
  })

  test.each(ofKind('integer', 'bigint'))('what does not fit is not found, not even wrapped: $code', (type) => {
    const array = make(type.code, [type.min, type.max, whole(type, 0), whole(type, 1)])
    const span = 2n ** BigInt(8 * type.itemsize)
    for (const value of [type.min - 1n, type.max + 1n, span, span + 1n, -span, 2n ** 64n, 2n ** 128n]) {
      expect(array.count(value), `${value}n`).toBe(0)
      expect(array.includes(value)).toBe(false)
    }
    for (const value of [0.5, 1.5, 1e300, -1e300, 2 ** 64, -(2 ** 64)]) expect(array.count(value), `${value}`).toBe(0)
    expect(array.count(type.max)).toBe(1)
    expect(array.count(type.min)).toBe(type.signed ? 1 : 2)
  })

  test('no needle is rounded to fit', () => {
    expect(make('f', [0.1]).count(0.1)).toBe(0)
    expect(make('f', [0.1]).count(Math.fround(0.1))).toBe(1)
    expect(make('e', [0.1]).count(0.1)).toBe(0)
    expect(make('e', [0.5]).count(0.5)).toBe(1)
    expect(make('e', [0.5]).count(0.5 + 2 ** -30)).toBe(0)
    expect(make('d', [2 ** 53]).count(2n ** 53n)).toBe(1)
    expect(make('d', [2 ** 53]).count(2n ** 53n + 1n)).toBe(0)
    expect(make('f', [2 ** 24]).count(2n ** 24n + 1n)).toBe(0)
    expect(make('f', [2 ** 24]).count(2 ** 24 + 1)).toBe(0)
    expect(make('Q', [2n ** 64n - 1n]).count(2 ** 64)).toBe(0)
    expect(make('q', [2n ** 63n - 1n]).count(2 ** 63)).toBe(0)
    expect(make('q', [2n ** 53n + 1n]).count(2 ** 53)).toBe(0)
    expect(make('q', [2n ** 53n]).count(2 ** 53)).toBe(1)
    expect(make('q', [-(2n ** 63n)]).count(-(2 ** 63))).toBe(1)
    expect(make('Q', [2n ** 63n]).count(2 ** 63)).toBe(1)
    expect(make('d', [2 ** 1000]).count(2n ** 1000n)).toBe(1)
  })

  test.each(ofKind('float'))('NaN equals nothing, -0 equals 0, infinities equal themselves: $code', ({ code }) => {
    const array = make(code, [NaN, -0, 0, Infinity, -Infinity])
    expect(array.count(NaN)).toBe(0)
    expect(array.includes(NaN)).toBe(false)
    expectError('ERR_VALUE_NOT_FOUND', () => array.index(NaN))
    expectError('ERR_VALUE_NOT_FOUND', () => array.remove(NaN))
    expect(array.count(0)).toBe(2)
    expect(array.count(-0)).toBe(2)
    expect(array.index(0)).toBe(1)
    expect(array.count(0n)).toBe(2)
    expect(array.index(Infinity)).toBe(3)
    expect(array.index(-Infinity)).toBe(4)
    expect(array.equals(array)).toBe(false)
    expect(array.equals(array.copy())).toBe(false)
  })

  test.each(ofKind('character'))('characters: $code', ({ code }) => {
    const array = make(code, 'abcaéÿ')
    expect(array.count('a')).toBe(2)
    expect(array.index('a', 1)).toBe(3)
    expect(array.index('ÿ')).toBe(5)
    expect(array.count('ab')).toBe(0)
    expect(array.count('😀')).toBe(0)
    expect(array.count('š')).toBe(0)
    expect(array.includes('\u0161')).toBe(false)
  })

  test('count wants no argument check: nothing given is nothing found', () => {
    expect(make('i', [0]).count()).toBe(0)
    expect(make('i', [0]).includes()).toBe(false)
  })

  test.each([['1'], [1.5], [NaN], [null], [true], [{}], [[]], [Symbol('s')]])('index: %s is no bound', (bound) => {
    const array = make('i', [1, 2])
    expectError('ERR_INVALID_ARG_TYPE', () => array.index(1, bound))
    expectError('ERR_INVALID_ARG_TYPE', () => array.index(1, 0, bound))
  })
})

describe('equals and compare', () => {
  test('strings that are no characters', () => {
    const text = make('w', 'a𝄞')
    expect(text.compare(['a', '𝄞'])).toBe(0)
    for (const other of ['', 'ab', '𝄞b']) {
      expect(text.equals(['a', other])).toBe(false)
      expectError('ERR_TYPE_MISMATCH', () => text.compare(['a', other]))
    }
  })

  test('an array that changes meanwhile', () => {
    const listThat = (change) => ({
      0: 1,
      2: 3,
      length: 3,
      get 1() {
        change()
        return 2
      },
    })
    const array = make('i', [1, 2, 3])
    expect(array.equals(listThat(() => array.append(4)))).toBe(false)
    array.pop()
    expect(array.equals(listThat(() => {}))).toBe(true)
    expect(array.equals(listThat(() => array.pop()))).toBe(false)
    expect(array.compare(listThat(() => array.pop()))).toBe(-1)
    expect(array.length).toBe(1)
  })

  const scope = useScope()
  const make = (...rest) => scope.keep(new MmapArray(...rest))

  test.each(TYPECODES)('with its own: $code', (type) => {
    const items = elements(type, 20)
    const array = make(type.code, items)
    expect(array.equals(array)).toBe(true)
    expect(array.equals(array.copy())).toBe(true)
    expect(array.equals(items)).toBe(true)
    expect(array.equals(items.slice(1))).toBe(false)
    expect(array.equals([...items, items[0]])).toBe(false)
    expect(array.equals(elements(type, 20, 1))).toBe(false)
    expect(array.compare(array)).toBe(0)
    expect(array.compare(items)).toBe(0)
    expect(array.compare(items.slice(0, 19))).toBe(1)
    expect(array.compare([...items, items[0]])).toBe(-1)
    const larger = [...items]
    larger[10] = elements(type, 1, 70)[0]
    expect(array.compare(make(type.code, larger))).toBe(-1)
    expect(make(type.code, larger).compare(array)).toBe(1)
    if (type.kind !== 'character' && type.View.name !== 'Uint16Array') {
      expect(array.equals(typed(type, items))).toBe(true)
      expect(array.compare(typed(type, items))).toBe(0)
    }
  })

  test('every pair of numeric typecodes, by value', () => {
    const numeric = ofKind('integer', 'bigint', 'float')
    for (const one of numeric) {
      for (const other of numeric) {
        const left = make(
          one.code,
          [1, 2, 100].map((n) => whole(one, n)),
        )
        const right = make(
          other.code,
          [1, 2, 100].map((n) => whole(other, n)),
        )
        expect(left.equals(right), `${left} equals ${right}`).toBe(true)
        expect(left.compare(right)).toBe(0)
        right.set(1, 3)
        expect(left.equals(right), `${left} equals ${right}`).toBe(false)
        expect(left.compare(right)).toBe(-1)
        expect(right.compare(left)).toBe(1)
      }
    }
  })

  test('limits are not confused by a common type', () => {
    expect(make('Q', [2n ** 64n - 1n]).equals(make('q', [-1]))).toBe(false)
    expect(make('Q', [2n ** 64n - 1n]).compare(make('q', [-1]))).toBe(1)
    expect(make('I', [2 ** 32 - 1]).equals(make('i', [-1]))).toBe(false)
    expect(make('b', [-1]).compare(make('B', [255]))).toBe(-1)
    expect(make('q', [2n ** 53n + 1n]).equals(make('d', [2 ** 53]))).toBe(false)
    expect(make('q', [2n ** 53n + 1n]).compare(make('d', [2 ** 53]))).toBe(1)
    expect(make('q', [2n ** 63n - 1n]).compare(make('d', [2 ** 63]))).toBe(-1)
    expect(make('f', [0.1]).equals(make('d', [0.1]))).toBe(false)
    expect(make('f', [0.1]).compare(make('d', [0.1]))).toBe(1)
    expect(make('q', [1]).equals([1])).toBe(true)
    expect(make('i', [1]).equals([1n])).toBe(true)
    expect(make('i', [1]).equals(new Float64Array([1]))).toBe(true)
    expect(make('i', [1]).equals(new BigInt64Array([1n]))).toBe(true)
  })

  test('an empty array is compared with one of the other kind by length', () => {
    for (const code of ['i', 'Q', 'd']) {
      const [none, two] = [make(code), make(code, [97, 98])]
      for (const kind of ['c', 'u', 'w']) {
        const [noText, text] = [make(kind), make(kind, 'a')]
        expect([none.equals(noText), none.compare(noText), noText.compare(none)]).toEqual([true, 0, 0])
        expect([none.equals(text), none.compare(text), text.compare(none)]).toEqual([false, -1, 1])
        expect([two.equals(noText), two.compare(noText), noText.compare(two)]).toEqual([false, 1, -1])
        expect(two.equals(text)).toBe(false)
        expectError('ERR_TYPE_MISMATCH', () => two.compare(text))
        expectError('ERR_TYPE_MISMATCH', () => text.compare(two))
      }
    }
  })

  test('NaN decides', () => {
    const nan = make('d', [1, NaN, 3])
    expect(nan.compare(nan)).toBe(NaN)
    expect(nan.compare([1, NaN, 3])).toBe(NaN)
    expect(nan.compare([2])).toBe(-1)
    expect(nan.compare([1])).toBe(1)
    expect(make('d', [NaN]).compare([1])).toBe(NaN)
    expect(make('i', [1]).compare([NaN])).toBe(NaN)
    expect(make('d', [-0]).equals([0])).toBe(true)
    expect(make('d', [-0]).compare([0])).toBe(0)
  })

  test.each([[null], [undefined], [5], [5n], [true], [{}], [Symbol('s')], [() => {}], [new Set([1])], [new Map()]])(
    '%s is no array',
    (other) => {
      const array = make('i', [1])
      expect(array.equals(other)).toBe(false)
      expect(make('i').equals(other)).toBe(false)
      expectError('ERR_INVALID_ARG_TYPE', () => array.compare(other))
    },
  )

  test('characters and numbers are never equal and have no order', () => {
    for (const [one, other] of [
      [make('u', 'a'), make('I', [97])],
      [make('c', 'a'), make('B', [97])],
      [make('w', 'a'), make('d', [97])],
      [make('q', [97n]), make('w', 'a')],
    ]) {
      expect(one.equals(other), `${one} equals ${other}`).toBe(false)
      expectError('ERR_TYPE_MISMATCH', () => one.compare(other))
      expectError('ERR_TYPE_MISMATCH', () => other.compare(one))
    }
    expect(make('u', 'aé').equals(make('c', 'aé'))).toBe(true)
    expect(make('u', '😀').equals(make('w', '😀'))).toBe(true)
    expect(make('u', '\uffff').compare(make('w', '😀'))).toBe(-1)
    expect(make('c', 'b').compare(make('u', 'a'))).toBe(1)
  })

  test('long arrays that differ in one place only', () => {
    const array = make('h', elements(typecode('h'), 10000))
    const other = array.copy()
    scope.keep(other)
    for (const at of [0, 1, 15, 16, 17, 4095, 4096, 9998, 9999]) {
      other.set(at, -5)
      expect(array.equals(other)).toBe(false)
      expect(array.compare(other)).toBe(1)
      other.set(at, array.get(at))
    }
    expect(array.equals(other)).toBe(true)
  })
})
