// Windows that go while something still points at them. Each case in a child, whose exit code and signal are looked at.
import { constants } from 'node:buffer'
import { expect, test } from 'vitest'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const GIB = 2 ** 30

async function inChild(body) {
  const result = await runNode(
    `import assert from 'node:assert'
     const path = ${JSON.stringify(scope.path())}
     const GIB = ${GIB}
     fs.writeFileSync(path, '')
     ${body}
     console.log('end')`,
    // Not optimised, functions need as much stack each time.
    { nodeOptions: ['--expose-gc', '--no-opt', '--no-maglev'], timeout: 60000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

/** `atDepths(make, call, use)`: the call with all but enough stack, from far too little on; then the use of the thing. */
const AT_DEPTHS = `
  const sink = (depth, call, thing) => (depth > 0 ? sink(depth - 1, call, thing) : call(thing))
  const atDepths = (make, call, use) => {
    let failed = 0
    const succeeds = (depth) => {
      const thing = make()
      let done = true
      try {
        sink(depth, call, thing)
      } catch (error) {
        assert.ok(error instanceof RangeError, error.stack)
        failed++
        done = false
      }
      use(thing)
      thing.close()
      return done
    }
    let [enough, tooDeep] = [0, 100_000]
    while (tooDeep - enough > 1) {
      const middle = (enough + tooDeep) >> 1
      if (succeeds(middle)) enough = middle
      else tooDeep = middle
    }
    failed = 0
    for (let depth = enough + 30; depth > enough - 5; depth--) succeeds(depth)
    assert.ok(failed > 5, 'the stack never ended')
  }`

// What broke: the core had let the old window go when the end of the stack kept the class from taking the new one, and the
// element path wrote into an address range that was nobody's.
test.each([
  ['get', '(array) => array.get(GIB)'],
  ['set', '(array) => array.set(GIB, 1)'],
  ['append', '(array) => array.append(1)'],
  ['close', '(array) => array.close()'],
  ['clear', '(array) => array.clear()'],
  ['view', '(array) => array.view'],
  ['sharedView', '(array) => array.sharedView'],
  ['handle', '(array) => array.handle()'],
])('the end of the stack inside %s, when the window was outgrown', (_, call) =>
  inChild(`${AT_DEPTHS}
    const make = () => {
      fs.truncateSync(path, 0)
      fs.truncateSync(path, 1)
      const array = MmapArray.open(path, 'B', { flags: 'r+' })
      assert.equal(array.get(0), 0)
      fs.truncateSync(path, GIB + 4096)
      assert.equal(array.refresh(), GIB + 4096)
      // The element path is patient; the next miss makes it widen.
      for (let n = 0; n < 63; n++) array.get(GIB + n)
      return array
    }
    atDepths(make, ${call}, (array) => {
      if (array.closed) return
      if (array.length > 0) {
        array.set(0, 3)
        assert.equal(array.get(0), 3)
        array.get(-1)
      }
      array.append(7)
      assert.equal(array.get(-1), 7)
      assert.equal(fs.statSync(path).size, array.length)
    })`),
)

// What broke: the elements were in, and what the next calls were to be made faster by threw.
test.each([
  ['append', 1, '(array) => array.append(1)'],
  ['extend', 70, '(array) => array.extend(more)'],
  ['frombytes', 70, '(array) => array.frombytes(more)'],
])('where %s throws at the end of the stack nothing is added', (_, added, call) =>
  inChild(`${AT_DEPTHS}
    const more = new Float64Array(70)
    for (const open of [() => new MmapArray('d'), () => MmapArray.open(path, 'd', { flags: 'w+' })]) {
      let returned
      const make = () => {
        returned = false
        const array = open()
        array.extend(more)
        array.get(0)
        return array
      }
      const call = ${call}
      const done = (array) => {
        call(array)
        returned = true
      }
      atDepths(make, done, (array) => assert.equal(array.length, returned ? ${added} + 70 : 70))
    }`),
)

// The same by a built-in that its user replaced: it throws between the two.
test('an error between the old window and the new one', () =>
  inChild(`
    fs.truncateSync(path, 1)
    const array = MmapArray.open(path, 'B', { flags: 'r+' })
    array.set(0, 3)
    fs.truncateSync(path, GIB + 4096)
    array.refresh()
    const buffers = [ArrayBuffer, SharedArrayBuffer].map(({ prototype }) => prototype)
    const originals = buffers.map((prototype) => Object.getOwnPropertyDescriptor(prototype, 'byteLength'))
    const get = () => { throw new Error('mine') }
    for (const prototype of buffers) Object.defineProperty(prototype, 'byteLength', { configurable: true, get })
    let failed = 0
    // Until the element path has had patience enough.
    for (let n = 0; n < 100; n++) try { array.get(GIB + n) } catch { failed++ }
    buffers.forEach((prototype, n) => Object.defineProperty(prototype, 'byteLength', originals[n]))
    assert.ok(failed > 0)
    assert.equal(array.get(0), 3)
    array.set(0, 3)
    assert.equal(array.at(-1), 0)
    array.append(7)
    assert.equal(array.get(-1), 7)
    for (let n = 0; n < 100; n++) assert.equal(array.get(GIB + n), 0)`))

test('the end of the stack inside other calls', () =>
  inChild(`${AT_DEPTHS}
    const make = () => {
      const array = new MmapArray('i', [1, 2, 3])
      array.get(0)
      array.view
      return array
    }
    const calls = [
      (array) => array.close(),
      (array) => array.clear(),
      (array) => array.append(1),
      (array) => array.extend([1, 2]),
      (array) => array.pop(),
      (array) => array.insert(0, 1),
      (array) => array.setSlice([5], 0, 2),
      (array) => array.trim(),
      (array) => array.reserve(100_000),
      (array) => array.refresh(),
      (array) => array.view,
      (array) => array.sharedView,
      (array) => array.copy().close(),
      (array) => [...array],
    ]
    for (const call of calls) {
      atDepths(make, call, (array) => {
        if (array.closed) return
        array.extend([4, 5])
        array.set(0, 9)
        array.append(6)
        assert.deepEqual([array.get(0), array.get(-2), array.get(-1)], [9, 5, 6], String(call))
        assert.deepEqual([...array.view], array.tolist())
      })
    }`))

// What broke: the core had taken the new length over, and the element path had no stack left to let the old one go.
test('the end of the stack behind refresh, of a file that others have cut', () =>
  inChild(
    `${AT_DEPTHS}
     const make = () => {
       fs.writeFileSync(path, new Int32Array(100).fill(1))
       const array = MmapArray.open(path, 'i', { flags: 'r+' })
       for (const _ of array);
       fs.truncateSync(path, 40)
       return array
     }
     atDepths(make, (array) => array.refresh(), (array) => {
       if (array.length === 10) assert.throws(() => array.get(50), { code: 'ERR_INDEX_OUT_OF_RANGE' })
     })`,
  ))

// What broke: the length was taken over and the window was not widened, so the elements lay beyond it.
test.each(['r', 'r+'])('refresh of a fixed length whose file outgrew its window, opened with %s', (flags) =>
  inChild(`
    const LENGTH = 3 * GIB
    fs.truncateSync(path, 4 * GIB)
    const owner = MmapArray.open(path, 'B', { flags: 'r+', length: LENGTH })
    const handle = owner.handle()
    owner.close()
    fs.truncateSync(path, 0)
    const array = MmapArray.attach(handle, { flags: '${flags}' })
    assert.equal(array.length, 0)
    fs.truncateSync(path, 4 * GIB)
    const file = fs.openSync(path, 'r+')
    fs.writeSync(file, Buffer.from([7]), 0, 1, LENGTH - 1)
    assert.equal(array.refresh(), LENGTH)
    for (let n = 0; n < 100; n++) assert.equal(array.get(-1), 7)
    assert.equal(array.subarray(-1)[0], 7)
    assert.deepEqual([...array.slice(-2)], [0, 7])
    array.close()`),
)

// What broke: where Node makes no such buffer it has called the finalizer already, and the core freed its share again.
test.skipIf(constants.MAX_LENGTH > 5 * GIB)('a buffer that cannot be made gives its share back once', () =>
  inChild(`
    const { MmapArray: Core } = await import(${JSON.stringify(new URL('../native.js', import.meta.url).href)})
    fs.truncateSync(path, 5 * GIB)
    const kept = []
    for (let n = 0; n < 50; n++) {
      const core = new Core('B', Buffer.from(path), 'r+')
      assert.throws(() => core.buffer(0, 5 * GIB, 2 ** 40))
      assert.equal(core.buffer(0, 5, 2 ** 40).byteLength, 5)
      assert.throws(() => core.buffer(0, 5 * GIB, 2 ** 40))
      assert.equal(core.get(5 * GIB - 1), 0)
      if (n % 2) core.close()
      else kept.push(core)
      gc()
      await new Promise(setImmediate)
    }
    for (const core of kept) assert.equal(core.get(7), 0)`),
)
