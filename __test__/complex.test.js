// Complex numbers: arrays of typecode Zf and Zd against lists of { re, im }.
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { inChild } from './support/truncations.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const z = (re, im = 0) => ({ re, im })

describe.each([
  ['Zf', Float32Array, 8],
  ['Zd', Float64Array, 16],
])('%s', (code, View, itemsize) => {
  const array = (items = [z(1, 2), z(3, -4), z(0.5, -0)]) => scope.keep(new MmapArray(code, items))
  const bytes = (items) => Buffer.from(View.from(items.flatMap(({ re, im }) => [re, im])).buffer)
  const check = (one, items) => {
    expect(one.tolist()).toEqual(items)
    expect(one.tobytes().equals(bytes(items))).toBe(true)
  }

  test('what it is', () => {
    const one = array()
    expect([one.typecode, one.itemsize, one.length, one.byteLength]).toEqual([code, itemsize, 3, 3 * itemsize])
    check(one, [z(1, 2), z(3, -4), z(0.5, -0)])
  })

  test('every operation gives what a list gives, by the core and by the element path', () => {
    const one = array([])
    const items = []
    for (let n = 0; n < 50; n++) {
      one.append(z(n, -n / 2))
      items.push(z(n, -n / 2))
      expect([one.get(n), one.at(-1), one[0]]).toEqual([items[n], items[n], items[0]])
    }
    one.set(3, z(9, 9))
    one[-1] = 5n
    items.splice(3, 1, z(9, 9))
    items.splice(-1, 1, z(5))
    one.insert(1, 7)
    items.splice(1, 0, z(7))
    expect([one.pop(), one.pop(0)]).toEqual([items.pop(), items.shift()])
    one.extend(one)
    items.push(...items)
    one.setSlice([1, z(2, 2)], 4, 10)
    items.splice(4, 6, z(1), z(2, 2))
    one.deleteSlice(0, 20, 3)
    check(
      one,
      items.filter((_, at) => at >= 20 || at % 3 !== 0),
    )
    one.clear()
    one.extend([z(1, 2), 3])
    one.repeatInPlace(2)
    one.reverse()
    check(one, [z(3), z(1, 2), z(3), z(1, 2)])
    expect(one.slice(1, 3)).toEqual([z(1, 2), z(3)])
    one.fill(z(8, 8), 1, 2)
    check(scope.keep(one.copy()), [z(3), z(8, 8), z(3), z(1, 2)])
    check(scope.keep(one.concat([4])), [z(3), z(8, 8), z(3), z(1, 2), z(4)])
    expect([...one.entries()].at(-1)).toEqual([3, z(1, 2)])
  })

  test.each([
    [5, z(5)],
    [5n, z(5)],
    [NaN, z(NaN)],
    [z(Infinity, -Infinity), z(Infinity, -Infinity)],
    [z(1n, -2n), z(1, -2)],
    [{ ...z(1, 2), abs: 3 }, z(1, 2)],
    [Object.create(z(1, 2)), z(1, 2)],
  ])('%o can be written', (value, element) => {
    const one = array([0])
    one.set(0, value)
    expect(one.get(0)).toEqual(element)
  })

  test.each([
    ['a text', '1', '"value"'],
    ['nothing', undefined, '"value"'],
    ['null', null, '"value"'],
    ['true', true, '"value"'],
    ['no imaginary part', { re: 1 }, '"value.im"'],
    ['no real part', { im: 1 }, '"value.re"'],
    ['a pair', [1, 2], '"value.re"'],
    ['a text as part', { re: 1, im: '2' }, '"value.im"'],
    ['a function', () => 1, '"value"'],
  ])('%s is refused', (_, value, name) => {
    const one = array([1])
    for (const call of [
      () => one.append(value),
      () => one.set(0, value),
      () => one.insert(0, value),
      () => one.fill(value),
      () => one.extend([value]),
    ]) {
      expect(expectError('ERR_INVALID_ARG_TYPE', call).message).toContain(name)
    }
    check(one, [z(1)])
  })

  test('a bigint that no double holds is refused', () => {
    expectError('ERR_VALUE_OUT_OF_RANGE', () => array().append(10n ** 400n))
    expect(expectError('ERR_VALUE_OUT_OF_RANGE', () => array().append(z(0, 10n ** 400n))).message).toContain('value.im')
  })

  test('each part is read once, and an error of a getter is thrown as it is', () => {
    const reads = []
    const value = new Proxy(z(1, 2), { get: (target, key) => (reads.push(key), target[key]) })
    const one = array([])
    one.append(value)
    one.count(value)
    one.equals([value])
    expect(reads).toEqual(['re', 'im', 're', 'im', 're', 'im'])
    const mine = new Error('mine')
    const bad = {
      re: 1,
      get im() {
        throw mine
      },
    }
    expect(thrownBy(() => one.append(bad))).toBe(mine)
    expectError('ERR_CLOSED', () =>
      one.set(0, {
        re: 1,
        get im() {
          return (one.close(), 1)
        },
      }),
    )
  })

  test('equality is by value, and a real number is one without an imaginary part', () => {
    const one = array([z(1, 2), 3, z(NaN), z(-0, 0)])
    expect(
      [3, 3n, z(3), z(3n, -0), z(1, 2), z(1), 0, NaN, z(NaN), z(1, NaN), '3', undefined, z('1', 2)].map((sought) =>
        one.count(sought),
      ),
    ).toEqual([1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    expect(one.index(3)).toBe(1)
    one.remove(3)
    expectError('ERR_VALUE_NOT_FOUND', () => one.remove(3))
    const two = array([z(1, 2), 3])
    expect([two.equals([z(1, 2), 3]), two.equals([z(1, 2), 4]), two.equals([1, 3])]).toEqual([true, false, false])
    const reals = scope.keep(new MmapArray('i', [1, 3]))
    expect([array([1, 3]).equals(reals), reals.equals(array([1, 3])), reals.equals(two)]).toEqual([true, true, false])
    const other = scope.keep(new MmapArray(code === 'Zf' ? 'Zd' : 'Zf', [z(1, 2), 3]))
    expect([two.equals(other), other.equals(two)]).toEqual([true, true])
    expect(two.equals(scope.keep(new MmapArray('w', 'ab')))).toBe(false)
  })

  test('views have pairs of floats', () => {
    const one = array([z(1, 2), z(3, 4)])
    expect(one.view).toEqual(View.of(1, 2, 3, 4))
    expect(one.subarray(1)).toEqual(View.of(3, 4))
    expect(one.subarray(1, 1)).toEqual(new View(0))
    one.view[3] = 9
    expect(one.get(1)).toEqual(z(3, 9))
    one.extend(View.of(5, 6))
    one.setSlice(View.of(7, 8), 0, 1)
    expect(one.tolist()).toEqual([z(7, 8), z(3, 9), z(5, 6)])
    expectError('ERR_RAGGED_LENGTH', () => one.extend(View.of(1, 2, 3)))
    expectError('ERR_TYPE_MISMATCH', () => one.extend(Int32Array.of(1, 2)))
  })

  test('an initializer of pairs, of numbers, and of another type', () => {
    expect(array(View.of(1, 2, 3, 4)).tolist()).toEqual([z(1, 2), z(3, 4)])
    expect(array(Int8Array.of(1, 2)).tolist()).toEqual([z(1), z(2)])
    expect(array(scope.keep(new MmapArray('q', [1, 2]))).tolist()).toEqual([z(1), z(2)])
    expectError('ERR_TYPE_MISMATCH', () => array(scope.keep(new MmapArray('w', 'a'))))
    expectError('ERR_INVALID_ARG_TYPE', () => new MmapArray('d', array()))
  })

  test('byteswap swaps each part', () => {
    const one = array([z(1, 2)])
    const swapped = bytes([z(1, 2)])
    if (itemsize === 8) swapped.swap32()
    else swapped.swap64()
    expect(one.byteswap().tobytes().equals(swapped)).toBe(true)
  })

  test.each([
    ['sort', (one) => one.sort()],
    ['min', (one) => one.min()],
    ['max', (one) => one.max()],
    ['compare', (one) => one.compare([1])],
    ['compare of numbers with it', (one) => scope.keep(new MmapArray('d', [1])).compare(one)],
    ['bisectLeft', (one) => one.bisectLeft(1)],
    ['bisectRight', (one) => one.bisectRight(1)],
    ['searchsorted', (one) => one.searchsorted(one)],
    ['envelope', (one) => one.envelope(1)],
    ['tounicode', (one) => one.tounicode()],
    ['wait', (one) => one.wait(0, 1)],
  ])('%s throws ERR_TYPE_MISMATCH', (_, call) => {
    const one = array()
    expectError('ERR_TYPE_MISMATCH', () => call(one))
    check(one, [z(1, 2), z(3, -4), z(0.5, -0)])
  })

  test('as text', () => {
    const one = array([z(1, -0), z(NaN, 2)])
    expect(String(one)).toBe(`MmapArray('${code}', [{ re: 1, im: -0 }, { re: NaN, im: 2 }])`)
    expect(inspect(one)).toBe(`MmapArray(2) '${code}' [ { re: 1, im: -0 }, { re: NaN, im: 2 } ]`)
    expect(JSON.stringify(array([z(1, 2)]))).toBe('[{"re":1,"im":2}]')
  })

  test('a file, a handle and another type of the same bytes', () => {
    const one = scope.keep(MmapArray.open(scope.path(), code, { flags: 'w+' }))
    one.extend([z(1, 2), z(3, 4)])
    expect(scope.keep(MmapArray.attach(JSON.parse(JSON.stringify(one.handle())))).tolist()).toEqual([z(1, 2), z(3, 4)])
    const record = scope.keep(MmapArray.open(one.path, { re: View, im: View }))
    expect(record.equals(one.tolist())).toBe(true)
    expect(record.equals(one)).toBe(true)
  })

  test('a file that was truncated inside of an element', () =>
    inChild(
      scope,
      `const complex = MmapArray.open(path, '${code}', { flags: 'r+', offset: 4 * (${itemsize} / 8) })
       for (let round = 0; round < 30; round++) for (let i = 0; i < complex.length; i++) complex.get(i)
       truncate(PAGE)
       const WHOLE = Math.floor(PAGE / ${itemsize}) - 1
       assert.doesNotThrow(() => complex.get(WHOLE - 1))
       assert.equal(code(() => complex.get(WHOLE)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => complex.set(WHOLE, 1)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => complex.tolist()), 'ERR_MEMORY_FAULT')
       assert.equal(complex.refresh(), WHOLE)`,
    ))
})

test('Zf rounds to single precision', () => {
  const one = scope.keep(new MmapArray('Zf', [z(0.1, 1e300)]))
  expect(one.get(0)).toEqual(z(Math.fround(0.1), Infinity))
  expect([one.count(z(0.1, Infinity)), one.count(z(Math.fround(0.1), Infinity))]).toEqual([0, 1])
})
