// A file that another process cuts in the middle of something: of compiled loops, of kernels, of writes, in many arrays and
// threads at once. A loop over a view ends by the zero it reads, one over the array by the error. Each case in a child.
import { describe, test } from 'vitest'
import { hasSharedBuffers } from '../native.js'
import { inChild as inChildOf } from './support/truncations.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const inChild = (body, options) => inChildOf(scope, body, options)

/** A loop that runs round and round until an element is zero or an error, and calls `fire` once it is hot. */
const LOOP = (element) => `new Function('array', 'view', 'length', 'fire', \`
  for (let round = 0, i = 0; ; ) {
    try { if (${element} === 0) return i } catch (error) { return error.code }
    if (++i === length) {
      i = 0
      if (++round === 100) fire()
    }
  }\`)`

const TOLD = `
  assert.equal(code(() => array.count(1)), 'ERR_MEMORY_FAULT')
  assert.equal(code(() => array.flush()), 'ERR_MEMORY_FAULT')
  assert.equal(array.refresh(), KEPT)
  assert.equal(array.count(1), KEPT)`

describe.each(['r', 'r+', 'c'])('a loop over an array opened with %s', (flags) => {
  test.each([
    ['view', 'array.view', 'view[i]', 'Number.isInteger(met)'],
    ['sharedView', 'array.sharedView', 'view[i]', 'Number.isInteger(met)'],
    ['get()', 'undefined', 'array.get(i)', "met === 'ERR_MEMORY_FAULT'"],
    ['at()', 'undefined', 'array.at(i)', "met === 'ERR_MEMORY_FAULT'"],
  ])('%s', { timeout: 60_000 }, async (name, view, element, isRight) => {
    // A copy-on-write array has none there.
    if (name === 'sharedView' && flags === 'c' && !hasSharedBuffers()) return
    await inChild(
      `const met = ${LOOP(element)}(array, ${view}, array.length, armed(PAGE, path))
       assert.ok(${isRight}, 'met ' + met)
       ${TOLD}`,
      { flags },
    )
  })
})

test.each([
  ['view', 'view[i] = value', 'nothing thrown'],
  ['set()', 'array.set(i, value)', 'ERR_MEMORY_FAULT'],
])('a loop that stores by %s', (_, store, met) =>
  inChild(
    `const { view } = array
     const write = new Function('array', 'view', 'value', 'for (let i = 0; i < array.length; i++) ${store}')
     let last
     const fire = armed(PAGE, path)
     for (let round = 0; fs.statSync(path).size > PAGE; round++) {
       if (round === 100) fire()
       last = code(() => write(array, view, 1))
     }
     last = code(() => write(array, view, 1))
     assert.equal(last, '${met}')
     ${TOLD}`,
  ),
)

describe('a kernel in another thread', () => {
  // Large enough that nearly all the time is spent in the kernel.
  const LARGE = 8_000_000
  test.each([
    'array.count(0)',
    'array.includes(0)',
    'array.slice()',
    'array.tobytes()',
    'array.copy().close()',
    'array.equals(array)',
    'array.tofile(workerData.copy)',
    'array.sum()',
    'array.max()',
    'array.fill(1)',
    'array.reverse()',
    'array.sort()',
  ])('%s', (call) =>
    inChild(`
      array.extend(new Int32Array(${LARGE}).fill(1))
      const rounds = new Int32Array(new SharedArrayBuffer(4))
      const worker = start(\`
        let met
        do {
          Atomics.add(workerData.rounds, 0, 1)
          met = code(() => ${call})
        } while (met === 'nothing thrown')
        parentPort.postMessage([met, array.refresh(), ${/reverse|sort/.test(call) ? 'KEPT' : 'array.count(1)'}])\`, { rounds, copy: path + '.copy' })
      // What moves elements may have moved zeros to where the file still is.
      const answer = messageOf(worker)
      while (Atomics.load(rounds, 0) < 3) await new Promise(setImmediate)
      truncate(PAGE)
      assert.deepEqual(await answer, ['ERR_MEMORY_FAULT', KEPT, KEPT])
      assert.equal(array.refresh(), KEPT)`),
  )
})

test('in hundred arrays at once', () =>
  inChild(`
    const paths = Array.from({ length: 100 }, (_, n) => path + '.' + n)
    const arrays = paths.map((path) => {
      fs.writeFileSync(path, new Int32Array(5 * KEPT).fill(1))
      return MmapArray.open(path, 'i', { flags: 'r+' })
    })
    const views = arrays.map((one) => one.view)
    const fire = armed(PAGE, ...paths)
    const left = new Set(views)
    for (let round = 0; left.size > 0; round++) {
      if (round === 20) fire()
      for (const view of left) for (let i = 0; i < view.length; i++) if (view[i] === 0) left.delete(view)
    }
    for (const one of arrays) {
      assert.equal(code(() => one.count(1)), 'ERR_MEMORY_FAULT')
      assert.equal(one.refresh(), KEPT)
      assert.equal(one.count(1), KEPT)
      one.close()
    }`))

test('in several threads at once, on one mapping and on their own', () =>
  inChild(`
    array.get(0)
    const loop = \`
      let zeros = 0
      for (const one of [array, own]) {
        const { view } = one
        let i = 0
        for (; view[i] !== 0; i = (i + 1) % view.length) if (i === 0) Atomics.add(workerData.rounds, workerData.number, 1)
        zeros += i >= KEPT
      }
      const met = [code(() => array.count(1)), code(() => own.count(1))]
      parentPort.postMessage([zeros, ...met, array.refresh(), own.refresh()])\`
    const rounds = new Int32Array(new SharedArrayBuffer(16))
    const source = "const own = MmapArray.attach(workerData.handle, { flags: 'r' });" + loop
    const answers = [0, 1, 2, 3].map((number) => messageOf(start(source, { rounds, number })))
    // All of them: who attaches after the cut sees a short array, and no zero.
    while (rounds.some((count) => count < 20)) await new Promise(setImmediate)
    truncate(PAGE)
    assert.ok(['ERR_MEMORY_FAULT', 'ERR_INDEX_OUT_OF_RANGE'].includes(code(() => array.get(99_999))))
    for (const answer of await Promise.all(answers)) {
      assert.equal(answer[0], 2)
      // The mapping is everybody's: one refresh mends it for all.
      assert.ok(['ERR_MEMORY_FAULT', 'nothing thrown'].includes(answer[1]), answer[1])
      assert.equal(answer[2], 'ERR_MEMORY_FAULT')
      assert.deepEqual(answer.slice(3), [KEPT, KEPT])
    }
    assert.equal(array.refresh(), KEPT)`))

describe('memory that went is the source of a call on another array', () => {
  const take = (call, target, left) =>
    inChild(`
      const target = ${target}
      target.extend([1, 2, 3])
      truncate(PAGE)
      assert.equal(code(() => ${call}), 'ERR_MEMORY_FAULT')
      assert.deepEqual(target.tolist(), [1, 2, 3])
      ${left}
      assert.equal(array.refresh(), KEPT)
      target.extend(array)
      assert.equal(target.length, KEPT + 3)`)

  test('extend: nothing is half appended', () =>
    take(
      'target.extend(array)',
      "MmapArray.open(path + '.other', 'i', { flags: 'w+' })",
      "assert.equal(fs.statSync(path + '.other').size, 12)",
    ))

  test.each([
    ['extend of a reserved one', 'target.extend(array)'],
    ['concat', 'target.concat(array)'],
    ['copy', 'array.copy()'],
  ])('%s', (_, call) => take(call, "new MmapArray('i')", ''))

  // What broke: the source was looked at before it was read, and not after.
  test.each([
    ['setSlice', 'target.setSlice(array, 1, 2)'],
    ['equals', 'new MmapArray("i", new Int32Array(100_000).fill(1)).equals(array)'],
  ])('%s', (_, call) => take(call, "new MmapArray('i')", ''))
})

describe('after the fault', () => {
  test.each(['append(5)', 'extend([5])', 'insert(0, 5)', 'pop()', 'fromlist([5])', 'repeatInPlace(2)', 'reserve(9)'])(
    '%s touches nothing until refresh',
    (call) =>
      inChild(`
        truncate(PAGE)
        assert.equal(array.view[99_999], 0)
        const before = fs.readFileSync(path)
        assert.equal(code(() => array.${call}), 'ERR_MEMORY_FAULT')
        assert.equal(array.length, 100_000)
        assert.ok(before.equals(fs.readFileSync(path)))
        assert.equal(array.refresh(), KEPT)
        assert.equal(code(() => array.${call}), 'nothing thrown')
        array.close()
        assert.notEqual(fs.statSync(path).size, 0)`),
  )

  test('append of a reserved array throws at the first store that is lost', () =>
    inChild(`
      array.reserve(200_000)
      array.append(5)
      truncate(PAGE)
      const fill = () => { for (let i = 0; i < 50_000; i++) array.append(6) }
      assert.equal(code(fill), 'ERR_MEMORY_FAULT')
      assert.equal(array.length, 100_001)
      assert.equal(code(() => array.flush()), 'ERR_MEMORY_FAULT')
      assert.equal(array.refresh(), KEPT)
      array.append(7)
      assert.equal(array.get(-1), 7)
      array.close()
      assert.equal(fs.statSync(path).size, PAGE + 4)`))
})
