// Columns of records, and the calls with { field }: against the same calls on an array of the field's values.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { Random } from './support/random.js'
import { useScope } from './support/scope.js'
import { messageOf, startThread } from './support/threads.js'
import { inChild } from './support/truncations.js'
import { TYPECODES, elements, typed, whole } from './support/typecodes.js'

const scope = useScope()
const COUNT = 10_000
const NUMBERS = TYPECODES.filter(({ kind }) => kind !== 'character')

/** Records with a field between others, at an odd offset. */
const around = (code) => ({ before: ['B', 3], v: code, after: 'h' })

/** Values in no order, many of them more than once; among floats also NaN, zeros of both signs, and infinities. */
function someValues(type, count) {
  const random = new Random(count, type.code)
  const special = type.kind === 'float' ? [NaN, -0, 0, Infinity, -Infinity] : []
  const plain = elements(type, 90)
  return Array.from({ length: count }, () => random.pick(random.chance(0.05) && special.length > 0 ? special : plain))
}

/** An array of records, and one of their values. */
function both(type, values) {
  const records = scope.keep(new MmapArray(around(type.code)))
  records.extend(values.map((v, n) => ({ before: [n % 256, 1, 2], v, after: n })))
  return { records, alone: scope.keep(new MmapArray(type.code, values)) }
}

const FIELD = { field: 'v' }

const codeOf = (promise) =>
  promise.then(
    () => 'nothing was thrown',
    (error) => error?.code ?? error,
  )

describe.each(TYPECODES)('a field of typecode $code', (type) => {
  const values = someValues(type, COUNT)

  test('column gives the values that an array of them gives', () => {
    const { records, alone } = both(type, values)
    expect(records.column('v')).toEqual(alone.slice())
    for (const bounds of [[5], [-3], [1, 4], [4, 1], [undefined, -9990], [-Infinity, 5n], [COUNT]]) {
      expect(records.column('v', ...bounds)).toEqual(alone.slice(...bounds))
    }
  })

  test('setColumn stores a typed array, an array and an iterable', () => {
    const { records, alone } = both(type, values)
    const others = elements(type, 50, 7)
    for (const [given, start] of [
      [typed(type, others), undefined],
      [others, 100],
      [new Set(elements(type, 50, 20)), -50],
      [scope.keep(new MmapArray(type.code, others)), 4000],
    ]) {
      records.setColumn('v', given, start)
      const first = start === undefined ? 0 : start < 0 ? COUNT + start : start
      alone.setSlice(given instanceof Set ? [...given] : given, first, first + 50)
      expect(records.column('v')).toEqual(alone.slice())
    }
    expect(records.column('after', 0, 3)).toEqual(Int16Array.of(0, 1, 2))
    expect(records.get(99).before).toEqual([99, 1, 2])
  })

  test('count and index with a field are those of an array of its values', () => {
    const { records, alone } = both(type, values)
    for (const value of [
      values[0],
      values[COUNT - 1],
      elements(type, 1, 95)[0],
      NaN,
      0,
      -0,
      2n ** 70n,
      'a',
      null,
      1.25,
    ]) {
      const [count, outcome] = [
        alone.count(value),
        (array, ...rest) => {
          try {
            return array.index(value, ...rest)
          } catch ({ code }) {
            return code
          }
        },
      ]
      expect(records.count(value, FIELD)).toBe(count)
      expect(outcome(records, FIELD)).toBe(outcome(alone))
      expect(outcome(records, 40, FIELD)).toBe(outcome(alone, 40))
      expect(outcome(records, -5000, 9999, FIELD)).toBe(outcome(alone, -5000, 9999))
    }
  })
})

describe.each(NUMBERS)('a field of typecode $code, as numbers', (type) => {
  const values = someValues(type, COUNT)
  const plain = values.map((value) => (Number.isNaN(value) ? whole(type, 3) : value))

  test('sum, min and max are those of an array of its values', () => {
    for (const some of [values, plain, values.slice(0, 1), plain.slice(0, 4097)]) {
      const { records, alone } = both(type, some)
      // toBe tells -0 from 0.
      expect(records.sum(FIELD)).toBe(alone.sum())
      expect(records.min(FIELD)).toBe(alone.min())
      expect(records.max(FIELD)).toBe(alone.max())
    }
  })

  test('sums of floats are added in the same order', () => {
    if (type.kind !== 'float') return
    const { records, alone } = both(
      type,
      Array.from({ length: COUNT }, (_, n) => 1 / (n + 1)),
    )
    expect(records.sum(FIELD)).toBe(alone.sum())
  })

  test('sort is stable and moves whole records', async () => {
    const expected = both(type, values).alone.sort().slice()
    for (const sort of [(records) => records.sort(FIELD), (records) => records.sortAsync(FIELD)]) {
      const { records } = both(type, values)
      const before = records.tolist()
      expect(await sort(records)).toBe(records)
      expect(records.column('v')).toEqual(expected)
      const after = records.tolist()
      expect(after.map((record) => record.after).toSorted((a, b) => a - b)).toEqual(
        before.map((record) => record.after),
      )
      for (const [n, record] of after.entries()) {
        if (!Object.is(record.v, before[record.after].v) || record.before[0] !== record.after % 256) {
          expect.fail(`the record at ${n} is made of several`)
        }
        const last = after[n - 1]
        if (last && Object.is(last.v, record.v) && last.after > record.after)
          expect.fail(`the record at ${n} is too late`)
      }
    }
  })

  test('bisect and searchsorted are those of an array of its values', async () => {
    const { records, alone } = both(type, values)
    records.sort(FIELD)
    alone.sort()
    for (const value of [values[7], values[70], -1e9, 7.25, 2n ** 60n, NaN, Infinity, whole(type, 0)]) {
      expect(records.bisectLeft(value, FIELD)).toBe(alone.bisectLeft(value))
      expect(records.bisectRight(value, FIELD)).toBe(alone.bisectRight(value))
      expect(records.bisectRight(value, 50, FIELD)).toBe(alone.bisectRight(value, 50))
      expect(records.bisectLeft(value, 50, 9000, FIELD)).toBe(alone.bisectLeft(value, 50, 9000))
    }
    const needles = typed(type, values.slice(0, 100))
    for (const side of ['left', 'right']) {
      expect(records.searchsorted(needles, side, FIELD)).toEqual(alone.searchsorted(needles, side))
      expect(await records.searchsortedAsync(needles, side, FIELD)).toEqual(alone.searchsorted(needles, side))
    }
    const others = scope.keep(new MmapArray(type.code, values.slice(0, 9)))
    expect(records.searchsorted(others, FIELD)).toEqual(alone.searchsorted(others))
    expect(await records.searchsortedAsync(others, FIELD)).toEqual(alone.searchsorted(others))
  })

  test('envelope is that of an array of its values', async () => {
    const { records, alone } = both(type, values)
    for (const given of [[1], [3], [COUNT], [700, 5], [10, 100, -100]]) {
      expect(records.envelope(...given, FIELD)).toEqual(alone.envelope(...given))
      expect(await records.envelopeAsync(...given, FIELD)).toEqual(alone.envelope(...given))
    }
  })
})

describe('fields of several values', () => {
  const make = () =>
    scope.keep(
      new MmapArray({ gain: ['f', 3], z: 'Zd', tag: ['w', 2] }, [
        { gain: [1, 2, 3], z: { re: 1, im: -1 }, tag: ['a', 'b'] },
        { gain: [4, 5, 6], z: 2, tag: ['c', 'd'] },
      ]),
    )

  test('column gives all values of each record', () => {
    const records = make()
    expect(records.column('gain')).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
    expect(records.column('z', 1)).toEqual(Float64Array.of(2, 0))
    expect(records.column('tag', 0, 1)).toEqual(Uint32Array.of(97, 98))
  })

  test('setColumn takes them as a typed array and as values of the field', () => {
    const records = make()
    records.setColumn('gain', Float32Array.of(7, 8, 9), 1)
    records.setColumn('z', [{ re: 0.5, im: 2n }, 3])
    records.setColumn('tag', [['x', 'y']])
    expect(records.tolist()).toEqual([
      { gain: [1, 2, 3], z: { re: 0.5, im: 2 }, tag: ['x', 'y'] },
      { gain: [7, 8, 9], z: { re: 3, im: 0 }, tag: ['c', 'd'] },
    ])
    expectError('ERR_RAGGED_LENGTH', () => records.setColumn('gain', Float32Array.of(1, 2, 3, 4)))
    expectError('ERR_INVALID_ARG_TYPE', () => records.setColumn('gain', [[1, 2]]))
    expect(records.get(0).gain).toEqual([1, 2, 3])
  })

  test('sum of a complex field, and of complex numbers, is that of both parts', () => {
    expect(make().sum({ field: 'z' })).toEqual({ re: 3, im: -1 })
    for (const code of ['Zf', 'Zd']) {
      const array = scope.keep(new MmapArray(code, [{ re: 1, im: 2 }, 3, { re: 0.5, im: -8 }]))
      expect(array.sum()).toEqual({ re: 4.5, im: -6 })
      array.clear()
      expect(array.sum()).toEqual({ re: 0, im: 0 })
    }
  })

  test.each([
    ['sum', 'gain'],
    ['sum', 'tag'],
    ...['min', 'max', 'sort'].flatMap((name) => ['gain', 'z', 'tag'].map((field) => [name, field])),
  ])('%s by %s is refused', (name, field) => {
    const { message } = expectError('ERR_TYPE_MISMATCH', () => make()[name]({ field }))
    expect(message).toContain('field')
  })

  test.each(['gain', 'z', 'tag'])('searches by %s are refused', (field) => {
    const records = make()
    for (const call of [
      () => records.count(1, { field }),
      () => records.count([1, 2, 3], { field }),
      () => records.index({ re: 1, im: -1 }, { field }),
      () => records.bisectLeft(1, { field }),
      () => records.searchsorted(Float32Array.of(1), { field }),
      () => records.envelope(1, { field }),
    ]) {
      expectError('ERR_TYPE_MISMATCH', call)
    }
  })
})

describe('options', () => {
  const make = () => scope.keep(new MmapArray({ time: 'q', tag: 'c' }, [{ time: 5, tag: 'a' }]))
  const CALLS = {
    sum: (array, options) => array.sum(undefined, undefined, options),
    min: (array, options) => array.min(0, undefined, options),
    max: (array, options) => array.max(undefined, Infinity, options),
    count: (array, options) => array.count(5, undefined, undefined, options),
    index: (array, options) => array.index(5, undefined, undefined, options),
    bisectLeft: (array, options) => array.bisectLeft(5, undefined, undefined, options),
    bisectRight: (array, options) => array.bisectRight(5, 0, undefined, options),
    searchsorted: (array, options) => array.searchsorted(NEEDLES[array.typecode] ?? NEEDLES.q, undefined, options),
    envelope: (array, options) => array.envelope(1, undefined, undefined, options),
    sort: (array, options) => array.sort(options),
  }
  const NEEDLES = { d: Float64Array.of(5), q: BigInt64Array.of(5n) }

  describe.each(Object.keys(CALLS))('%s', (name) => {
    const call = CALLS[name]

    test('takes a field', () => expect(() => call(make(), { field: 'time' })).not.toThrow())

    test('of an unknown field says which there are', () => {
      const { message } = expectError('ERR_INVALID_ARG_TYPE', () => call(make(), { field: 'price' }))
      expect(message).toContain("time: 'q', tag: 'c'")
      expect(message).toContain('price')
    })

    test('of anything but the name of a field is an error', () => {
      for (const field of [0, null, Symbol('x'), ['time'], {}, '__proto__', 'constructor', 'TIME']) {
        expectError('ERR_INVALID_ARG_TYPE', () => call(make(), { field }))
      }
    })

    test('with another option is an error', () => {
      expectError('ERR_INVALID_ARG_TYPE', () => call(make(), { fields: 'time' }))
      expectError('ERR_INVALID_ARG_TYPE', () => call(make(), { field: 'time', signal: undefined, other: 1 }))
      expectError('ERR_INVALID_ARG_TYPE', () => call(make(), null))
    })

    test('of an array without fields says so', () => {
      const { message } = expectError('ERR_TYPE_MISMATCH', () =>
        call(scope.keep(new MmapArray('d', [5])), { field: 'time' }),
      )
      expect(message).toBe("Only records have fields. This array is of typecode 'd'")
    })

    test('of an array without fields takes options that name none', () => {
      const array = scope.keep(new MmapArray('d', [5]))
      expect(() => call(array, {})).not.toThrow()
      expect(() => call(array, { field: undefined })).not.toThrow()
    })

    test('reads the option once', () => {
      let reads = 0
      const options = {
        get field() {
          reads++
          return 'time'
        },
      }
      call(make(), options)
      expect(reads).toBe(1)
    })
  })

  test.each(['sum', 'min', 'max', 'sort'])('%s of records without a field says what to do', (name) => {
    expect(expectError('ERR_TYPE_MISMATCH', () => make()[name]()).message).toContain(`${name}({ field: 'name' })`)
  })

  test('an object before other arguments is no option', () => {
    expectError('ERR_INVALID_ARG_TYPE', () => make().index(5, { field: 'time' }, 1))
    expectError('ERR_TYPE_MISMATCH', () => make().bisectLeft(5, { field: 'time' }, 1))
    expectError('ERR_INVALID_ARG_TYPE', () => make().envelope(1, { field: 'time' }, 1))
    expectError('ERR_INVALID_ARG_TYPE', () => make().index(5, {}))
    expectError('ERR_INVALID_ARG_TYPE', () => make().index(5, [{ field: 'time' }]))
    expectError('ERR_INVALID_ARG_TYPE', () => make().index(5, { fields: 'time' }))
  })

  test('asynchronous calls take a field and a signal, and reject', async () => {
    const { signal } = new AbortController()
    const records = scope.keep(
      new MmapArray({ time: 'q', tag: 'c' }, [
        { time: 7, tag: 'a' },
        { time: 5, tag: 'b' },
      ]),
    )
    await records.sortAsync({ field: 'time', signal })
    expect(records.get(0)).toEqual({ time: 5n, tag: 'b' })
    const needles = BigInt64Array.of(6n)
    expect(await records.searchsortedAsync(needles, undefined, { field: 'time', signal })).toEqual(Float64Array.of(1))
    expect((await records.envelopeAsync(1, { field: 'time', signal })).max).toEqual(BigInt64Array.of(7n))
    const aborted = { field: 'time', signal: AbortSignal.abort({ code: 'why' }) }
    for (const call of [
      (options) => records.sortAsync(options),
      (options) => records.searchsortedAsync(needles, undefined, options),
      (options) => records.envelopeAsync(1, undefined, undefined, options),
    ]) {
      expect(await codeOf(call(aborted))).toBe('why')
      expect(await codeOf(call({ field: 'price' }))).toBe('ERR_INVALID_ARG_TYPE')
      expect(await codeOf(call({ field: 'tag' }))).toBe('ERR_TYPE_MISMATCH')
      expect(await codeOf(call({}))).toBe('ERR_TYPE_MISMATCH')
      expect(await codeOf(call({ field: 'time', signal: 1 }))).toBe('ERR_INVALID_ARG_TYPE')
      expect(await codeOf(call({ field: 'time', other: 1 }))).toBe('ERR_INVALID_ARG_TYPE')
    }
  })
})

describe('setColumn', () => {
  const make = () =>
    scope.keep(
      new MmapArray({ x: 'i', y: 'd' }, [
        { x: 1, y: 0.1 },
        { x: 2, y: 0.2 },
        { x: 3, y: 0.3 },
      ]),
    )
  const X = [1, 2, 3]

  test.each([
    ['more values than records', [[1, 2, 3, 4]], 'ERR_OUT_OF_RANGE'],
    ['more values than records from a start on', [Int32Array.of(1, 2), 2], 'ERR_OUT_OF_RANGE'],
    ['a start behind the end', [[], 4], 'ERR_OUT_OF_RANGE'],
    ['a start before the first', [[9], -4], 'ERR_OUT_OF_RANGE'],
    ['a start that is not an integer', [[9], 0.5], 'ERR_INVALID_ARG_TYPE'],
    ['a start that is a text', [[9], '0'], 'ERR_INVALID_ARG_TYPE'],
    ['a value that does not fit', [[9, 2 ** 31]], 'ERR_VALUE_OUT_OF_RANGE'],
    ['a value of another kind', [[9, 'x']], 'ERR_INVALID_ARG_TYPE'],
    ['a typed array of another kind', [Float64Array.of(9)], 'ERR_TYPE_MISMATCH'],
    ['a DataView', [new DataView(new ArrayBuffer(4))], 'ERR_INVALID_ARG_TYPE'],
    ['a number', [9], 'ERR_INVALID_ARG_TYPE'],
    ['nothing', [], 'ERR_INVALID_ARG_TYPE'],
    ['null', [null], 'ERR_INVALID_ARG_TYPE'],
    ['an ArrayBuffer', [new ArrayBuffer(4)], 'ERR_INVALID_ARG_TYPE'],
  ])('of %s changes nothing', (_, given, code) => {
    const records = make()
    expectError(code, () => records.setColumn('x', ...given))
    expect([...records.column('x')]).toEqual(X)
    expect([...records.column('y')]).toEqual([0.1, 0.2, 0.3])
  })

  test('of arrays of other types is an error', () => {
    const records = make()
    expectError('ERR_TYPE_MISMATCH', () => records.setColumn('x', scope.keep(new MmapArray('d', [1]))))
    expectError('ERR_TYPE_MISMATCH', () => records.setColumn('x', records))
    const closed = new MmapArray('i', [1])
    closed.close()
    expectError('ERR_CLOSED', () => records.setColumn('x', closed))
  })

  test('of an iterator that throws changes nothing', () => {
    const records = make()
    function* values() {
      yield 9
      throw new RangeError('mine')
    }
    expect(() => records.setColumn('x', values())).toThrow('mine')
    expect([...records.column('x')]).toEqual(X)
  })

  test('of an iterator that changes the array takes its new length', () => {
    const records = make()
    function* growing() {
      records.append({ x: 4, y: 0.4 })
      yield 9
    }
    records.setColumn('x', growing(), -1)
    expect([...records.column('x')]).toEqual([1, 2, 3, 9])
    function* clearing() {
      records.clear()
      yield 9
    }
    expectError('ERR_OUT_OF_RANGE', () => records.setColumn('x', clearing()))
    function* closing() {
      records.close()
      yield 9
    }
    expectError('ERR_CLOSED', () => records.setColumn('x', closing()))
  })

  test('from views of its own memory takes the values of before', () => {
    const Pair = { a: 'q', b: 'q' }
    const records = scope.keep(
      new MmapArray(
        Pair,
        Array.from({ length: 500 }, (_, n) => ({ a: n, b: -n })),
      ),
    )
    const { buffer } = records.view
    const words = new BigInt64Array(buffer, 0, 500)
    const expected = words.slice()
    records.setColumn('b', words)
    expect(records.column('b')).toEqual(expected)
    expect(records.column('a')[499]).toBe(499n)
  })

  test('leaves padding and other fields alone', () => {
    const Type = MmapArray.recordType({ flag: 'b', x: 'd' }, { align: true })
    const records = scope.keep(new MmapArray(Type))
    records.frombytes(new Uint8Array(32).fill(0xab))
    records.setColumn('x', Float64Array.of(1, 2))
    const bytes = records.tobytes()
    for (const start of [0, 16]) expect([...bytes.subarray(start, start + 8)]).toEqual(Array(8).fill(0xab))
  })
})

describe('an array in each state', () => {
  const TYPE = { x: 'd', n: 'B' }
  const ITEMS = Array.from({ length: 1000 }, (_, n) => ({ x: (n * 7) % 100, n: n % 256 }))
  const fileOf = () => {
    const path = scope.path()
    const array = MmapArray.open(path, TYPE, { flags: 'w+' })
    array.extend(ITEMS)
    array.close()
    return path
  }

  test('read-only: column and searches work, setColumn and sort do not', async () => {
    const path = fileOf()
    const before = fs.readFileSync(path)
    const records = scope.keep(MmapArray.open(path, TYPE, { flags: 'r' }))
    expect([...records.column('x', 0, 3)]).toEqual([0, 7, 14])
    expect(records.max({ field: 'x' })).toBe(99)
    expectError('ERR_READ_ONLY', () => records.setColumn('x', [1]))
    expectError('ERR_READ_ONLY', () => records.setColumn('x', Float64Array.of(1)))
    expectError('ERR_READ_ONLY', () => records.sort({ field: 'x' }))
    expect(await codeOf(records.sortAsync({ field: 'x' }))).toBe('ERR_READ_ONLY')
    expect(fs.readFileSync(path).equals(before)).toBe(true)
  })

  test('read-only and closed: setColumn runs no code of the user', () => {
    const records = scope.keep(MmapArray.open(fileOf(), TYPE, { flags: 'r' }))
    let runs = 0
    const values = {
      *[Symbol.iterator]() {
        runs++
        yield 1
      },
    }
    expectError('ERR_READ_ONLY', () => records.setColumn('x', values))
    records.close()
    expectError('ERR_CLOSED', () => records.setColumn('x', values))
    expect(runs).toBe(0)
  })

  test('copy-on-write: what setColumn and sort write stays out of the file', () => {
    const path = fileOf()
    const before = fs.readFileSync(path)
    const records = scope.keep(MmapArray.open(path, TYPE, { flags: 'c' }))
    records.setColumn('x', Float64Array.of(-5), 3)
    expect(records.min({ field: 'x' })).toBe(-5)
    records.sort({ field: 'x' })
    expect(records.get(0)).toEqual({ x: -5, n: 3 })
    expect(fs.readFileSync(path).equals(before)).toBe(true)
    records.refresh()
  })

  test('closed: every call says so', async () => {
    const records = new MmapArray(TYPE, ITEMS)
    records.close()
    const field = { field: 'x' }
    for (const call of [
      () => records.column('x'),
      () => records.setColumn('x', [1]),
      () => records.setColumn('x', Float64Array.of(1)),
      () => records.sum(field),
      () => records.min(field),
      () => records.max(field),
      () => records.count(1, field),
      () => records.index(1, field),
      () => records.bisectLeft(1, field),
      () => records.searchsorted(Float64Array.of(1), field),
      () => records.envelope(1, field),
      () => records.sort(field),
    ]) {
      expectError('ERR_CLOSED', call)
    }
    expect(await codeOf(records.sortAsync(field))).toBe('ERR_CLOSED')
    expect(await codeOf(records.envelopeAsync(1, field))).toBe('ERR_CLOSED')
    expect(await codeOf(records.searchsortedAsync(Float64Array.of(1), field))).toBe('ERR_CLOSED')
  })

  test('empty: columns are empty, min and max throw', () => {
    const records = scope.keep(new MmapArray(TYPE))
    expect(records.column('x')).toEqual(new Float64Array(0))
    records.setColumn('x', [])
    expect(records.sum({ field: 'x' })).toBe(0)
    expect(records.bisectLeft(3, { field: 'x' })).toBe(0)
    expect(records.sort({ field: 'x' })).toBe(records)
    expectError('ERR_EMPTY', () => records.min({ field: 'x' }))
    expectError('ERR_VALUE_NOT_FOUND', () => records.index(3, { field: 'x' }))
  })

  test('a file behind a header, and one that is reserved', () => {
    const path = scope.file(Buffer.alloc(7))
    const records = scope.keep(MmapArray.open(path, TYPE, { flags: 'r+', offset: 7 }))
    records.extend(ITEMS)
    records.reserve(5000)
    records.sort({ field: 'x' })
    records.setColumn('n', [9], -1)
    records.trim()
    const again = scope.keep(MmapArray.open(path, TYPE, { flags: 'r', offset: 7 }))
    expect([...again.column('x')]).toEqual(ITEMS.map(({ x }) => x).toSorted((a, b) => a - b))
    expect(again.get(-1).n).toBe(9)
  })

  test('while a job sorts, columns are read and lengths stay', async () => {
    const records = scope.keep(new MmapArray(TYPE, ITEMS))
    const job = records.sortAsync({ field: 'x' })
    expectError('ERR_BUSY', () => records.append(ITEMS[0]))
    expectError('ERR_BUSY', () => records.sort({ field: 'x' }))
    expect(records.column('n').length).toBe(1000)
    await job
    expect(records.column('x')).toEqual(records.column('x').sort())
  })

  test('another thread sees the columns that are set here, and sets its own', async () => {
    const records = scope.keep(new MmapArray(TYPE, ITEMS))
    const worker = startThread(
      `const records = MmapArray.attach(workerData)
       post(records.sum({ field: 'x' }))
       await received()
       post([...records.column('x', 0, 3)])
       records.setColumn('n', Uint8Array.of(7), 999)
       await records.sortAsync({ field: 'n' })
       post('sorted')`,
      records.handle(),
    )
    scope.atEnd(() => worker.terminate())
    expect(await messageOf(worker)).toBe(records.sum({ field: 'x' }))
    records.setColumn('x', [1, 2, 3])
    worker.postMessage('go')
    expect(await messageOf(worker)).toEqual([1, 2, 3])
    expect(await messageOf(worker)).toBe('sorted')
    expect(records.column('n')).toEqual(records.column('n').sort())
  })
})

describe('a file that another process truncates', () => {
  // 12,500 records of 32 bytes on the elements of the child's array.
  const OPEN = `
    const records = MmapArray.open(path, { pad: ['B', 20], v: 'i', more: 'd' }, { flags })
    const v = { field: 'v' }
    assert.equal(records.length, 12_500)`

  test.each([
    "column('v')",
    "column('v', -5)",
    'sum(v)',
    'min(v)',
    'count(1, v)',
    'index(7, v)',
    'searchsorted(Int32Array.of(1), v)',
    'envelope(5, v)',
    "setColumn('v', new Int32Array(12_500))",
    "setColumn('v', [5], -1)",
    'sort(v)',
  ])('%s is the error, and no zeros', (call) =>
    inChild(
      scope,
      `const flags = 'r+'
       ${OPEN}
       truncate(PAGE)
       assert.equal(code(() => records.${call}), 'ERR_MEMORY_FAULT')
       assert.equal(fs.statSync(path).size, PAGE)
       assert.ok(fs.readFileSync(path).every((byte, at) => byte === (at % 4 === 0 ? 1 : 0)), 'the rest was changed')
       records.refresh()
       assert.equal(records.length, PAGE / 32)
       assert.equal(code(() => records.column('v')), 'nothing thrown')`,
    ),
  )

  test.each(["column('v')", 'sum(v)', 'sort(v)', 'count(0, v)', 'envelope(3, v)'])(
    '%s in a loop meets the error while it runs, and never zeros',
    (call) =>
      inChild(
        scope,
        `array.extend(new Int32Array(4_000_000).fill(1))
         const records = MmapArray.open(path, { pad: ['B', 20], v: 'i', more: 'd' }, { flags: 'r+' })
         const v = { field: 'v' }
         const wanted = JSON.stringify(records.${call.startsWith('sort') ? 'sum(v)' : call}).length
         const fire = armed(PAGE, path)
         let met
         for (let round = 0; met !== 'ERR_MEMORY_FAULT'; round++) {
           if (round === 3) fire()
           met = code(() => {
             const result = records.${call}
             if (result?.includes?.(0)) throw new Error('zeros')
           })
           assert.ok(met === 'nothing thrown' || met === 'ERR_MEMORY_FAULT', met)
         }
         assert.ok(fs.readFileSync(path).every((byte, at) => byte === (at % 4 === 0 ? 1 : 0)), 'the rest was changed')`,
      ),
  )

  test.each(['sortAsync(v)', 'envelopeAsync(3, v)', 'searchsortedAsync(new Int32Array(9), v)'])(
    '%s rejects, and writes nothing back',
    (call) =>
      inChild(
        scope,
        `const flags = 'r+'
         ${OPEN}
         const whole = records.${call}
         await whole
         truncate(PAGE)
         const codeOf = (promise) => promise.then(() => 'nothing thrown', (error) => error.code)
         assert.equal(await codeOf(records.${call}), 'ERR_MEMORY_FAULT')
         assert.ok(fs.readFileSync(path).every((byte, at) => byte === (at % 4 === 0 ? 1 : 0)), 'the rest was changed')`,
      ),
  )

  test('sort of records that could not be read leaves the file as it is', () =>
    inChild(
      scope,
      `const flags = 'r+'
       ${OPEN}
       records.set(0, { pad: Array(20).fill(1), v: 9, more: 0 })
       const before = fs.readFileSync(path).subarray(0, PAGE)
       truncate(PAGE)
       assert.equal(code(() => records.sort(v)), 'ERR_MEMORY_FAULT')
       assert.ok(fs.readFileSync(path).equals(before))`,
    ))
})

test('a sort that is aborted leaves whole records, each as often as before', async () => {
  const result = await runNode(
    `const records = new MmapArray({ key: 'd', id: 'I' })
     const count = 300_000
     const bytes = new DataView(new ArrayBuffer(12 * count))
     for (let n = 0; n < count; n++) {
       bytes.setFloat64(12 * n, Math.sin(n), true)
       bytes.setUint32(12 * n + 8, n, true)
     }
     records.frombytes(bytes)
     for (const wait of [0, 0, 1, 3, 5, 8, 13]) {
       const controller = new AbortController()
       const sorted = records.sortAsync({ field: 'key', signal: controller.signal }).then(() => 'sorted', () => 'aborted')
       setTimeout(() => controller.abort(), wait)
       const outcome = await sorted
       const keys = records.column('key'), ids = records.column('id')
       if (!keys.every((key, n) => key === Math.sin(ids[n]))) throw new Error('torn')
       if (new Set(ids).size !== count) throw new Error('lost')
       const isInOrder = keys.every((key, n) => n === 0 || keys[n - 1] <= key)
       if (outcome === 'sorted' && !isInOrder) throw new Error('not sorted')
       records.setColumn('key', Float64Array.from(ids, Math.sin).reverse())
       records.setColumn('id', ids.slice().reverse())
     }
     console.log('end')`,
    { timeout: 60_000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
})

test('10,000 records of 20 bytes are sorted while others write, and all are there', async () => {
  const records = scope.keep(new MmapArray({ key: 'q', id: 'q', sum: 'I' }))
  records.extend(Array.from({ length: 10_000 }, (_, n) => ({ key: (n * 7919) % 1009, id: n, sum: n })))
  const worker = startThread(
    `const records = MmapArray.attach(workerData.handle)
     post('ready')
     while (Atomics.load(workerData.stop, 0) === 0) records.setColumn('sum', records.column('sum'))
     post('done')`,
    { handle: records.handle(), stop: new Int32Array(new SharedArrayBuffer(4)) },
  )
  await messageOf(worker)
  for (let round = 0; round < 20; round++) {
    records.sort({ field: round % 2 === 0 ? 'key' : 'id' })
  }
  await worker.terminate()
  records.sort({ field: 'id' })
  expect(records.column('id').every((id, n) => id === BigInt(n))).toBe(true)
})
