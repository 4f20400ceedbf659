// Records and everything that may go wrong around them: code of the user that runs while a value is read, padding, other arrays and
// other processes.
import fs from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'
import { inChild } from './support/truncations.js'
import { startThread } from './support/workers.js'

const scope = useScope()
const POINT = { x: 'd', y: 'd' }
const point = (x, y = -x) => ({ x, y })
const points = (count, first = 0) => Array.from({ length: count }, (_, n) => point(first + n))
const array = (items = points(3), options = undefined) => scope.keep(new MmapArray(POINT, items, options))

/** Calls until the element path has taken the memory. */
function warm(one) {
  for (let round = 0; round < 20; round++) one.get(0)
  return one
}

class Own extends MmapArray {}
const MAKERS = [
  ['the element path', () => warm(array(points(3), { capacity: 100 }))],
  ['an exact array', () => warm(exact(array()))],
  ['the core', () => exact(array())],
  ['a subclass', () => scope.keep(new Own(POINT, points(3)))],
  ['a loop', () => warm(scope.keep(new MmapArray(LOOPED, points(3).map(widened))))],
]
function exact(one) {
  one.handle()
  return one
}
/** More fields than have functions of their own. */
const LOOPED = Object.fromEntries(['x', 'y', ...'abcdefghij'].map((name) => [name, 'd']))
const widened = (value) => ({ ...Object.fromEntries(Object.keys(LOOPED).map((name) => [name, 0])), ...value })

/** A value like the elements of an array whose getter of y runs a body. */
function valueFor(one, body, x = 7) {
  const value = one.typecode.fields.length > 2 ? widened({ x, y: 0 }) : { x, y: 0 }
  return Object.defineProperty(value, 'y', {
    enumerable: true,
    get() {
      body()
      return -x
    },
  })
}
const pairs = (one) => one.tolist().map(({ x, y }) => [x, y])

describe.each(MAKERS)('code of the user while a value is read, by %s', (_, make) => {
  test('append after an append of the getter', () => {
    const one = make()
    one.append(valueFor(one, () => one.append(valueFor(one, () => {}, 5))))
    expect(pairs(one)).toEqual([
      [0, -0],
      [1, -1],
      [2, -2],
      [5, -5],
      [7, -7],
    ])
  })

  test('append after the getter has removed elements', () => {
    const one = make()
    one.append(valueFor(one, () => one.clear()))
    expect(pairs(one)).toEqual([[7, -7]])
  })

  test.each([
    ['append', (one, value) => one.append(value)],
    ['set', (one, value) => one.set(0, value)],
    ['insert', (one, value) => one.insert(0, value)],
    ['fill', (one, value) => one.fill(value)],
    ['extend', (one, value) => one.extend([value])],
    ['setSlice', (one, value) => one.setSlice([value], 0, 1)],
    ['fromlist', (one, value) => one.fromlist([value])],
    ['remove', (one, value) => one.remove(value)],
    ['count', (one, value) => one.count(value)],
    ['index', (one, value) => one.index(value)],
  ])('%s after the getter has closed the array throws ERR_CLOSED', (__, call) => {
    const one = make()
    expectError('ERR_CLOSED', () =>
      call(
        one,
        valueFor(one, () => one.close()),
      ),
    )
  })

  test('set after the getter has shortened the array throws, and changes nothing', () => {
    const one = make()
    expectError('ERR_INDEX_OUT_OF_RANGE', () =>
      one.set(
        2,
        valueFor(one, () => one.pop()),
      ),
    )
    expect(pairs(one)).toEqual([
      [0, -0],
      [1, -1],
    ])
  })

  test('set with a negative index counts from the end that is there after the getter', () => {
    const one = make()
    one.set(
      -1,
      valueFor(one, () => one.pop()),
    )
    expect(pairs(one)).toEqual([
      [0, -0],
      [7, -7],
    ])
  })

  test('an error of a getter is thrown as it is, and changes nothing', () => {
    const one = make()
    const mine = new Error('mine')
    const value = valueFor(one, () => {
      throw mine
    })
    for (const call of [
      () => one.append(value),
      () => one.set(0, value),
      () => one.insert(0, value),
      () => one.fill(value),
      () => one.extend([value]),
      () => one.count(value),
      () => one.equals([value, value, value]),
    ]) {
      expect(thrownBy(call)).toBe(mine)
    }
    expect(pairs(one)).toEqual([
      [0, -0],
      [1, -1],
      [2, -2],
    ])
  })

  test('each field is read once, and the keys of a proxy are asked for', () => {
    const one = make()
    for (const call of [
      (value) => one.append(value),
      (value) => one.set(0, value),
      (value) => one.insert(0, value),
      (value) => one.setSlice([value]),
      (value) => one.count(value),
      (value) => one.equals([value]),
    ]) {
      const reads = []
      const handler = { get: (target, key) => (reads.push(String(key)), target[key]) }
      call(
        new Proxy(
          valueFor(one, () => {}),
          handler,
        ),
      )
      expect(reads.toSorted()).toEqual(one.typecode.fields.map(({ name }) => name).toSorted())
    }
  })

  test('a getter that changes the memory under another call', () => {
    const one = make()
    one.append(valueFor(one, () => one.reserve(1000)))
    one.append(valueFor(one, () => one.trim()))
    one.append(valueFor(one, () => one.extend(one)))
    expect(one.length).toBe(11)
    expect(pairs(one).at(-1)).toEqual([7, -7])
  })
})

describe('values of fields', () => {
  test.each([
    ['a missing field', { x: 1 }, '"value.y" argument must be a number'],
    ['a surplus field', { x: 1, y: 2, z: 3 }, "Unknown field 'z'. Expected x, y"],
    ['a text', { x: 1, y: '2' }, '"value.y" argument must be a number, for typecode \'d\'. Received type string'],
    ['null', { x: null, y: 2 }, '"value.x"'],
    ['no object', 5, 'an object with the fields x, y'],
    ['an Array', [1, 2], 'an object with the fields x, y. Received an instance of Array'],
  ])('%s is an error that names it', (_, value, text) => {
    expect(expectError('ERR_INVALID_ARG_TYPE', () => array().append(value)).message).toContain(text)
  })

  test.each([
    [{ n: 'b' }, { n: 128 }, '"value.n" is out of range. It must be >= -128 and <= 127'],
    [{ n: 'Q' }, { n: -1n }, '"value.n"'],
    [{ 'two words': 'B' }, { 'two words': 256 }, '"value["two words"]"'],
    [{ c: 'c' }, { c: '€' }, '"value.c"'],
    [{ h: 'e' }, { h: 1e6 }, '"value.h"'],
    [{ list: ['B', 2] }, { list: [0, 256] }, '"value.list"'],
    [{ d: 'd' }, { d: 10n ** 400n }, '"value.d"'],
  ])('%o refuses a number beyond', (type, value, text) => {
    const one = scope.keep(new MmapArray(type))
    expect(expectError('ERR_VALUE_OUT_OF_RANGE', () => one.append(value)).message).toContain(text)
    expect(one.length).toBe(0)
  })

  test('properties that are inherited, hidden or symbols', () => {
    const one = array([])
    class Point {
      constructor(x) {
        this.x = x
      }
      get y() {
        return -this.x
      }
      length() {
        return 0
      }
    }
    one.append(new Point(3))
    one.append(Object.defineProperty(point(4), 'hidden', { value: 1 }))
    one.append({ ...point(5), [Symbol('surplus')]: 1 })
    one.append(Object.assign(Object.create(null), point(6)))
    one.append(Object.assign(Object.create({ inherited: 1 }), point(7)))
    expect(one.tolist()).toEqual(points(5, 3))
    expect(one.count(new Point(3))).toBe(1)
  })

  test('a field of the name __proto__ is an own property, and never the prototype', () => {
    const one = scope.keep(
      new MmapArray([
        ['__proto__', 'i'],
        ['x', 'i'],
      ]),
    )
    one.append(JSON.parse('{"__proto__": 5, "x": 6}'))
    for (const item of [one.get(0), warm(one).get(0), one.slice()[0], one.tolist()[0]]) {
      expect(Object.getPrototypeOf(item)).toBe(Object.prototype)
      expect(Object.getOwnPropertyDescriptor(item, '__proto__').value).toBe(5)
    }
    expectError('ERR_INVALID_ARG_TYPE', () => one.append({ x: 6 }))
    expect(JSON.stringify(one)).toBe('[{"__proto__":5,"x":6}]')
  })

  test('a list takes an Array or a typed array of as many values, and nothing else', () => {
    const one = scope.keep(new MmapArray({ list: ['h', 3], z: ['Zf', 1] }))
    const z = [{ re: 1, im: 2 }]
    one.append({ list: [1, 2n, 3], z })
    one.append({ list: Int16Array.of(1, 2, 3), z: [1] })
    one.append({ list: Float64Array.of(1, 2, 3), z: Float32Array.of(1) })
    one.append({ list: BigInt64Array.of(1n, 2n, 3n), z })
    expect(one.tolist().map(({ list }) => list.join())).toEqual(Array(4).fill('1,2,3'))
    expect(one.get(2).z).toEqual([{ re: 1, im: 0 }])
    for (const list of [
      [1, 2],
      [1, 2, 3, 4],
      '123',
      { length: 3, 0: 1, 1: 2, 2: 3 },
      new Set([1, 2, 3]),
      1,
      Array(3),
    ]) {
      const { message } = expectError('ERR_INVALID_ARG_TYPE', () => one.append({ list, z }))
      expect(message).toContain('"value.list"')
    }
    expect(one.length).toBe(4)
    expect([one.count({ list: [1, 2, 3], z }), one.count({ list: [1, 2], z }), one.count({ list: '123', z })]).toEqual([
      2, 0, 0,
    ])
  })

  test('a list that changes while it is read', () => {
    const one = scope.keep(new MmapArray({ list: ['h', 2] }, [{ list: [0, 0] }]))
    const list = [1, 2]
    Object.defineProperty(list, 0, { get: () => (one.close(), (list.length = 1), 5) })
    expectError('ERR_INVALID_ARG_TYPE', () => one.append({ list }))
    expectError('ERR_CLOSED', () => one.get(0))
  })

  test('characters that are none are an error that names the field, and printed as such', () => {
    const one = scope.keep(new MmapArray({ n: 'i', tag: 'w' }, [{ n: 1, tag: 'a' }]))
    one.view.setUint32(4, 0x110000, true)
    for (const call of [() => one.get(0), () => warm(one), () => one.tolist(), () => one.getField(0, 'tag')]) {
      expect(expectError('ERR_VALUE_OUT_OF_RANGE', call).message).toContain('value.tag')
    }
    expect([inspect(one), String(one)]).toEqual([
      "MmapArray(1) { n: 'i', tag: 'w' } [ <invalid character> ]",
      "MmapArray({ n: 'i', tag: 'w' }, [<invalid character>])",
    ])
  })

  test('characters that are none equal nothing in another type, as in an array of characters', () => {
    const items = [{ n: 1, tag: 'a' }]
    const one = scope.keep(new MmapArray({ n: 'i', tag: 'w' }, items))
    const other = scope.keep(new MmapArray({ n: 'h', tag: 'w' }, items))
    expect([one.equals(items), one.equals(other), other.equals(one)]).toEqual([true, true, true])
    one.view.setUint32(4, 0x110000, true)
    expect([one.equals(items), one.equals(other), other.equals(one), one.equals([undefined])]).toEqual([
      ...[false, false, false, false],
    ])
    const plain = scope.keep(new MmapArray('w', 'a'))
    plain.view[0] = 0x110000
    expect([plain.equals(['a']), plain.equals(one), one.equals(plain)]).toEqual([false, false, false])
  })
})

describe('padding', () => {
  const Padded = MmapArray.recordType({ flag: 'b', x: 'd', n: 'h' }, { align: true, itemsize: 32 })
  const padding = [...Array(7).keys(), ...Array(14).keys()].map((at, n) => (n < 7 ? 1 + at : 18 + at))
  const value = (n) => ({ flag: n, x: n / 2, n })
  const dirty = (one) => {
    for (let at = 0; at < one.length; at++) for (const byte of padding) one.view.setUint8(32 * at + byte, 0xff)
    return one
  }
  const isClean = (one, at) => padding.every((byte) => one.view.getUint8(32 * at + byte) === 0)

  test('is written as zero', () => {
    const one = warm(scope.keep(new MmapArray(Padded, [value(1), value(2), value(3)])))
    for (const [at, call] of [
      [0, () => one.set(0, value(4))],
      [1, () => one.fill(value(5), 1, 2)],
      [2, () => one.setSlice([value(6)], 2, 3)],
      [3, () => one.insert(3, value(7))],
    ]) {
      dirty(one)
      call()
      expect(isClean(one, at)).toBe(true)
    }
    dirty(one).append(value(8))
    expect(isClean(one, 4)).toBe(true)
  })

  test('is written as zero where an element was before', () => {
    const one = warm(scope.keep(new MmapArray(Padded, [value(1), value(2)], { capacity: 10 })))
    dirty(one)
    one.deleteSlice(1)
    one.append(value(3))
    expect(isClean(one, 1)).toBe(true)
  })

  test('is never compared', () => {
    const one = dirty(scope.keep(new MmapArray(Padded, [value(1), value(2)])))
    const two = scope.keep(new MmapArray(Padded, [value(1), value(2)]))
    expect([one.equals(two), one.count(value(2)), one.index(value(2)), one.includes(value(1))]).toEqual([
      true,
      1,
      1,
      true,
    ])
    one.remove(value(1))
    expect(one.tolist()).toEqual([value(2)])
  })

  test('setField leaves it, and the other fields', () => {
    const one = warm(dirty(scope.keep(new MmapArray(Padded, [value(1)]))))
    one.setField(0, 'x', 9)
    expect(one.get(0)).toEqual({ flag: 1, x: 9, n: 1 })
    expect(padding.every((byte) => one.view.getUint8(byte) === 0xff)).toBe(true)
  })
})

test('a popped record is not in the file any more', () => {
  const one = scope.keep(MmapArray.open(scope.path(), POINT, { flags: 'w+', capacity: 50 }))
  one.extend(points(20, 1))
  warm(one)
  for (let count = 20; count > 5; count--) expect(one.pop()).toEqual(point(count))
  expect(
    fs
      .readFileSync(one.path)
      .subarray(5 * 16)
      .every((byte) => byte === 0),
  ).toBe(true)
})

describe('equality goes by value, field by field', () => {
  test.each([
    [{ x: 'd' }, { x: -0 }, { x: 0 }, 1],
    [{ x: 'd' }, { x: NaN }, { x: NaN }, 0],
    [{ x: 'q' }, { x: 5n }, { x: 5 }, 1],
    [{ x: 'd' }, { x: 5 }, { x: 5n }, 1],
    [{ x: 'f' }, { x: 0.1 }, { x: 0.1 }, 0],
    [{ x: 'b' }, { x: 5 }, { x: 5.5 }, 0],
    [{ x: 'b' }, { x: 5 }, { x: '5' }, 0],
    [{ x: 'Zf' }, { x: 5 }, { x: { re: 5n, im: -0 } }, 1],
    [{ x: ['e', 2] }, { x: [1, 0.5] }, { x: [1, 0.5] }, 1],
    [{ x: ['c', 2] }, { x: ['a', 'b'] }, { x: ['a', 'b'] }, 1],
  ])('%o: %o and %o', (type, stored, sought, found) => {
    const one = scope.keep(new MmapArray(type, [stored]))
    expect([one.count(sought), Number(one.includes(sought)), Number(one.equals([sought]))]).toEqual(
      Array(3).fill(found),
    )
  })

  test('arrays of other record types are equal if their fields are', () => {
    const one = array()
    const two = scope.keep(new MmapArray({ y: 'f', x: 'i' }, points(3)))
    const three = scope.keep(
      new MmapArray({ x: 'd', z: 'd' }, [
        { x: 0, z: 0 },
        { x: 1, z: 1 },
        { x: 2, z: 2 },
      ]),
    )
    expect([one.equals(two), two.equals(one), one.equals(three)]).toEqual([true, true, false])
    expect(one.equals(scope.keep(new MmapArray('d', [0, 1, 2])))).toBe(false)
    expect(scope.keep(new MmapArray('d', [0, 1, 2])).equals(one)).toBe(false)
    two.set(1, { x: 1, y: 1 })
    expect(one.equals(two)).toBe(false)
  })
})

describe('what records cannot do', () => {
  test.each([
    ['sum', (one) => one.sum()],
    ['min', (one) => one.min()],
    ['max', (one) => one.max()],
    ['sort', (one) => one.sort()],
    ['compare', (one) => one.compare(points(3))],
    ['compare with itself', (one) => one.compare(one)],
    ['compare of numbers with it', (one) => scope.keep(new MmapArray('i')).compare(one)],
    ['bisectLeft', (one) => one.bisectLeft(point(1))],
    ['bisectRight', (one) => one.bisectRight(1)],
    ['searchsorted', (one) => one.searchsorted(one)],
    ['envelope', (one) => one.envelope(1)],
    ['fromunicode', (one) => one.fromunicode('x')],
    ['tounicode', (one) => one.tounicode()],
    ['wait', (one) => one.wait(0, 1)],
    ['notify', (one) => one.notify(0)],
    ['extend by another type', (one) => one.extend(scope.keep(new MmapArray({ x: 'd', z: 'd' })))],
    ['extend by a typed array', (one) => one.extend(Float64Array.of(1, 2))],
    ['setSlice of numbers', (one) => one.setSlice(scope.keep(new MmapArray('d', [1])))],
  ])('%s throws ERR_TYPE_MISMATCH', (_, call) => {
    const one = array()
    expectError('ERR_TYPE_MISMATCH', () => call(one))
    expect(one.tolist()).toEqual(points(3))
  })

  test.each([
    ['sortAsync', (one) => one.sortAsync()],
    ['searchsortedAsync', (one) => one.searchsortedAsync(one)],
    ['envelopeAsync', (one) => one.envelopeAsync(1)],
  ])('%s is rejected with ERR_TYPE_MISMATCH', async (_, call) => {
    await expect(call(array())).rejects.toMatchObject({ code: 'ERR_TYPE_MISMATCH' })
  })

  test('a DataView, a string and a number are no elements', () => {
    const one = array()
    for (const items of [one.view, 'xy', 5, null]) expectError('ERR_INVALID_ARG_TYPE', () => one.extend(items))
    for (const init of ['xy', 5n, null]) expectError('ERR_INVALID_ARG_TYPE', () => new MmapArray(POINT, init))
    expect(one.tolist()).toEqual(points(3))
  })

  test.each(['getField', 'setField'])('%s of other elements throws ERR_TYPE_MISMATCH', (name) => {
    for (const code of ['i', 'w', 'Zd']) {
      expectError('ERR_TYPE_MISMATCH', () =>
        scope.keep(new MmapArray(code, code === 'w' ? 'a' : [1]))[name](0, 're', 1),
      )
    }
  })
})

describe('initializers', () => {
  test.each([
    ['a list', points(3)],
    ['a generator', points(3).values()],
    ['another record type with the same names', () => new MmapArray({ y: 'f', x: 'q' }, points(3))],
    ['the same type', () => new MmapArray(POINT, points(3))],
    ['an ArrayBuffer', Float64Array.of(0, -0, 1, -1, 2, -2).buffer],
  ])('%s', (_, init) => {
    const given = typeof init === 'function' ? scope.keep(init()) : init
    expect(array(given).tolist()).toEqual(points(3))
  })

  test.each([
    ['other names', () => new MmapArray({ x: 'd', z: 'd' }, [{ x: 1, z: 2 }]), 'ERR_INVALID_ARG_TYPE'],
    ['numbers', () => new MmapArray('d', [1]), 'ERR_INVALID_ARG_TYPE'],
    ['characters', () => new MmapArray('w', 'a'), 'ERR_TYPE_MISMATCH'],
  ])('of %s is refused', (_, make, code) => {
    const init = scope.keep(make())
    expectError(code, () => new MmapArray(POINT, init))
  })
})

describe('as text', () => {
  test.each([
    [String, "MmapArray({ x: 'd', y: 'd' }, [{ x: 0, y: -0 }, { x: 1, y: -1 }, { x: 2, y: -2 }])"],
    [inspect, "MmapArray(3) { x: 'd', y: 'd' } [ { x: 0, y: -0 }, { x: 1, y: -1 }, { x: 2, y: -2 } ]"],
    [JSON.stringify, '[{"x":0,"y":0},{"x":1,"y":-1},{"x":2,"y":-2}]'],
  ])('%o', (print, text) => {
    expect(print(array())).toBe(text)
  })

  test('bigints are text in JSON, in lists too', () => {
    const one = scope.keep(new MmapArray({ n: 'q', list: ['Q', 2] }, [{ n: -5, list: [1, 2n ** 63n] }]))
    expect(JSON.stringify(one)).toBe('[{"n":"-5","list":["1","9223372036854775808"]}]')
  })

  test('a closed array has its type', () => {
    const one = array()
    one.close()
    expect(inspect(one)).toBe("MmapArray { x: 'd', y: 'd' } [closed]")
  })

  test('errors name the type, and not all of a long one', () => {
    const long = scope.keep(new MmapArray(Array.from({ length: 500 }, (_, n) => [`field${n}`, 'd'])))
    expect(expectError('ERR_TYPE_MISMATCH', () => long.compare(long)).message.length).toBeLessThan(300)
    expect(expectError('ERR_INVALID_ARG_TYPE', () => long.append({})).message.length).toBeLessThan(300)
    expect(expectError('ERR_INVALID_ARG_TYPE', () => long.append(5)).message.length).toBeLessThan(400)
  })
})

describe('sharing', () => {
  const Trade = MmapArray.recordType(
    [
      ['time', 'q'],
      ['__proto__', 'B'],
      ['gain', ['f', 2]],
    ],
    { align: true },
  )
  const trade = (n) => ({ time: BigInt(n), ['__proto__']: n, gain: [n, n / 2] })

  test('a handle carries the record type, through JSON and a structured clone', () => {
    const one = scope.keep(new MmapArray(Trade, [trade(1), trade(2)]))
    const handle = one.handle()
    expect(handle.typecode).toBe(undefined)
    for (const copy of [handle, JSON.parse(JSON.stringify(handle)), structuredClone(handle)]) {
      const other = scope.keep(MmapArray.attach(copy))
      expect(other.typecode).toBe(Trade)
      expect(other.equals(one)).toBe(true)
    }
  })

  test.each([
    ['no record', { record: undefined }],
    ['a typecode too', { typecode: 'i' }],
    ['a number', { record: 5 }],
  ])('a handle with %s is none', (_, fields) => {
    const handle = { ...array().handle(), ...fields }
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.attach(handle))
  })

  test.each([
    ['nothing', {}],
    ['no list', { fields: 5, itemsize: 8 }],
    ['fields that are none', { fields: [null], itemsize: 8 }],
    ['a field outside', { fields: [{ name: 'x', typecode: 'd', offset: 1 }], itemsize: 8 }],
    ['no size', { fields: [{ name: 'x', typecode: 'd', offset: 0 }] }],
    ['no offset', { fields: [{ name: 'x', typecode: 'd' }], itemsize: 8 }],
    ['a large size', { fields: [{ name: 'x', typecode: 'd', offset: 0 }], itemsize: 2 ** 31 }],
  ])('a handle whose record has %s is refused', (_, record) => {
    const handle = { ...array().handle(), record }
    expectError('ERR_INVALID_RECORD_TYPE', () => MmapArray.attach(handle))
  })

  test('a thread attaches, reads and writes', async () => {
    const one = scope.keep(new MmapArray(Trade, [trade(1), trade(2)]))
    const thread = startThread(scope)
    const seen = await thread.run(({ MmapArray: Class }, handle) => {
      const other = Class.attach(handle)
      other.setField(1, 'time', 77)
      const { time, gain } = other.get(0)
      return { time, gain, type: String(other.typecode) }
    }, one.handle())
    expect(seen).toEqual({ time: 1n, gain: [1, 0.5], type: String(Trade) })
    expect(one.getField(1, 'time')).toBe(77n)
  })

  test('openShm and fromFd take a record type', () => {
    const name = `mmap-array-records-${process.pid}`
    const one = scope.keep(MmapArray.openShm(name, Trade, { flags: 'wx+' }))
    scope.atEnd(() => MmapArray.unlinkShm(name))
    one.append(trade(3))
    expect(scope.keep(MmapArray.openShm(name, Trade)).get(0)).toEqual(trade(3))
    const own = scope.keep(new MmapArray(Trade, [trade(4)]))
    expect(scope.keep(MmapArray.fromFd(own.fd, Trade)).get(0)).toEqual(trade(4))
  })

  test('arrays with other types of the same bytes', () => {
    const one = scope.keep(MmapArray.open(scope.path(), POINT, { flags: 'w+' }))
    one.extend(points(3))
    const numbers = scope.keep(MmapArray.open(one.path, 'd', { flags: 'r+' }))
    expect(numbers.tolist()).toEqual([0, -0, 1, -1, 2, -2])
    numbers.set(2, 50)
    expect(one.get(1)).toEqual({ x: 50, y: -1 })
    numbers.append(9)
    expect(one.refresh()).toBe(3)
    expectError('ERR_RAGGED_LENGTH', () =>
      scope.keep(MmapArray.open(one.path, POINT, { flags: 'r+' })).append(point(1)),
    )
  })
})

describe('flags', () => {
  const file = () => {
    const one = MmapArray.open(scope.path(), POINT, { flags: 'w+' })
    one.extend(points(3))
    one.close()
    return one.path
  }

  test('a read-only array throws ERR_READ_ONLY, and nothing is changed', () => {
    const path = file()
    const one = warm(scope.keep(MmapArray.open(path, POINT)))
    for (const call of [
      () => one.set(0, point(9)),
      () => one.append(point(9)),
      () => one.setField(0, 'x', 9),
      () => one.fill(point(9)),
      () => one.insert(0, point(9)),
      () => one.pop(),
      () => one.remove(point(1)),
      () => one.extend([point(9)]),
      () => one.setSlice([point(9)], 0, 1),
    ]) {
      expectError('ERR_READ_ONLY', call)
    }
    expect(expectError('ERR_READ_ONLY', () => one.setField(0, 'x', 9)).message).toContain('setField')
    expect(one.tolist()).toEqual(points(3))
  })

  test('a copy-on-write array keeps what is written to itself', () => {
    const path = file()
    const one = warm(scope.keep(MmapArray.open(path, POINT, { flags: 'c' })))
    one.setField(1, 'x', 8)
    one.set(0, point(9))
    one.set(2, point(7))
    expect(one.tolist()).toEqual([point(9), { x: 8, y: -1 }, point(7)])
    expectError('ERR_FIXED_LENGTH', () => one.append(point(1)))
    expect([...new Float64Array(fs.readFileSync(path).buffer.slice(0, 48))].length).toBe(6)
    expect(scope.keep(MmapArray.open(path, POINT)).tolist()).toEqual(points(3))
  })

  test('a closed array throws ERR_CLOSED', () => {
    const one = warm(array())
    one.close()
    for (const call of [
      () => one.get(0),
      () => one.set(0, point(1)),
      () => one.append(point(1)),
      () => one.pop(),
      () => one.getField(0, 'x'),
      () => one.setField(0, 'x', 1),
      () => one.slice(),
      () => one.tolist(),
      () => [...one],
      () => one.view,
      () => one.count(point(1)),
      () => one.equals([]),
    ]) {
      expectError('ERR_CLOSED', call)
    }
    expect([one.length, one.at(0), one[0], one.itemsize]).toEqual([0, undefined, undefined, 16])
  })
})

test.each([
  ['get', 'array.get(AT)'],
  ['at', 'array.at(AT)'],
  ['getField', "({ a: 1, b: [1, 1, 1], c: array.getField(AT, 'c') })"],
  ['a slice', 'array.slice(AT, AT + 1)[0]'],
  ['an iteration', '[...array][AT]'],
])('%s while another process truncates files is whole or an error', (_, read) =>
  inChild(
    scope,
    `const AT = Math.floor(PAGE / 20)
     const paths = Array.from({ length: 40 }, (_, n) => path + n)
     const left = new Set(paths.map((file) => {
       fs.writeFileSync(file, new Int32Array(10 * (AT + 1)).fill(1))
       return MmapArray.open(file, { a: 'i', b: ['i', 3], c: 'i' })
     }))
     const read = (array) => ${read}
     for (let round = 0; round < 50; round++) for (const array of left) read(array)
     armed(PAGE, ...paths)()
     while (left.size > 0) {
       for (const array of left) {
         let record
         try {
           record = read(array)
         } catch (error) {
           assert.equal(error.code, 'ERR_MEMORY_FAULT')
           left.delete(array)
           continue
         }
         assert.deepEqual(record.b, [1, 1, 1])
         assert.ok(record.a === 1 && record.c === 1)
       }
     }`,
  ),
)

// The page ends inside of a record of 20 bytes: some of its fields are there, the others are not.
describe.each([
  ['cold', ''],
  ['warm', 'for (let round = 0; round < 30; round++) for (let i = 0; i < records.length; i++) records.get(i)'],
])('a file that was truncated between two fields, %s', (_, prepare) => {
  const run = (body) =>
    inChild(
      scope,
      `const type = [['a', 'i'], ['b', ['i', 3]], ['c', 'i']]
       const whole = { a: 1, b: [1, 1, 1], c: 1 }
       const records = MmapArray.open(path, type, { flags: 'r+' })
       const WHOLE = Math.floor(PAGE / 20)
       assert.notEqual(PAGE % 20, 0)
       ${prepare}
       truncate(PAGE)
       ${body}`,
    )

  test('reads give the records before it and throw behind it', () =>
    run(`for (let i = 0; i < WHOLE; i++) assert.deepEqual(records.get(i), whole)
       assert.equal(records.getField(WHOLE - 1, 'c'), 1)
       for (const i of [WHOLE, WHOLE + 1, records.length - 1]) {
         assert.equal(code(() => records.get(i)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => records.at(i)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => records.getField(i, 'c')), 'ERR_MEMORY_FAULT')
       }
       for (const call of [() => records.tolist(), () => [...records], () => records.slice(), () => records.count(whole), () => records.equals(new Array(records.length).fill(whole))]) {
         assert.equal(code(call), 'ERR_MEMORY_FAULT')
       }
       assert.equal(records.refresh(), WHOLE)
       assert.equal(records.tolist().length, WHOLE)`))

  test('stores before it are kept, and those behind it throw and are never read back', () =>
    run(`const other = { a: 2, b: [2, 2, 2], c: 2 }
       records.set(0, other)
       records.setField(WHOLE - 1, 'c', 2)
       assert.deepEqual([records.get(0), records.getField(WHOLE - 1, 'c')], [other, 2])
       for (const i of [WHOLE, WHOLE + 1]) {
         assert.equal(code(() => records.set(i, other)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => records.setField(i, 'c', 2)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => records.get(i)), 'ERR_MEMORY_FAULT')
       }
       assert.equal(code(() => records.append(other)), 'ERR_MEMORY_FAULT')
       assert.equal(records.refresh(), WHOLE)`))

  test('setField throws for a store that is lost', () =>
    run(`assert.equal(code(() => records.setField(WHOLE + 1, 'c', 2)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => records.getField(WHOLE + 1, 'c')), 'ERR_MEMORY_FAULT')`))

  test('a getter that truncates the file is noticed', () =>
    inChild(
      scope,
      `const records = MmapArray.open(path, { a: 'i', b: 'i' }, { flags: 'r+' })
       ${prepare}
       const last = records.length - 1
       const value = { a: 2, get b() { truncate(PAGE); return 2 } }
       assert.equal(code(() => records.set(last, value)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => records.get(last)), 'ERR_MEMORY_FAULT')
       assert.deepEqual(records.get(0), { a: 1, b: 1 })`,
    ))
})
