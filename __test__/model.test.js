// Random sequences of operations against a plain JavaScript array, for every typecode and storage. differential.test.js asks the
// real Python, with bad arguments too; this one needs none, and prints the shortest sequence that fails.
// FC_SEED=… repeats it, FC_RUNS=… asks for more.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import * as plain from './support/plain-array.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, encode, halfValue, typed, untyped } from './support/typecodes.js'

const RUNS = Number(process.env.FC_RUNS ?? 25)
const LONGEST = 2000

function elementsOf(type) {
  const samples = fc.constantFrom(...type.samples)
  if (type.kind === 'integer') return fc.oneof(samples, fc.integer({ min: Number(type.min), max: Number(type.max) }))
  if (type.kind === 'bigint') return fc.oneof(samples, fc.bigInt({ min: type.min, max: type.max }))
  if (type.code === 'e') return fc.integer({ min: 0, max: 0xffff }).map(halfValue)
  if (type.code === 'f') return fc.float()
  if (type.code === 'd') return fc.double()
  const last = type.code === 'c' ? 0xff : 0x10ffff
  return fc.oneof(samples, fc.integer({ min: 0, max: last }).filter(isScalar).map(String.fromCodePoint))
}

const isScalar = (codePoint) => codePoint < 0xd800 || codePoint > 0xdfff
const equal = (one, other) => one === other

/** What the array does, and what a plain array makes of the same: [arguments, work on the array, model -> model]. */
function operationsOf(type) {
  const element = elementsOf(type)
  const list = fc.array(element, { maxLength: 12 })
  const position = fc.integer({ min: -15, max: 15 })
  const bound = fc.oneof(fc.constant(undefined), position, fc.constantFrom(-Infinity, Infinity, 2n ** 70n, 100))
  const step = fc.constantFrom(undefined, undefined, 1, 1, 2, 3, -1, -2, -3)
  const bounds = fc.tuple(bound, bound, step)
  const form = fc.constantFrom('list', 'typed array', 'MmapArray', 'iterator')
  const source = fc.tuple(list, form).map(([items, form]) => ({ items, form }))

  return {
    append: {
      input: element,
      run: (array, item) => void array.append(item),
      model: (items, item) => [...items, item],
    },
    'many appends': {
      input: fc.tuple(element, fc.integer({ min: 1, max: 300 })),
      run(array, [item, times]) {
        for (let n = 0; n < times; n++) array.append(item)
      },
      model: (items, [item, times]) => [...items, ...Array(times).fill(item)],
    },
    extend: {
      input: source,
      run: (array, given) => withSource(type, given, (values) => void array.extend(values)),
      model: (items, given) => [...items, ...given.items],
    },
    'extend by itself': {
      input: fc.constant(null),
      run: (array) => void array.extend(array),
      model: (items) => [...items, ...items],
    },
    insert: {
      input: fc.tuple(position, element),
      run: (array, [index, item]) => void array.insert(index, item),
      model: (items, [index, item]) => plain.insert(items, index, item),
    },
    pop: {
      input: fc.oneof(fc.constant(-1), position),
      run: (array, index) => array.pop(index),
      model(items, index) {
        if (index < -items.length || index >= items.length) throw new Error('refused')
        const left = [...items]
        const [value] = left.splice(index, 1)
        return { items: left, value }
      },
    },
    remove: {
      input: fc.tuple(position, element),
      run: (array, [index, other]) => void array.remove(array.at(index) ?? other),
      model(items, [index, other]) {
        const at = items.findIndex((item) => equal(item, items.at(index) ?? other))
        if (at < 0) throw new Error('refused')
        return items.toSpliced(at, 1)
      },
    },
    clear: { input: fc.constant(null), run: (array) => void array.clear(), model: () => [] },
    set: {
      input: fc.tuple(position, element),
      run: (array, [index, item]) => void array.set(index, item),
      model(items, [index, item]) {
        if (index < -items.length || index >= items.length) throw new Error('refused')
        return items.with(index, item)
      },
    },
    'write by a view': {
      input: fc.tuple(fc.nat(14), element),
      run(array, [index, item]) {
        if (index < array.length) array.view.set(typed(type, [item]), index)
      },
      model: (items, [index, item]) => (index < items.length ? items.with(index, item) : items),
    },
    slice: {
      input: bounds,
      run: (array, where) => untyped(type, array.slice(...where)),
      model: (items, where) => ({ items, value: plain.slice(items, ...where) }),
    },
    setSlice: {
      input: fc.tuple(source, bounds),
      run: (array, [given, where]) => withSource(type, given, (values) => void array.setSlice(values, ...where)),
      model(items, [given, where]) {
        const result = plain.setSlice(items, given.items, ...where)
        if (!result) throw new Error('refused')
        return result
      },
    },
    'setSlice from itself': {
      input: bounds,
      run: (array, where) => void array.setSlice(array, ...where),
      model(items, where) {
        const result = plain.setSlice(items, items, ...where)
        if (!result) throw new Error('refused')
        return result
      },
    },
    deleteSlice: {
      input: bounds,
      run: (array, where) => void array.deleteSlice(...where),
      model: (items, where) => plain.deleteSlice(items, ...where),
    },
    reverse: {
      input: fc.constant(null),
      run: (array) => void array.reverse(),
      model: (items) => items.toReversed(),
    },
    'byteswap twice': {
      input: fc.constant(null),
      run: (array) => void array.byteswap().byteswap(),
      model: (items) => items,
    },
    repeatInPlace: {
      input: fc.integer({ min: -1, max: 3 }),
      run: (array, times) => void array.repeatInPlace(times),
      model: (items, times) => Array(Math.max(times, 0)).fill(items).flat(),
    },
    fill: {
      input: fc.tuple(element, position, position),
      run: (array, [item, start, end]) => void array.fill(item, start, end),
      model: (items, [item, start, end]) => [...items].fill(item, start, end),
    },
    frombytes: {
      input: list,
      run: (array, items) => void array.frombytes(encode(type, items)),
      model: (items, more) => [...items, ...more],
    },
    fromlist: {
      input: list,
      run: (array, items) => void array.fromlist(items),
      model: (items, more) => [...items, ...more],
    },
    search: {
      input: fc.tuple(position, element, position, position),
      run(array, [index, other, start, stop]) {
        const needle = array.at(index) ?? other
        let found = -1
        try {
          found = array.index(needle, start, stop)
        } catch (error) {
          if (error.code !== 'ERR_VALUE_NOT_FOUND') throw error
        }
        return [array.count(needle), array.includes(needle), found]
      },
      model(items, [index, other, start, stop]) {
        const needle = items.at(index) ?? other
        const { positions } = plain.sliceOf(items.length, start, stop)
        const found = positions.find((n) => equal(items[n], needle)) ?? -1
        const count = items.filter((item) => equal(item, needle)).length
        return { items, value: [count, count > 0, found] }
      },
    },
    'concat, repeat, copy': {
      input: list,
      run(array, items) {
        const made = [array.concat(items), array.repeat(2), array.copy()]
        const lists = made.map((one) => one.tolist())
        for (const one of made) one.close()
        return lists
      },
      model: (items, more) => ({ items, value: [[...items, ...more], [...items, ...items], items] }),
    },
    reserve: {
      input: fc.nat(5000),
      run: (array, capacity) => void array.reserve(capacity),
      model: (items) => items,
    },
    trim: { input: fc.constant(null), run: (array) => void array.trim(), model: (items) => items },
    flush: { input: fc.constant(null), run: (array) => void array.flush(), model: (items) => items },
    refresh: {
      input: fc.constant(null),
      run: (array) => array.refresh(),
      model: (items) => ({ items, value: items.length }),
    },
    'another array on the same bytes': {
      input: fc.tuple(element, fc.boolean()),
      run(array, [item, pops]) {
        const other = MmapArray.attach(array.handle())
        other.append(item)
        if (pops) other.pop(0)
        const list = other.tolist()
        other.close()
        array.refresh()
        return list
      },
      model(items, [item, pops]) {
        const result = [...items, item].slice(pops ? 1 : 0)
        return { items: result, value: result }
      },
    },
  }
}

function withSource(type, { items, form }, use) {
  if (form === 'list') return use(items)
  if (form === 'typed array') return use(typed(type, items))
  if (form === 'iterator') return use(items.values())
  const other = new MmapArray(type.code, items)
  try {
    return use(other)
  } finally {
    other.close()
  }
}

const REFUSALS = ['ERR_INDEX_OUT_OF_RANGE', 'ERR_EMPTY', 'ERR_VALUE_NOT_FOUND', 'ERR_OUT_OF_RANGE']

function sameList(actual, expected) {
  return actual.length === expected.length && actual.every((item, n) => Object.is(item, expected[n]))
}

/** Runs one operation on both; returns the model's new items. */
function step(operation, array, items, input) {
  let expected
  let refused = false
  try {
    const result = operation.model(items, input)
    expected = Array.isArray(result) ? { items: result, value: undefined } : result
  } catch {
    refused = true
  }
  if (expected && expected.items.length > LONGEST) return items
  if (refused) {
    let code
    try {
      operation.run(array, input)
    } catch (error) {
      code = error.code
    }
    expect(REFUSALS).toContain(code)
    return items
  }
  expect(operation.run(array, input)).toEqual(expected.value)
  return expected.items
}

function agree(type, array, items) {
  if (array.length !== items.length) expect(array.length).toBe(items.length)
  expect(array.capacity).toBeGreaterThanOrEqual(items.length)
  const list = array.tolist()
  if (!sameList(list, items)) expect(list).toEqual(items)
  const seen = untyped(type, array.view)
  if (!sameList(seen, items)) expect(seen).toEqual(items)
  for (const n of [0, items.length - 1, items.length, -1]) expect(array.at(n)).toBe(items.at(n))
}

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const operations = operationsOf(type)
    const call = fc.oneof(...Object.entries(operations).map(([name, { input }]) => fc.tuple(fc.constant(name), input)))

    test('any sequence of operations leaves what a plain array holds', () => {
      fc.assert(
        fc.property(
          fc.array(elementsOf(type), { maxLength: 20 }),
          fc.array(call, { maxLength: 40 }),
          (start, calls) => {
            let items = start
            const array = make(type, start, scope)
            agree(type, array, items)
            for (const [name, input] of calls) {
              items = step(operations[name], array, items, input)
              agree(type, array, items)
            }
            const iterated = [...array]
            if (!sameList(iterated, items)) expect(iterated).toEqual(items)
            array.close()
            if (onDisk && !items.some(Number.isNaN)) expect(onDisk(array).equals(encode(type, items))).toBe(true)
          },
        ),
        { numRuns: RUNS, ...(process.env.FC_SEED && { seed: Number(process.env.FC_SEED) }) },
      )
    })
  })
})
