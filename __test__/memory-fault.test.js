// A file that is cut while it is mapped. Everywhere else that is SIGBUS; here a method throws, and a raw view reads zeros,
// which the next method tells. Each case runs in a child, whose exit code and signal are looked at.
import { describe, expect, test } from 'vitest'
import { inChild as inChildOf } from './support/truncations.js'
import { FACTS, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

const inChild = (body, options) => inChildOf(scope, body, options)

describe.each(['r', 'r+', 'c'])('an array opened with %s', (flags) => {
  test('view reads zeros, and then check and every method tell', () =>
    inChild(
      `const { view } = array
       const read = () => { let sum = 0; for (let r = 0; r < 100; r++) for (let i = 0; i < view.length; i++) sum += view[i]; return sum }
       const before = read()
       array.check()
       truncate(PAGE)
       const after = read()
       assert.equal(after * 100_000, before * KEPT)
       for (const call of [() => array.check(), () => array.count(1), () => array.slice(), () => array.flush(), () => array.handle()]) {
         assert.equal(code(call), 'ERR_MEMORY_FAULT')
       }
       assert.equal(array.refresh(), KEPT)
       array.check()
       assert.equal(array.count(1), KEPT)`,
      { flags },
    ))
})

test.each(['r', 'r+', 'c'])('a wait on an element that is gone, in an array opened with %s', (flags) =>
  inChild(
    `truncate(PAGE)
     for (const call of [() => array.wait(99_999, 0, 1000), () => array.wait(99_999, 1, 1000)]) {
       assert.equal(code(call), 'ERR_MEMORY_FAULT')
     }
     assert.equal(code(() => array.wait(0, 1, 1)), 'ERR_MEMORY_FAULT')
     array.refresh()
     assert.equal(array.wait(0, 1, 1), 'timed-out')
     assert.equal(array.wait(0, 2, 1), 'not-equal')`,
    { flags },
  ),
)

test.each([
  'count(1)',
  'slice()',
  'tobytes()',
  'reverse()',
  'fill(3)',
  'equals(array)',
  'append(1)',
  "tofile(path + '.copy')",
])('a call into the core that meets the cut is the error itself: %s', (call) =>
  inChild(`
      truncate(PAGE)
      const met = code(() => array.${call})
      // An append takes the new length over before it writes; all others touch what is gone.
      assert.equal(met, '${call === 'append(1)' ? 'nothing thrown' : 'ERR_MEMORY_FAULT'}')
      array.refresh()
      assert.equal(code(() => array.${call}), 'nothing thrown')`),
)

test('refresh maps again what is there now, also after the file grew', () =>
  inChild(`
    const { view } = array
    truncate(0)
    assert.equal(view[50_000], 0)
    fs.writeFileSync(path, Int32Array.of(...new Array(50_001).fill(7)))
    assert.equal(code(() => array.count(7)), 'ERR_MEMORY_FAULT')
    assert.equal(array.refresh(), 50_001)
    assert.equal(array.get(50_000), 7)
    array.append(8)
    assert.equal(array.get(-1), 8)`))

test('an offset inside a page', () =>
  inChild(
    `truncate(20)
     assert.equal(code(() => array.get(99_999)), 'ERR_MEMORY_FAULT')
     assert.equal(array.refresh(), 1)
     array.extend(new Int32Array(5000).fill(2))
     assert.equal(array.count(2), 5000)`,
    { offset: 16 },
  ))

// Once the element went in front of the array, into the header, and was none of its own.
test('a file cut before the array begins takes no element', () =>
  inChild(
    `for (const size of [0, 7, 15]) {
       truncate(size)
       const changes = [() => array.append(1), () => array.extend([1, 2]), () => array.insert(0, 1), () => array.reserve(9)]
       for (const change of changes) assert.equal(code(change), 'ERR_MEMORY_FAULT')
       assert.equal(fs.statSync(path).size, size)
       assert.equal(array.refresh(), 0)
     }
     truncate(16)
     array.append(5)
     assert.deepEqual([...array], [5])
     assert.equal(fs.statSync(path).size, 20)`,
    { offset: 16 },
  ))

test('a store behind the cut goes nowhere, and is told', () =>
  inChild(`
    truncate(0)
    assert.equal(code(() => array.set(99_999, 5)), 'ERR_MEMORY_FAULT')
    assert.equal(code(() => array.flush()), 'ERR_MEMORY_FAULT')
    assert.equal(fs.statSync(path).size, 0)`))

test('another array of the same thread that cuts, and grows again', () =>
  inChild(`
    const other = MmapArray.open(path, 'i', { flags: 'r+' })
    const { view } = array
    array.get(0)
    other.clear()
    assert.equal(view[99_999], 0)
    assert.equal(code(() => array.get(5000)), 'ERR_MEMORY_FAULT')
    other.extend(new Int32Array(100_000).fill(9))
    assert.equal(other.count(9), 100_000)
    assert.equal(array.refresh(), 100_000)
    assert.equal(array.count(9), 100_000)
    assert.equal(view[99_999], 9)`))

test('own buffers behind a new end of our own are detached, which is no fault', () =>
  inChild(`
    const sub = array.subarray(0, 10)
    array.deleteSlice(10)
    assert.equal(array.count(1), 10)
    assert.equal(sub.length, 0)
    array.extend(new Int32Array(100_000).fill(4))
    assert.equal(array.count(4), 100_000)`))

test('in a worker thread', () =>
  inChild(`
    const worker = start(\`
      parentPort.once('message', () => {
        let sum = 0
        const read = () => { for (let i = 0; i < array.length; i++) sum += array.get(i) }
        parentPort.postMessage([code(read), sum, code(() => array.count(1))])
      })
      parentPort.postMessage('ready')\`)
    await messageOf(worker)
    truncate(PAGE)
    worker.postMessage('go')
    assert.deepEqual(await messageOf(worker), ['ERR_MEMORY_FAULT', KEPT, 'ERR_MEMORY_FAULT'])`))

test('more arrays than the first part of the table holds', () =>
  inChild(
    `const arrays = Array.from({ length: 1500 }, () => MmapArray.open(path, 'i'))
     truncate(0)
     for (const one of arrays) assert.equal(code(() => one.get(99_999)), 'ERR_MEMORY_FAULT')
     for (const one of arrays) assert.equal(one.refresh(), 0)
     for (const one of arrays) one.close()`,
  ))

// The guard lays zeros in one piece from the file's end on: a process may have some 65,000 mappings and no more.
test.each([0, 2 ** 20])('pages touched here and there take no mapping each, behind an offset of %d', (offset) =>
  inChild(
    `const { view } = array
     const { mapsInWindow } = await import(${JSON.stringify(FACTS)})
     const scattered = () => { let sum = 0; for (let i = 2 * KEPT; i < view.length; i += 2 * KEPT) sum += view[i]; return sum }
     assert.ok(scattered() > 2)
     const [address] = array.bufferInfo()
     const before = mapsInWindow(address)
     truncate(${offset})
     assert.equal(scattered(), 0)
     const after = mapsInWindow(address)
     assert.ok(before > 0 && after > 0 && after <= before + 2, after + ' mappings, ' + before + ' before')`,
    { offset },
  ),
)

test('a shared view, in the thread that has the array', () =>
  inChild(`
    const { sharedView } = array
    truncate(PAGE)
    let sum = 0
    for (let i = 0; i < sharedView.length; i++) sum += sharedView[i]
    assert.equal(sum, KEPT)
    assert.equal(code(() => array.count(1)), 'ERR_MEMORY_FAULT')
    assert.equal(array.refresh(), KEPT)`))

test('a SIGBUS that is not ours still ends the process', async () => {
  const result = await runNode(
    `new MmapArray('i', [1]).get(0)
     process.kill(process.pid, 'SIGBUS')
     setInterval(() => {}, 1000)`,
    { timeout: 30000 },
  )
  expect({ code: result.code, signal: result.signal }).toEqual({ code: null, signal: 'SIGBUS' })
})

// attach() threw ERR_MEMORY_FAULT: the window it found had zeros where the file had ended, which it has outgrown since.
test('an array attached after the file has grown again sees all of it', () =>
  inChild(
    `truncate(PAGE)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     assert.equal(array.refresh(), KEPT)
     fs.appendFileSync(path, Buffer.alloc(40_000, 1))
     const other = MmapArray.attach(array.handle())
     assert.equal(other.length, KEPT + 10_000)
     assert.equal(other.get(KEPT + 9_000), 0x01010101)
     assert.equal(other.count(0), 0)`,
  ))

test('a fault that another array’s refresh took away is told to the array that met it', () =>
  inChild(`
    const other = MmapArray.attach(array.handle())
    truncate(PAGE)
    assert.equal(code(() => array.set(50_000, 7)), 'ERR_MEMORY_FAULT')
    fs.appendFileSync(path, Buffer.alloc(400_000 - PAGE))
    assert.equal(other.refresh(), 100_000)
    other.flush()
    assert.equal(code(() => array.flush()), 'ERR_MEMORY_FAULT')
    assert.equal(array.refresh(), 100_000)
    assert.equal(array.get(50_000), 0)
    array.flush()
    assert.equal(MmapArray.attach(array.handle()).count(1), KEPT)`))

test.each(['sort()', 'sortAsync()'])('%s of what was cut writes no zeros among what is left', (call) =>
  inChild(`
    array.set(0, 5)
    const before = fs.readFileSync(path).subarray(0, PAGE)
    truncate(PAGE)
    let met
    try { await array.${call} } catch (error) { met = error.code }
    assert.equal(met, 'ERR_MEMORY_FAULT')
    assert.ok(before.equals(fs.readFileSync(path)))
    assert.equal(array.refresh(), KEPT)
    await array.${call}
    assert.equal(array.get(-1), 5)`),
)

// What broke: to take over what was read mapped the file again, and nobody was told of the zeros read until then; and the
// element path went on with as many elements as before.
test('fromfileAsync into a file that is cut meanwhile', () =>
  inChild(
    `const fifo = path + '.source'
     assert.equal(spawnSync('mkfifo', [fifo]).status, 0)
     const source = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
     fs.writeSync(source, new Int32Array(2))
     const reading = array.fromfileAsync(fifo, 4)
     for (const _ of array);
     truncate(40_960)
     assert.equal(code(() => array.get(50_000)), 'ERR_MEMORY_FAULT')
     truncate(61_440)
     fs.writeSync(source, new Int32Array(2))
     await assert.rejects(reading, { code: 'ERR_MEMORY_FAULT' })
     assert.equal(array.refresh(), array.length)
     assert.ok(array.length < 16_000)
     for (const call of [() => array.get(50_000), () => array.set(50_000, 5)]) {
       assert.equal(code(call), 'ERR_INDEX_OUT_OF_RANGE')
     }
     assert.equal(array.count(1), 10_240)`,
  ))

describe('a shared view that was read behind an end that moves on is no fault', () => {
  const readBehind = `
    const source = path + '.source'
    fs.writeFileSync(source, new Int32Array(3 * KEPT).fill(5))
    const { sharedView } = array
    array.deleteSlice(KEPT)
    let sum = sharedView[3 * KEPT]`

  test('where a call adds elements and fails then', () =>
    inChild(
      `${readBehind}
       assert.equal(code(() => array.fromfile(source, 4 * KEPT)), 'ERR_UNEXPECTED_EOF')
       assert.equal(array.length, 4 * KEPT)
       assert.equal(array.count(5), 3 * KEPT)`,
    ))

  test('where elements are appended without a call', () =>
    inChild(
      `${readBehind}
       array.reserve(5 * KEPT)
       while (array.length < 4 * KEPT) array.append(6)
       assert.equal(array.count(6), 3 * KEPT)
       assert.equal(sharedView[3 * KEPT], 6)`,
    ))
})
