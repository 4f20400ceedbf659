// An element is right or an error: a file that others cut, and the methods that read or write one element at a time. What
// broke: `get`, `at` and iteration gave zeros for what was cut off, and stores there were lost without a word. Each case
// runs in a child, whose exit code and signal are looked at.
import { describe, test } from 'vitest'
import { inChild as inChildOf } from './support/truncations.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const inChild = (body, options) => inChildOf(scope, body, options)

/** Has the code that reads elements compiled, over memory that JavaScript has taken. */
const WARM = `
  const readAll = (array) => { let sum = 0; const n = array.length; for (let i = 0; i < n; i++) sum += array.get(i) + array.at(i); return sum }
  for (let round = 0; round < 30; round++) readAll(array)`

const READS = [
  ['get', 'array.get(i)'],
  ['at', 'array.at(i)'],
  ['[i]', 'array[i]'],
  ['get of a negative index', 'array.get(i - array.length)'],
  ['at of a negative index', 'array.at(i - array.length)'],
  ['a subclass’s get', 'own.get(i)'],
  ['a slice of one', 'array.slice(i, i + 1)[0]'],
]

describe.each([
  ['cold', ''],
  ['warm', WARM],
])('%s', (_, warm) => {
  test.each(READS)('%s serves what the file still holds and throws behind it', (name, read) =>
    inChild(
      `class Own extends MmapArray {}
       const own = Own.open(path, 'i')
       ${warm}
       truncate(PAGE)
       const read = (i) => ${read}
       for (let i = 0; i < KEPT; i++) assert.equal(read(i), 1)
       for (const i of [KEPT, 50_000, 99_999]) assert.equal(code(() => read(i)), 'ERR_MEMORY_FAULT')
       // The fault is known now, and what lies before it is served all the same, again and again.
       ${name === 'a slice of one' ? '' : 'for (let round = 0; round < 3; round++) for (let i = 0; i < KEPT; i++) assert.equal(read(i), 1)'}
       for (let round = 0; round < 3; round++) assert.equal(code(() => read(50_000)), 'ERR_MEMORY_FAULT')
       assert.equal(array.length, 100_000)
       assert.equal(array.refresh(), KEPT)
       own.refresh()
       assert.equal(read(KEPT - 1), 1)`,
      { flags: 'r' },
    ),
  )

  test.each([
    ['for of', 'for (const value of array) seen.push(value)'],
    ['values', 'seen.push(...array.values())'],
    ['entries', 'for (const [index, value] of array.entries()) { assert.equal(index, seen.length); seen.push(value) }'],
    ['tolist', 'seen = array.tolist()'],
    ['toJSON', 'seen = JSON.parse(JSON.stringify(array))'],
    ['toString', 'String(array)'],
    ['Array.from', 'seen = Array.from(array)'],
    ['equals', 'array.equals(new Array(array.length).fill(1))'],
    ['compare', 'array.compare(new Array(array.length).fill(1))'],
    ['a copy of another type', "seen = new MmapArray('d', array).tolist()"],
  ])('%s never gives an element that the file does not hold', (_, call) =>
    inChild(
      `let seen = []
       ${warm}
       truncate(PAGE)
       assert.equal(code(() => { ${call} }), 'ERR_MEMORY_FAULT')
       assert.ok(seen.length <= KEPT)
       assert.ok(seen.every((value) => value === 1))
       assert.equal(array.refresh(), KEPT)
       seen = []
       assert.equal(code(() => { ${call} }), 'nothing thrown')`,
    ),
  )

  test.each([
    ['set', 'array.set(i, 5)'],
    ['[i] =', 'array[i] = 5'],
    ['a subclass’s set', 'own.set(i, 5)'],
  ])('%s throws where the store is lost, and the value is never read back', (_, store) =>
    inChild(
      `class Own extends MmapArray {}
       const own = Own.open(path, 'i', { flags: 'r+' })
       ${warm}
       truncate(PAGE)
       const store = (i) => { ${store} }
       store(7)
       for (let round = 0; round < 3; round++) {
         assert.equal(code(() => store(50_000)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
         assert.equal(code(() => own.at(50_000)), 'ERR_MEMORY_FAULT')
       }
       store(8)
       assert.equal(fs.statSync(path).size, PAGE)
       assert.deepEqual([array.refresh(), own.refresh()], [KEPT, KEPT])
       assert.deepEqual([array.get(7), array.get(8), array.count(1)], [5, 5, KEPT - 2])`,
    ),
  )
})

// What broke: after sixteen calls JavaScript asked for the memory of the array, which the core gives of a sound one only.
test.each([0, 5, 15, 40])('elements before a fault that is met after %d calls are served for good', (calls) =>
  inChild(
    `for (let i = 0; i < calls; i++) array.get(i)
     truncate(PAGE)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     for (let round = 0; round < 100; round++) {
       assert.deepEqual([array.get(round), array.at(KEPT - 1), array[5]], [1, 1, 1])
       array.set(round, 1)
     }
     assert.equal(code(() => array.get(KEPT)), 'ERR_MEMORY_FAULT')`.replace('calls', String(calls)),
  ),
)

// What broke: `entries` went on behind the element that could not be read.
test.each([
  ['values', 'array.values()'],
  ['entries', 'array.entries()'],
  ['values of a subclass', 'own.values()'],
])('a step of %s that throws can be tried again after refresh', (_, iterator) =>
  inChild(
    `class Own extends MmapArray {}
     const own = Own.open(path, 'i')
     const steps = ${iterator}
     for (let i = 0; i < KEPT; i++) steps.next()
     truncate(PAGE)
     assert.equal(code(() => steps.next()), 'ERR_MEMORY_FAULT')
     fs.writeFileSync(path, Int32Array.from({ length: 2 * KEPT }, (_, i) => i))
     array.refresh()
     own.refresh()
     assert.equal([steps.next().value].flat().at(-1), KEPT)`,
  ),
)

// What broke: zeros from behind a cut were moved in front of it, and the array was short enough then to look sound.
describe('a call that moves elements in a reserved array whose file was cut throws and moves none', () => {
  test.each([
    'deleteSlice(0, 60_000)',
    'deleteSlice(0, 100_000, 2)',
    'setSlice([9], 0, 60_000)',
    'setSlice([], 0, 100_000, 2)',
    'pop(0)',
    'remove(7)',
    'insert(0, 5)',
    'append(5)',
    'extend([5, 6])',
    'repeatInPlace(2)',
    'clear()',
  ])('%s', (call) =>
    inChild(
      `array.set(3, 7)
       array.reserve(200_000)
       truncate(PAGE)
       const before = fs.readFileSync(path)
       assert.equal(code(() => array.${call}), 'ERR_MEMORY_FAULT')
       assert.equal(array.length, 100_000)
       assert.ok(before.equals(fs.readFileSync(path)))
       assert.equal(array.refresh(), KEPT)
       assert.equal(array.count(1), KEPT - 1)`,
    ),
  )
})

// What broke: it had written zeros over the elements that were left before it threw.
test.each([
  'reverse()',
  'byteswap()',
  'fill(3)',
  'sort()',
  'setSlice(new Int32Array(100_000))',
  'setSlice(new Int32Array(2), 0, 100_000, 50_000)',
])('%s of a file that was cut throws before it writes anything', (call) =>
  inChild(
    `array.set(3, 7)
       truncate(PAGE)
       const before = fs.readFileSync(path)
       assert.equal(code(() => array.${call}), 'ERR_MEMORY_FAULT')
       assert.ok(before.equals(fs.readFileSync(path)))
       assert.equal(array.refresh(), KEPT)`,
  ),
)

// What broke: the thread that waited read the zero that the guard had laid for another one.
test('waitAsync on an element that is cut off rejects or sleeps on', () =>
  inChild(
    `const { view } = array
     for (let round = 0; round < 50; round++) {
       const waiting = array.waitAsync(50_000, 1, 30).catch((error) => error.code)
       fs.truncateSync(path, PAGE)
       view[50_000]
       const outcome = await waiting
       assert.ok(['timed-out', 'ERR_MEMORY_FAULT'].includes(outcome), outcome)
       fs.writeFileSync(path, new Int32Array(100_000).fill(1))
       array.refresh()
     }`,
  ))

test('check after refresh of a file that ends before the array begins says nothing', () =>
  inChild(
    `truncate(7)
     assert.equal(code(() => array.check()), 'ERR_MEMORY_FAULT')
     assert.equal(array.refresh(), 0)
     array.check()`,
    { offset: 16 },
  ))

test('inspect of a cut file shows where the fault is and does not throw', () =>
  inChild(
    `const { inspect } = await import('node:util')
     truncate(PAGE)
     const text = inspect(array, { maxArrayLength: Infinity })
     assert.ok(text.startsWith("MmapArray(100000) 'i' ["), text)
     assert.equal(text.match(/\\b1\\b/g).length, KEPT)
     assert.match(text, /<memory fault>,?\\s+\\.\\.\\. /)
     assert.ok(text.includes(100_000 - KEPT - 1 + ' more items'), text.slice(-100))
     assert.match(inspect(array), /more items/)`,
  ))

test('tounicode of a cut file throws', () =>
  inChild(
    `const text = path + '.u32'
     fs.writeFileSync(text, new Uint32Array(100_000).fill(65))
     const letters = MmapArray.open(text, 'w')
     assert.equal(letters.tounicode().length, 100_000)
     fs.truncateSync(text, PAGE)
     assert.equal(code(() => letters.tounicode()), 'ERR_MEMORY_FAULT')
     letters.refresh()
     assert.equal(letters.tounicode(), 'A'.repeat(KEPT))`,
  ))

// A file of doubles that another program writes anew, as fs.writeFileSync and NumPy's tofile do: they cut it first.
test.each(['b', 'H', 'i', 'I', 'q', 'Q', 'e', 'f', 'd'])('%s: a loop over a file that is written anew throws', (type) =>
  inChild(
    `const values = path + '.values'
     const one = '${type}' === 'q' || '${type}' === 'Q' ? 1n : 1
     const written = new MmapArray('${type}', new Array(3 * PAGE).fill(one))
     written.tofile(values)
     const open = MmapArray.open(values, '${type}')
     const read = (array) => { let zeros = 0; for (let i = 0; i < array.length; i++) if (array.get(i) !== one) zeros++; return zeros }
     for (let round = 0; round < 20; round++) assert.equal(read(open), 0)
     fs.writeFileSync(values, written.tobytes().subarray(0, PAGE))
     assert.equal(code(() => read(open)), 'ERR_MEMORY_FAULT')
     open.refresh()
     assert.equal(read(open), 0)`,
  ),
)

// The file is cut while one call runs over 10^7 elements, in code that was compiled for it: a load of the counter that the
// compiler took out of the loop would never see the fault.
test.each([
  ['get', 'for (let i = 0; i < n; i++) sum += array.get(i)'],
  ['at', 'for (let i = 0; i < n; i++) sum += array.at(i)'],
  ['set', 'for (let i = 0; i < n; i++) array.set(i, 1)'],
  ['for of', 'for (const value of array) sum += value'],
])('one long loop over %s that is under way notices the cut', { timeout: 120_000 }, (_, loop) =>
  inChild(
    `const large = path + '.large'
     const n = 10_000_000
     fs.writeFileSync(large, new Int32Array(n).fill(1))
     const long = MmapArray.open(large, 'i', { flags: 'r+' })
     const pass = (array) => { let sum = 0; ${loop}; return sum }
     for (let round = 0; round < 3; round++) pass(long)
     const fire = armed(PAGE, large)
     let met = 'nothing thrown'
     for (let round = 0; met === 'nothing thrown'; round++) {
       if (round === 3) fire()
       met = code(() => pass(long))
     }
     assert.equal(met, 'ERR_MEMORY_FAULT')
     assert.equal(long.refresh(), KEPT)`,
    { timeout: 120_000 },
  ),
)

test('a fault in one array leaves the others as they are', () =>
  inChild(
    `const other = MmapArray.open(path + '.other', 'i', { flags: 'w+' })
     other.extend(new Int32Array(1000).fill(3))
     const memory = new MmapArray('i', new Int32Array(1000).fill(4))
     for (let i = 0; i < 100; i++) assert.equal(other.get(i) + memory.get(i), 7)
     truncate(0)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     for (let i = 0; i < 1000; i++) assert.equal(other.get(i) + memory.get(i), 7)
     memory.append(5)
     assert.equal(memory.pop(), 5)
     assert.deepEqual([...other], new Array(1000).fill(3))`,
  ))

test('what others append is never a fault', () =>
  inChild(
    `const reader = MmapArray.open(path, 'i')
     for (let round = 0; round < 50; round++) {
       array.extend(new Int32Array(10_000).fill(1))
       assert.equal(reader.get(-1), 1)
       reader.refresh()
       assert.equal(reader.get(-1), 1)
       for (let i = 0; i < reader.length; i += 997) assert.equal(reader.get(i), 1)
       reader.check()
     }`,
  ))

test('an array whose fault another one’s refresh took away throws until its own', () =>
  inChild(
    `const other = MmapArray.attach(array.handle())
     for (let i = 0; i < 100; i++) array.get(i) + other.get(i)
     truncate(PAGE)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     fs.appendFileSync(path, Buffer.alloc(400_000 - PAGE))
     assert.equal(other.refresh(), 100_000)
     assert.equal(other.get(50_000), 0)
     assert.equal(array.get(5), 1)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     assert.equal(array.refresh(), 100_000)
     assert.equal(array.get(50_000), 0)`,
  ))

test('set that throws changes nothing, also where the file is long again', () =>
  inChild(
    `class Own extends MmapArray {}
     const own = Own.attach(array.handle())
     const other = MmapArray.attach(array.handle())
     for (let i = 0; i < 100; i++) array.set(i, own.get(i))
     for (let i = 0; i < 100; i++) own.set(i, 1)
     truncate(PAGE)
     for (const one of [array, own]) assert.equal(code(() => one.get(50_000)), 'ERR_MEMORY_FAULT')
     fs.writeFileSync(path, new Int32Array(100_000).fill(3))
     assert.equal(other.refresh(), 100_000)
     for (const one of [array, own]) assert.equal(code(() => one.set(50_000, 5)), 'ERR_MEMORY_FAULT')
     assert.equal(other.get(50_000), 3)`,
  ))

test('a worker that attached notices the fault, and so does the thread that did not meet it', () =>
  inChild(
    `const worker = start(\`
       for (let i = 0; i < 100; i++) array.get(i)
       parentPort.once('message', () => parentPort.postMessage(code(() => array.get(50_000))))
       parentPort.postMessage('ready')\`)
     for (let i = 0; i < 100; i++) array.get(i)
     await messageOf(worker)
     truncate(PAGE)
     worker.postMessage('go')
     assert.equal(await messageOf(worker), 'ERR_MEMORY_FAULT')
     assert.equal(array.get(KEPT - 1), 1)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     array.refresh()
     assert.equal(array.get(KEPT - 1), 1)`,
  ))

describe('check', () => {
  test('says nothing about a sound array, and ERR_CLOSED about a closed one', () =>
    inChild(
      `for (const one of [array, new MmapArray('d'), new MmapArray('i', [1]), MmapArray.open(path, 'i', { flags: 'c' })]) {
         assert.equal(one.check(), undefined)
         one.close()
         assert.equal(code(() => one.check()), 'ERR_CLOSED')
       }`,
    ))

  test.each(['r', 'r+', 'c'])(
    'tells that the file of an array opened with %s is too short, before any fault',
    (flags) =>
      inChild(
        `const { view } = array
       truncate(399_996)
       // In the last page nothing faults: the size tells.
       assert.equal(view[99_999], ${flags === 'c' ? '1, "a page of its own"' : 0})
       assert.equal(code(() => array.check()), 'ERR_MEMORY_FAULT')
       assert.equal(array.refresh(), 99_999)
       array.check()`,
        { flags },
      ),
  )

  test('tells about what was read through a shared view and a subarray', () =>
    inChild(
      `const [{ sharedView }, part] = [array, array.subarray(50_000)]
       array.check()
       truncate(PAGE)
       assert.equal(sharedView[50_000], 0)
       assert.equal(code(() => array.check()), 'ERR_MEMORY_FAULT')
       fs.appendFileSync(path, Buffer.alloc(400_000 - PAGE, 1))
       // As long as before: only the fault tells now.
       assert.equal(code(() => array.check()), 'ERR_MEMORY_FAULT')
       assert.equal(array.refresh(), 100_000)
       array.check()
       assert.equal(part[0] + sharedView[50_000], 2 * 0x01010101)`,
    ))
})
