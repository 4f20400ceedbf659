// add, exchange and compareExchange: what they give and leave for each type, and that no change of another thread, process or
// program is lost.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { describeWith, expectExit, runNode, script } from './support/processes.js'
import { useProgram } from './support/programs.js'
import { Random } from './support/random.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { ended, startThread } from './support/threads.js'
import { inChild } from './support/truncations.js'
import { halfBits, halfValue, ofKind, outOfRange, typecode, whole, wrongTypes } from './support/typecodes.js'

const scope = useScope()
const NUMBERS = ofKind('integer', 'bigint', 'float')
const INTEGERS = ofKind('integer', 'bigint')
const FLOATS = ofKind('float')

/** Brings the elements within reach of JavaScript. Before, the core makes the changes. */
function warm(array) {
  for (let n = 0; n < 50; n++) array.set(0, array.get(0))
  return array
}
const WAYS = [
  ['in the core', (array) => array],
  ['in JavaScript', warm],
]
const make = (type, items, prepare) => prepare(scope.keep(new MmapArray(type.code, items)))
const code = (call) => thrownBy(call).code

describe.each(WAYS)('%s', (_, prepare) => {
  test.each(INTEGERS)('add to the ends of $code wraps as Atomics.add does', (type) => {
    const [min, max] = [type.min, type.max].map((end) => (type.kind === 'bigint' ? end : Number(end)))
    const one = whole(type, 1)
    const array = make(type, [whole(type, 5), max, whole(type, 7)], prepare)
    const view = new type.View([whole(type, 5), max, whole(type, 7)])
    for (const value of [one, one, max, max, min, min, whole(type, 0), type.signed ? -one : one]) {
      expect(array.add(1, value)).toBe(Atomics.add(view, 1, value))
      expect(array.tolist()).toEqual([...view])
    }
    const last = array.get(1)
    expect(array.add(-2, one)).toBe(last)
  })

  test.each(NUMBERS)('a change of $code gives the element before and leaves its neighbours', (type) => {
    const [a, b, c] = [3, 1, 2].map((n) => whole(type, n))
    const array = make(type, [a, b, c], prepare)
    expect(array.add(1, c)).toBe(b)
    expect(array.tolist()).toEqual([a, a, c])
    expect(array.exchange(-1, b)).toBe(c)
    expect(array.tolist()).toEqual([a, a, b])
    expect(array.compareExchange(0, b, c)).toBe(a)
    expect(array.tolist()).toEqual([a, a, b])
    expect(array.compareExchange(-3, a, c)).toBe(a)
    expect(array.tolist()).toEqual([c, a, b])
  })

  test.each(NUMBERS)('a value that set refuses for $code is refused, and nothing changes', (type) => {
    const items = [3, 1, 2].map((n) => whole(type, n))
    const array = make(type, items, prepare)
    for (const [name, value] of [...wrongTypes(type), ...outOfRange(type)]) {
      const refusal = thrownBy(() => array.set(1, value), name)
      const calls = {
        value: [() => array.add(1, value), () => array.exchange(1, value)],
        expected: [() => array.compareExchange(1, value, items[0])],
        replacement: [() => array.compareExchange(1, items[1], value)],
      }
      for (const [argument, call] of Object.entries(calls).flatMap(([key, list]) => list.map((item) => [key, item]))) {
        const error = expectError(refusal.code, call, `${call} of ${name}`)
        expect(error.message).toBe(refusal.message.replace('"value"', `"${argument}"`))
      }
    }
    expect(array.tolist()).toEqual(items)
  })

  test.each(NUMBERS)('an index that get refuses for $code is refused', (type) => {
    const [one, two] = [whole(type, 1), whole(type, 2)]
    const array = make(type, [one, two], prepare)
    for (const index of [2, -3, 2 ** 32, -(2 ** 40), 0.5, NaN, '0', undefined, null, 0n]) {
      const refusal = thrownBy(() => array.get(index))
      for (const call of [
        () => array.add(index, one),
        () => array.exchange(index, one),
        () => array.compareExchange(index, one, two),
      ]) {
        expect(expectError(refusal.code, call).message).toBe(refusal.message)
      }
    }
    expect(array.tolist()).toEqual([one, two])
  })

  test.each(NUMBERS)('random changes of $code agree with a model', (type) => {
    const random = new Random('atomics', type.code)
    const samples = [...type.samples, ...[1, 2, 3].map((n) => whole(type, n))]
    let array
    const model = [...samples]
    const rounded = { e: (value) => halfValue(halfBits(value)), f: Math.fround, d: (value) => value }[type.code]
    const wrapped = (value) => new type.View([value])[0]
    const sum = (a, b) => (rounded === undefined ? wrapped(a + b) : rounded(a + b))
    const pick = () => samples[random.below(samples.length)]
    for (let round = 0; round < 400; round++) {
      // The core makes only the first changes of an array.
      if (round % 10 === 0) array = make(type, model, prepare)
      const [index, value, replacement] = [random.below(model.length), pick(), pick()]
      const old = model[index]
      const expected = random.below(2) ? old : value
      const [call, next] = [
        [() => array.add(index, value), sum(old, value)],
        [() => array.exchange(index, value), value],
        [() => array.compareExchange(index, expected, replacement), Object.is(old, expected) ? replacement : old],
      ][random.below(3)]
      expect(call()).toBe(old)
      model[index] = next
      expect(array.get(index)).toBe(next)
    }
    expect(array.tolist()).toEqual(model)
  })

  test.each(FLOATS)('add of $code follows the arithmetic of floats', (type) => {
    const array = make(type, [0, 0], prepare)
    const after = (first, value) => {
      array.set(1, first)
      expect(array.add(1, value)).toBe(first)
      return array.get(1)
    }
    expect(after(-0, -0)).toBe(-0)
    expect(after(-0, 0)).toBe(0)
    expect(after(Infinity, 1)).toBe(Infinity)
    expect(after(Infinity, -Infinity)).toBe(NaN)
    expect(after(NaN, 1)).toBe(NaN)
    expect(after(1, NaN)).toBe(NaN)
    const most = { e: 65504, f: 3.4028234663852886e38, d: Number.MAX_VALUE }[type.code]
    expect(after(most, most)).toBe(Infinity)
    expect(after(-most, -most)).toBe(-Infinity)
    expect(array.get(0)).toBe(0)
  })

  test.each([
    ['f', 0.1, 0.2, Math.fround(Math.fround(0.1) + Math.fround(0.2))],
    ['f', 2 ** 24, 1, 2 ** 24],
    ['e', 2048, 1.001, 2050],
    ['e', 2048, 1, 2048],
    ['e', 0.1, 0.2, 0.2998046875],
    ['e', 65504, 15, 65504],
    ['e', 65504, 16, Infinity],
    ['d', 0.1, 0.2, 0.1 + 0.2],
  ])('add of %s: %d + %d is rounded to %d', (typecode, first, value, sum) => {
    const array = make({ code: typecode }, [first], prepare)
    array.add(0, value)
    expect(array.get(0)).toBe(sum)
  })

  test.each(FLOATS)('compareExchange of $code tells 0 from -0, and takes one NaN for another', (type) => {
    const array = make(type, [0], prepare)
    expect(array.compareExchange(0, -0, 1)).toBe(0)
    expect(array.get(0)).toBe(0)
    expect(array.compareExchange(0, 0, -0)).toBe(0)
    expect(array.compareExchange(0, 0, 1)).toBe(-0)
    expect(array.compareExchange(0, NaN, 1)).toBe(-0)
    expect(array.compareExchange(0, -0, NaN)).toBe(-0)
    expect(array.compareExchange(0, 0, 1)).toBe(NaN)
    expect(array.compareExchange(0, NaN, 5)).toBe(NaN)
    expect(array.get(0)).toBe(5)
    // The NaN of x86 arithmetic, and one with a payload.
    const bytes = new DataView(array.buffer)
    for (const [setter, value] of {
      e: [
        ['setUint16', 0xfe00],
        ['setUint16', 0x7e55],
      ],
      f: [
        ['setUint32', 0xffc00000],
        ['setUint32', 0x7fc12345],
      ],
      d: [
        ['setBigUint64', 0xfff8000000000000n],
        ['setBigUint64', 0x7ff8000012345678n],
      ],
    }[type.code]) {
      bytes[setter](0, value, true)
      expect(array.compareExchange(0, 1, 2)).toBe(NaN)
      expect(array.compareExchange(0, NaN, 5)).toBe(NaN)
      expect(array.get(0)).toBe(5)
    }
  })

  test('expected is rounded as set rounds', () => {
    for (const typecode of ['e', 'f']) {
      const array = make({ code: typecode }, [0.1], prepare)
      const stored = array.get(0)
      expect(array.compareExchange(0, 0.1, 0.3)).toBe(stored)
      expect(array.get(0)).not.toBe(stored)
    }
  })

  test('integers of 8 bytes take safe integers as set does', () => {
    const array = make(typecode('q'), [1n], prepare)
    expect(array.add(0, 2)).toBe(1n)
    expect(array.exchange(0, 9)).toBe(3n)
    expect(array.compareExchange(0, 9, 10)).toBe(9n)
    expect(array.get(0)).toBe(10n)
    const bytes = make(typecode('B'), [1], prepare)
    expect(bytes.add(0, 2n)).toBe(1)
    expect(bytes.get(0)).toBe(3)
  })

  test('a read-only array is refused', () => {
    const path = scope.file(Buffer.from(Int32Array.of(1, 2).buffer))
    const array = prepareReading(scope.keep(MmapArray.open(path, 'i')), prepare)
    for (const call of [() => array.add(0, 1), () => array.exchange(0, 1), () => array.compareExchange(0, 1, 2)]) {
      expect(expectError('ERR_READ_ONLY', call).message).toMatch(/add|exchange|compareExchange/)
    }
    expect(array.tolist()).toEqual([1, 2])
  })

  test('a closed array is refused', () => {
    const array = make(typecode('d'), [1], prepare)
    array.close()
    for (const call of [() => array.add(0, 1), () => array.exchange(0, 1), () => array.compareExchange(0, 1, 2)]) {
      expectError('ERR_CLOSED', call)
    }
  })

  test('a copy-on-write array changes its own memory, and the file stays', () => {
    const path = scope.file(Buffer.from(Float64Array.of(1, 2).buffer))
    const array = prepare(scope.keep(MmapArray.open(path, 'd', { flags: 'c' })))
    expect(array.add(1, 0.5)).toBe(2)
    expect(array.exchange(0, 7)).toBe(1)
    expect(array.compareExchange(0, 7, 8)).toBe(7)
    expect(array.tolist()).toEqual([8, 2.5])
    expect(scope.keep(MmapArray.open(path, 'd')).tolist()).toEqual([1, 2])
  })

  test('an array of a class of a user is changed', () => {
    class Counters extends MmapArray {}
    const array = prepare(scope.keep(new Counters('f', [1, 2])))
    expect(array.add(1, 0.5)).toBe(2)
    expect(array.tolist()).toEqual([1, 2.5])
  })

  test.each(STORAGES)('an element that was appended to $name after changes is changed', ({ make: makeIn }) => {
    for (const type of [typecode('H'), typecode('d')]) {
      const array = prepare(makeIn(type, [1, 2], scope))
      array.add(1, 1)
      for (let n = 0; n < 3000; n++) array.append(n % 7)
      expect(array.add(-1, 1)).toBe(2999 % 7)
      expect(array.exchange(3001, 5)).toBe((2999 % 7) + 1)
      expect([0, 1, 2].map((index) => array.get(index))).toEqual([1, 3, 0])
    }
  })
})

test('add goes on after an array has outgrown its first mapping', () => {
  const path = scope.file(Buffer.from(Float64Array.of(1, 2).buffer))
  const array = warm(scope.keep(MmapArray.open(path, 'd', { flags: 'r+' })))
  array.add(1, 1)
  // A file with a hole, larger than the first window.
  fs.truncateSync(path, 600 * 2 ** 20)
  array.refresh()
  for (let n = 0; n < 50; n++) expect(array.add(-1, 0.5)).toBe(n / 2)
  for (let n = 0; n < 50; n++) expect(array.add(1, 1)).toBe(3 + n)
  array.pop()
  expectError('ERR_INDEX_OUT_OF_RANGE', () => array.add(75 * 2 ** 20 + 3, 1))
})

/** Reads only: `warm` writes. */
function prepareReading(array, prepare) {
  if (prepare === warm) for (let n = 0; n < 50; n++) array.get(0)
  return array
}

test.each(['c', 'u', 'w', 'Zf', 'Zd', { x: 'i' }])('elements of type %s are refused', (type) => {
  const array = scope.keep(new MmapArray(type, 2))
  for (const call of [() => array.add(0, 1), () => array.exchange(0, 1), () => array.compareExchange(0, 1, 2)]) {
    expectError('ERR_TYPE_MISMATCH', call)
  }
  array.close()
  expectError('ERR_TYPE_MISMATCH', () => array.add(0, 1))
})

test('a method of another receiver throws a TypeError', () => {
  const [array, other] = ['i', 'd'].map((type) => warm(scope.keep(new MmapArray(type, [1]))))
  for (const [name, ...values] of [
    ['add', 1],
    ['exchange', 1],
    ['compareExchange', 1, 2],
  ]) {
    expect(code(() => MmapArray.prototype[name].call([1], 0, ...values))).toBe('ERR_INVALID_ARG_TYPE')
    expect(thrownBy(() => array[name].call(other, 0, ...values))).toBeInstanceOf(TypeError)
    expect(other.tolist()).toEqual([1])
    expect(MmapArray.prototype[name].call(other, 0, ...values)).toBe(1)
    other.set(0, 1)
  }
})

describe('a file that others truncate', () => {
  test.each([
    ['warm', 'for (let n = 0; n < 50; n++) array.set(0, array.get(0))'],
    ['cold', ''],
  ])('%s: a lost element is ERR_MEMORY_FAULT, and those before it are changed exactly', (_, prepare) =>
    inChild(
      scope,
      `${prepare}
       truncate(PAGE)
       assert.equal(array.add(0, 2), 1)
       for (const [name, ...others] of [['add'], ['exchange'], ['compareExchange', 6]]) {
         for (let n = 0; n < 30; n++) {
           assert.equal(code(() => array[name](99_999, 5, ...others)), 'ERR_MEMORY_FAULT', name)
           assert.equal(code(() => array[name](KEPT, 0, ...others)), 'ERR_MEMORY_FAULT', name)
         }
       }
       assert.equal(array.add(0, 2), 3)
       assert.equal(array.add(KEPT - 1, 2), 1)
       assert.equal(array.refresh(), KEPT)
       assert.equal(array.add(-1, 2), 3)
       assert.equal(code(() => array.add(99_999, 1)), 'ERR_INDEX_OUT_OF_RANGE')
       array.check()
       assert.deepEqual([array.get(0), array.get(-1), array.sum()], [5, 5, KEPT + 8])`,
    ),
  )

  test.each(['f', 'd', 'e', 'q'])('a lost element of %s is ERR_MEMORY_FAULT', (type) =>
    inChild(
      scope,
      `const numbers = MmapArray.open(path, '${type}', { flags: 'r+' })
       for (let n = 0; n < 50; n++) numbers.set(0, numbers.get(0))
       const [one, lost] = [${type === 'q' ? '1n' : '1'}, numbers.length - 1]
       truncate(PAGE)
       assert.equal(code(() => numbers.compareExchange(lost, one, one)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => numbers.add(lost, one)), 'ERR_MEMORY_FAULT')
       assert.equal(code(() => numbers.exchange(lost, one)), 'ERR_MEMORY_FAULT')
       const old = numbers.exchange(1, one)
       assert.equal(numbers.exchange(1, old), one)`,
    ),
  )

  test('a fault in another array during a change does not repeat the change', async () => {
    const result = await runNode(
      `import assert from 'node:assert'
       for (const type of ['i', 'd']) {
         const array = new MmapArray(type, [1, 2])
         for (let n = 0; n < 50; n++) array.set(0, array.get(0))
         const path = process.argv[1] + type
         const other = MmapArray.open(path, 'i', { flags: 'w+' })
         other.extend(new Int32Array(100_000).fill(1))
         const { view } = other
         fs.truncateSync(path, 0)
         globalThis.fault = () => {
           globalThis.fault = undefined
           assert.equal(view[99_999], 0)
         }
         assert.equal(array.add(1, 3), 2)
         assert.equal(globalThis.fault, undefined)
         assert.throws(() => other.check(), { code: 'ERR_MEMORY_FAULT' })
         assert.deepEqual(array.tolist(), [1, 5])
       }
       console.log('end')`,
      {
        args: [scope.path()],
        nodeOptions: [
          '--import',
          `data:text/javascript,${encodeURIComponent(`
            for (const name of ['add', 'compareExchange']) {
              const operation = Atomics[name]
              Atomics[name] = (...values) => {
                const old = operation(...values)
                globalThis.fault?.()
                return old
              }
            }`)}`,
        ],
      },
    )
    expectExit(result)
    expect(result.stdout).toBe('end\n')
  })
})

const ADDS = 20_000
/** `arrays` by typecode; element 1 of each is counted up, its neighbours are not touched. */
const COUNT = `
  const arrays = Object.fromEntries(Object.entries(handles).map(([key, handle]) => [key, MmapArray.attach(handle)]))
  const { gate, i, q, d, f, H, e } = arrays
  gate.add(0, 1)
  gate.notify(0)
  for (let seen; (seen = gate.get(0)) < all; ) gate.wait(0, seen, 1000)
  let difference = 0
  for (let n = 1; n <= ${ADDS}; n++) {
    q.add(1, -3n)
    d.add(1, 0.5)
    f.add(1, 1)
    H.add(1, 7)
    difference += n - i.exchange(1, n)
    for (let old = e.get(1), seen; ; old = seen) {
      seen = e.compareExchange(1, old, (old + 1) % 1024)
      if (Object.is(seen, old)) break
    }
  }
  i.add(0, difference)`

const PROGRAM = `#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(const char *path) {
  int file = open(path, O_RDWR);
  void *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file < 0 || bytes == MAP_FAILED) exit(2);
  return bytes;
}

/* program GATE ALL Q D N */
int main(int count, char **words) {
  int32_t *gate = map(words[1]);
  int64_t *q = map(words[3]);
  uint64_t *d = map(words[4]);
  __atomic_add_fetch(gate, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(gate, __ATOMIC_SEQ_CST) < atoi(words[2])) usleep(1000);
  for (int n = 0; n < atoi(words[5]); n++) {
    __atomic_add_fetch(q + 1, -3, __ATOMIC_SEQ_CST);
    for (;;) {
      uint64_t old = __atomic_load_n(d + 1, __ATOMIC_SEQ_CST), next;
      double number;
      memcpy(&number, &old, 8);
      number += 0.5;
      memcpy(&next, &number, 8);
      if (__atomic_compare_exchange_n(d + 1, &old, next, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) break;
    }
  }
  return 0;
}
`

describeWith('gcc', ['--version'], 'writers at the same time', () => {
  const program = useProgram(PROGRAM)

  test('no change of 4 processes, 4 threads and a program of C is lost', { timeout: 120_000 }, async () => {
    const file = (type) => {
      const array = scope.keep(MmapArray.open(scope.path(type), type, { flags: 'w+' }))
      array.extend(new array.view.constructor(3))
      return array
    }
    const arrays = Object.fromEntries(['i', 'q', 'd', 'f', 'H', 'e'].map((type) => [type, file(type)]))
    const gate = scope.keep(MmapArray.open(scope.path('gate'), 'i', { flags: 'w+' }))
    gate.append(0)
    const handles = Object.fromEntries(Object.entries({ gate, ...arrays }).map(([key, array]) => [key, array.handle()]))
    const all = 9
    const ends = []
    for (let n = 0; n < 4; n++) {
      const source = script(`const [handles, all] = ${JSON.stringify([handles, all])}\n${COUNT}`)
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      scope.atEnd(() => child.kill('SIGKILL'))
      ends.push(once(child, 'exit').then((end) => expect(end).toEqual([0, null])))
      ends.push(ended(startThread(`const { handles, all } = workerData\n${COUNT}`, { handles, all })))
    }
    const c = spawn(program(), [gate.path, `${all}`, arrays.q.path, arrays.d.path, `${ADDS}`], { stdio: 'inherit' })
    scope.atEnd(() => c.kill('SIGKILL'))
    ends.push(once(c, 'exit').then((end) => expect(end).toEqual([0, null])))
    await Promise.all(ends)

    const { i, q, d, f, H, e } = arrays
    expect(q.tolist()).toEqual([0n, -3n * BigInt(9 * ADDS), 0n])
    expect(d.tolist()).toEqual([0, 4.5 * ADDS, 0])
    expect(f.tolist()).toEqual([0, 8 * ADDS, 0])
    expect(H.tolist()).toEqual([0, (7 * 8 * ADDS) % 65536, 0])
    expect(e.tolist()).toEqual([0, (8 * ADDS) % 1024, 0])
    // Each number that was put in came out once, except for the last one.
    expect(i.get(0)).toBe(i.get(1))
  })
})
