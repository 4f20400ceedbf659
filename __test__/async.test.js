// The calls that work on another thread: what they give, what they keep off meanwhile, abort and close in the middle.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, encode, typecode, typed } from './support/typecodes.js'
import { PAGE } from './support/pages.js'

const scope = useScope()
const make = (code, items) => scope.keep(new MmapArray(code, items))
/** Enough work to be called off in the middle. */
const MANY = 500_000
const scrambled = () => Int32Array.from({ length: MANY }, (_, n) => Math.imul(n + 1, 0x9e3779b1))
/** Whether the elements are those of a typed array; a matcher would look at each of them. */
const holds = (array, { buffer }) => array.tobytes().equals(Buffer.from(buffer))
const codeOf = (promise) =>
  promise.then(
    () => 'nothing was thrown',
    (error) => error?.code ?? error,
  )

describe.each(STORAGES)('$name', (storage) => {
  test.each(TYPECODES)('typecode $code', async (type) => {
    const items = elements(type, 40)
    const array = storage.make(type, items.toReversed(), scope)
    expect(await array.sortAsync()).toBe(array)
    expect(array.tolist()).toEqual(items)
    const needles = typed(type, [items[39], items[0]])
    expect(await array.searchsortedAsync(needles)).toEqual(Float64Array.of(39, 0))
    expect(await array.searchsortedAsync(make(type.code, needles), 'right')).toEqual(Float64Array.of(40, 1))

    const file = scope.path()
    await array.tofileAsync(file)
    expect(fs.readFileSync(file)).toEqual(encode(type, items))
    expect(await array.fromfileAsync(file, 2)).toBe(undefined)
    expect(array.tolist()).toEqual([...items, ...items.slice(0, 2)])
    await array.flushAsync()
    array.append(items[0])
    expect(array.length).toBe(43)
  })
})

describe('while one works', () => {
  const CHANGES = {
    append: (array) => array.append(1),
    extend: (array) => array.extend([1]),
    insert: (array) => array.insert(0, 1),
    pop: (array) => array.pop(),
    remove: (array) => array.remove(array.get(5)),
    clear: (array) => array.clear(),
    fromfile: (array) => array.fromfile('/dev/zero', 1),
    frombytes: (array) => array.frombytes(new Uint8Array(4)),
    setSlice: (array) => array.setSlice([1, 2], 0, 1),
    deleteSlice: (array) => array.deleteSlice(0, 1),
    repeatInPlace: (array) => array.repeatInPlace(2),
    reserve: (array) => array.reserve(1e7),
    refresh: (array) => array.refresh(),
    sort: (array) => array.sort(),
  }

  test.each(['reserved', 'exact'])('nothing changes the length, and nobody else sorts: %s', async (state) => {
    const array = make('i', scrambled())
    if (state === 'exact') array.handle()
    else array.reserve(2 * MANY)
    const { capacity } = array
    if (state === 'reserved') {
      // From now on there is room that needs no call into the core.
      array.append(1)
      array.pop()
    }
    const sorted = array.sortAsync()
    expect(array.capacity).toBe(capacity)
    for (const [name, change] of Object.entries(CHANGES)) expectError('ERR_BUSY', () => change(array), name)
    const others = {
      sortAsync: array.sortAsync(),
      searchsortedAsync: array.searchsortedAsync(new Int32Array(1)),
      tofileAsync: array.tofileAsync('/dev/null'),
      fromfileAsync: array.fromfileAsync('/dev/zero', 1),
    }
    for (const [name, other] of Object.entries(others)) expect(await codeOf(other), name).toBe('ERR_BUSY')
    expect(array.length).toBe(MANY)
    await sorted
    expect(holds(array, scrambled().sort())).toBe(true)
    expect(array.capacity).toBe(capacity)
    for (const change of Object.values(CHANGES)) if (change !== CHANGES.remove) change(array)
  })

  test('a call that has to wait is told by its own name', async () => {
    const array = make('i', [1])
    const controller = new AbortController()
    const read = array.fromfileAsync('/dev/zero', 100_000_000, { signal: controller.signal })
    const calls = {
      handle: () => array.handle(),
      fd: () => array.fd,
      trim: () => array.trim(),
      flush: () => array.flush(),
    }
    for (const [name, call] of Object.entries(calls))
      expect(expectError('ERR_BUSY', call).message).toContain(`${name} must`)
    controller.abort()
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    expect(array.handle()).toMatchObject({ typecode: 'i' })
  })

  test('those that only read go together, elements may be read and written', async () => {
    const array = make('i', scrambled().sort())
    const needles = array.slice()
    const both = [array.searchsortedAsync(needles), array.searchsortedAsync(needles, 'right')]
    expectError('ERR_BUSY', () => array.append(1))
    expect(await codeOf(array.sortAsync())).toBe('ERR_BUSY')
    expect(array.get(0)).toBe(needles[0])
    array.set(0, array.get(0))
    const [left, right] = await Promise.all(both)
    expect([left[7], right[7]]).toEqual([7, 8])
    array.append(1)
  })

  // What broke: elements on their way, and zeros in their place, seen by what reads meanwhile.
  test.each([
    ['its elements', async (array) => (await array.envelopeAsync(1000)).min],
    ['its elements as needles', (array) => make('i', [0, 1]).searchsortedAsync(array, 'right')],
  ])('sort moves nothing about that is read: %s', async (_, read) => {
    // None is less than 2, so none belongs before the second of the needles' array.
    const array = make(
      'i',
      Int32Array.from({ length: 4_000_000 }, (_, n) => ((n * 7919) % 1_000_003) + 2),
    )
    for (let round = 0; round < 20; round++) {
      const reading = read(array)
      array.sort().reverse()
      expect((await reading).every((found) => found >= 2)).toBe(true)
    }
  })

  test('needles are those of the moment of the call', async () => {
    const array = make('i', [1, 2, 3])
    const needles = Int32Array.of(3)
    const places = array.searchsortedAsync(needles)
    needles[0] = 1
    expect(await places).toEqual(Float64Array.of(2))
  })
})

// What broke: their memory was external, which Node 22 and later refuse to transfer and Node 20 copies.
describe.each([3, 100_000])('results of %i needles or parts', (count) => {
  const make10 = () => make('d', new Float64Array(count).fill(10))

  test('searchsortedAsync gives what can be transferred', async () => {
    const found = await make10().searchsortedAsync(new Float64Array(count).fill(11))
    const moved = structuredClone(found, { transfer: [found.buffer] })
    expect(found.byteLength).toBe(0)
    expect(moved).toEqual(new Float64Array(count).fill(count))
  })

  test('envelopeAsync gives what can be transferred', async () => {
    const found = await make10().envelopeAsync(count)
    const moved = structuredClone(found, { transfer: [found.min.buffer] })
    expect([found.min.byteLength, found.max.byteLength]).toEqual([0, 0])
    expect(moved.min).toEqual(new Float64Array(count).fill(10))
    expect(moved.max).toEqual(moved.min)
  })

  test('are whole after the garbage collector ran meanwhile', async () => {
    const result = await runNode(
      `
      const array = new MmapArray('d', new Float64Array(${count}).fill(10))
      const needles = new Float64Array(${count}).fill(11)
      for (let round = 0; round < 20; round++) {
        const both = [array.searchsortedAsync(needles), array.envelopeAsync(${count})]
        global.gc()
        new Float64Array(${count}).fill(-1)
        const [found, { min, max }] = await Promise.all(both)
        if (!found.every((at) => at === ${count})) throw new Error('searchsortedAsync')
        if (!min.every((least) => least === 10) || !max.every((most) => most === 10)) throw new Error('envelopeAsync')
      }`,
      { nodeOptions: ['--expose-gc'] },
    )
    expectExit(result)
  })
})

test('results that do not fit into memory are ENOMEM, and the array is free', async () => {
  const result = await runNode(
    `// Should it go wrong, this process and no other is to pay.
     fs.writeFileSync('/proc/self/oom_score_adj', '1000')
     const path = process.argv[1]
     fs.closeSync(fs.openSync(path, 'w'))
     fs.truncateSync(path, 2 ** 42)
     const large = MmapArray.open(path, 'B', { flags: 'r+' })
     const calls = [() => large.searchsortedAsync(large), () => large.envelopeAsync(2 ** 42)]
     for (const call of calls) await call().catch(({ code }) => console.log(code))
     console.log(large.pop(), await large.searchsortedAsync(Uint8Array.of(0)))`,
    { args: [scope.path('sparse')] },
  )
  expectExit(result)
  expect(result.stdout).toBe('ENOMEM\nENOMEM\n0 Float64Array(1) [ 0 ]\n')
})

describe('abort', () => {
  test('before it begins', async () => {
    const array = make('i', [2, 1])
    const signal = AbortSignal.abort(new Error('mine'))
    const calls = [
      array.sortAsync({ signal }),
      array.searchsortedAsync(new Int32Array(1), 'left', { signal }),
      array.tofileAsync(scope.path('never'), { signal }),
      array.fromfileAsync('/dev/zero', 1, { signal }),
      array.flushAsync({ signal }),
    ]
    for (const { reason } of await Promise.allSettled(calls)) expect(reason).toBe(signal.reason)
    expect(array.tolist()).toEqual([2, 1])
    expect(fs.existsSync(scope.path('never'))).toBe(false)
  })

  test('of a sort leaves the elements as they were, or sorted', async () => {
    const array = make('i', scrambled())
    const controller = new AbortController()
    const sorted = array.sortAsync({ signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(sorted).rejects.toMatchObject({ name: 'AbortError' })
    const isSorted = array.get(0) === -(2 ** 31) || array.get(0) !== scrambled()[0]
    expect(holds(array, isSorted ? scrambled().sort() : scrambled())).toBe(true)
    // It is free again at once.
    array.append(5)
    expect(array.length).toBe(MANY + 1)
  })

  test('of reading keeps whole elements', async () => {
    const array = make('i', [7])
    const controller = new AbortController()
    const read = array.fromfileAsync('/dev/zero', 100_000_000, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    expect(array.length).toBeLessThan(100_000_001)
    expect(array.count(0)).toBe(array.length - 1)
    array.append(5)
    expect(array.get(-1)).toBe(5)
  })

  test('an abort afterwards is none', async () => {
    const array = make('i', [2, 1])
    const controller = new AbortController()
    await array.sortAsync({ signal: controller.signal })
    controller.abort()
    expect(array.tolist()).toEqual([1, 2])
  })
})

describe('close', () => {
  test.each([
    ['sortAsync', (array) => array.sortAsync()],
    ['searchsortedAsync', (array) => array.searchsortedAsync(array)],
    ['tofileAsync', (array) => array.tofileAsync('/dev/null')],
    ['fromfileAsync', (array) => array.fromfileAsync('/dev/zero', 1000)],
  ])('of an array in the middle of %s', async (_, call) => {
    const array = make('i', scrambled())
    const promise = call(array)
    array.close()
    expect(await codeOf(promise)).toBe('ERR_CLOSED')
    expect(await codeOf(call(array))).toBe('ERR_CLOSED')
  })

  test('nothing is added to a file after it', async () => {
    const file = scope.file(Buffer.alloc(4))
    const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+' }))
    const read = array.fromfileAsync('/dev/zero', 50_000_000)
    await new Promise((done) => setImmediate(done))
    array.close()
    const { size } = fs.statSync(file)
    expect(await codeOf(read)).toBe('ERR_CLOSED')
    expect(fs.statSync(file).size).toBe(size)
    expect(size % 4).toBe(0)
  })

  test('a process that leaves all of it behind ends by itself', async () => {
    const result = await runNode(
      `
      const numbers = Int32Array.from({ length: 3e6 }, (_, n) => Math.imul(n, 0x9e3779b1))
      for (let n = 0; n < 4; n++) {
        const array = new MmapArray('i', numbers)
        array.sortAsync().catch(({ code }) => console.log(code))
        if (n % 2) array.close()
      }
      global.gc()`,
      { nodeOptions: ['--expose-gc'] },
    )
    expectExit(result)
    expect(result.stdout).toBe('ERR_CLOSED\nERR_CLOSED\n')
  })
})

// What broke: a thread slept in a read or a write that nobody would end.
describe('a pipe whose other end does nothing', () => {
  const pipe = (path = scope.path()) => {
    execFileSync('mkfifo', [path])
    // Both ends of it, so that neither is at its end.
    return fs.openSync(path, 'r+')
  }

  test('an abort ends the reading, and keeps whole elements', async () => {
    const fd = pipe()
    const array = make('i', [7])
    const controller = new AbortController()
    const read = array.fromfileAsync(fd, 1000, { signal: controller.signal })
    fs.writeSync(fd, Buffer.from(Int32Array.of(1, 2, 3).buffer).subarray(0, 10))
    setTimeout(() => controller.abort(), 5)
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    // The thread may not have come to read before that.
    expect([[7], [7, 1, 2]]).toContainEqual(array.tolist())
    array.append(5)
    expect(array.get(-1)).toBe(5)
    fs.closeSync(fd)
  })

  test('an abort ends the reading of one that was opened by its name', async () => {
    const path = scope.path()
    const fd = pipe(path)
    const array = make('i', [7])
    const controller = new AbortController()
    const read = array.fromfileAsync(path, 1000, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    const rest = array.fromfileAsync(path, 2)
    fs.writeSync(fd, Buffer.from(Int32Array.of(1, 2).buffer))
    await rest
    expect(array.tolist()).toEqual([7, 1, 2])
    fs.closeSync(fd)
  })

  test('an abort ends the writing', async () => {
    const fd = pipe()
    const array = make('i', scrambled())
    const controller = new AbortController()
    const written = array.tofileAsync(fd, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(written).rejects.toMatchObject({ name: 'AbortError' })
    array.append(5)
    expect(array.length).toBe(MANY + 1)
    fs.closeSync(fd)
  })

  test('close() ends both', async () => {
    const [silent, full] = [pipe(), pipe()]
    const [reader, writer] = [make('i', []), make('i', scrambled())]
    const jobs = [reader.fromfileAsync(silent, 10), writer.tofileAsync(full)]
    reader.close()
    writer.close()
    expect(await Promise.all(jobs.map(codeOf))).toEqual(['ERR_CLOSED', 'ERR_CLOSED'])
    fs.closeSync(silent)
    fs.closeSync(full)
  })

  // What broke: Node waits for its threads at the end.
  test.each([
    ['fromfileAsync', 'new MmapArray("i").fromfileAsync(pipe(), 10)'],
    ['tofileAsync', 'new MmapArray("i", new Int32Array(100_000)).tofileAsync(pipe())'],
  ])('process.exit() ends %s, in a worker too', async (_, call) => {
    const path = scope.path()
    fs.closeSync(pipe(path))
    const body = `
      const pipe = () => fs.openSync(${JSON.stringify(path)}, 'r+')
      const settled = () => console.log('settled')
      ${call}.then(settled, settled)
      setTimeout(() => process.exit(3), 50)`
    const main = await runNode(body, { timeout: 20_000 })
    expectExit(main, 3)
    expect(main.stdout).toBe('')
    const worker = await runNode(
      `const { Worker } = await import('node:worker_threads')
       const index = ${JSON.stringify(new URL('../index.js', import.meta.url))}
       const source = 'import fs from "node:fs"; import { MmapArray } from ' + JSON.stringify(index) + ';' + ${JSON.stringify(body)}
       const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)), { execArgv: [] })
       worker.on('exit', (code) => console.log('worker', code))`,
      { timeout: 20_000 },
    )
    expectExit(worker)
    expect(worker.stdout).toBe('worker 3\n')
    const both = await runNode(
      `const { Worker } = await import('node:worker_threads')
       const index = ${JSON.stringify(new URL('../index.js', import.meta.url))}
       const source = 'import fs from "node:fs"; import { parentPort } from "node:worker_threads"; import { MmapArray } from ' + JSON.stringify(index) + ';' + ${JSON.stringify(body.replace(/setTimeout.*/, 'parentPort.postMessage(0); setInterval(() => {}, 1000)'))}
       const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)), { execArgv: [] })
       worker.on('message', () => setTimeout(() => process.exit(4), 50))`,
      { timeout: 20_000 },
    )
    expectExit(both, 4)
  })

  test('process.exit() ends them whatever becomes of its listeners', async () => {
    const path = scope.path()
    fs.closeSync(pipe(path))
    const result = await runNode(
      `fs.openSync(${JSON.stringify(path)}, 'r+')
       const read = (Class = MmapArray) => new Class('i').fromfileAsync(${JSON.stringify(path)}, 10).catch(() => {})
       class Lying extends MmapArray { get closed() { throw new Error('lying') } }
       process.on('exit', () => { throw new Error('mine') })
       read()
       process.removeAllListeners('exit')
       process.on('exit', () => { throw new Error('mine') })
       read(Lying)
       read()
       setTimeout(() => process.exit(3), 50)`,
      { timeout: 20_000 },
    )
    expect(result).toMatchObject({ signal: null, stderr: expect.stringContaining('mine') })
  })

  test('process.exit() cuts tofileAsync to a file short, which holds the first elements then', async () => {
    const path = scope.path()
    const result = await runNode(`
      new MmapArray('i', Int32Array.from({ length: 10_000_000 }, (_, n) => n)).tofileAsync(${JSON.stringify(path)})
      setImmediate(() => process.exit())`)
    expectExit(result)
    const { size, blocks } = fs.statSync(path)
    expect(size % 4).toBe(0)
    // What was preallocated and not written to is given back.
    expect(blocks * 512).toBeLessThan(size + 65_536)
    const found = new Int32Array(fs.readFileSync(path).buffer)
    expect(found.every((value, n) => value === n)).toBe(true)
  })

  test('what is written to one is what is read from it, however much it is', async () => {
    const fd = pipe()
    const [source, target] = [make('i', scrambled()), make('i', [])]
    await Promise.all([source.tofileAsync(fd), target.fromfileAsync(fd, MANY)])
    expect(holds(target, scrambled())).toBe(true)
    fs.closeSync(fd)
  })
})

describe('errors are rejections', () => {
  test('wrong arguments', async () => {
    const array = make('i', [1])
    for (const options of [null, 5, { signal: {} }, { signal: null }, { other: 1 }]) {
      expect(await codeOf(array.sortAsync(options))).toBe('ERR_INVALID_ARG_TYPE')
      expect(await codeOf(array.flushAsync(options))).toBe('ERR_INVALID_ARG_TYPE')
    }
    expect(await codeOf(array.searchsortedAsync(new Float64Array(1)))).toBe('ERR_TYPE_MISMATCH')
    expect(await codeOf(array.searchsortedAsync([1]))).toBe('ERR_INVALID_ARG_TYPE')
    expect(await codeOf(array.searchsortedAsync(new Int32Array(1), 'middle'))).toBe('ERR_OUT_OF_RANGE')
    expect(await codeOf(array.fromfileAsync('/dev/zero', -1))).toBe('ERR_OUT_OF_RANGE')
    expect(await codeOf(array.tofileAsync(1.5))).toBe('ERR_INVALID_ARG_TYPE')
    array.append(1)
  })

  test('the system, and what the array allows', async () => {
    const file = scope.file(Buffer.from(Int32Array.of(2, 1).buffer))
    const array = make('i', [1])
    const reader = scope.keep(MmapArray.open(file, 'i'))
    expect(await codeOf(array.fromfileAsync(scope.path('none'), 1))).toBe('ENOENT')
    expect(await codeOf(array.tofileAsync(scope.directory))).toBe('EISDIR')
    expect(await codeOf(array.fromfileAsync(file, 3))).toBe('ERR_UNEXPECTED_EOF')
    expect(array.tolist()).toEqual([1, 2, 1])
    expect(await codeOf(reader.sortAsync())).toBe('ERR_READ_ONLY')
    expect(await codeOf(reader.fromfileAsync(file, 1))).toBe('ERR_READ_ONLY')
    await reader.tofileAsync(scope.path('copy'))
    expect(fs.readFileSync(scope.path('copy'))).toEqual(fs.readFileSync(file))
  })
})

test('descriptors are read and written where they stand, and may be closed at once', async () => {
  const file = scope.file(Buffer.from(Int32Array.of(1, 2, 3, 4).buffer))
  const fd = fs.openSync(file, 'r+')
  fs.readSync(fd, Buffer.alloc(4))
  const array = make('i', [])
  const read = array.fromfileAsync(fd, 2)
  fs.closeSync(fd)
  await read
  expect(array.tolist()).toEqual([2, 3])
  const target = fs.openSync(file, 'a')
  const written = array.tofileAsync({ fd: target })
  fs.closeSync(target)
  await written
  expect(fs.statSync(file).size).toBe(24)
  await make('i', []).tofileAsync(5)
})

test('its own file', async () => {
  const type = typecode('i')
  const file = scope.file(encode(type, [1, 2]))
  const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+' }))
  await array.fromfileAsync(file, 2)
  expect(array.tolist()).toEqual([1, 2, 1, 2])
  expect(await codeOf(array.fromfileAsync(file, 9))).toBe('ERR_UNEXPECTED_EOF')
  expect(array.length).toBe(8)
  await array.tofileAsync(file)
  expect(fs.readFileSync(file)).toEqual(encode(type, [1, 2, 1, 2, 1, 2, 1, 2]))
})

test('a file that is cut is a fault, and the array is free to be refreshed', async () => {
  const file = scope.file(Buffer.from(scrambled().buffer))
  const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+' }))
  // Nothing was touched yet: it is the other thread that finds nothing there.
  fs.truncateSync(file, PAGE)
  expect(await codeOf(array.sortAsync())).toBe('ERR_MEMORY_FAULT')
  expect(array.refresh()).toBe(PAGE / 4)
  await array.sortAsync()
  array.append(1)
})

test('a copy-on-write array whose file is cut while a job works is free to be refreshed', async () => {
  const path = scope.file(Buffer.from(scrambled().buffer))
  for (const begin of [
    (array) => array.searchsortedAsync(new Int32Array(1)),
    (array) => array.tofileAsync(scope.path('copy')),
    (array) => array.sortAsync(),
  ]) {
    fs.writeFileSync(path, scrambled())
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'c' }))
    const job = begin(array)
    fs.truncateSync(path, PAGE)
    // A fault for certain, whatever the job has read by now.
    expectError('ERR_MEMORY_FAULT', () => array.get(MANY - 1))
    expect(await codeOf(job)).toBe('ERR_MEMORY_FAULT')
    expect(array.refresh()).toBe(PAGE / 4)
    expect(array.sum()).toBeTypeOf('number')
  }
})

test('an exit event that the program emits itself cancels no later call', async () => {
  // After the module, since Node takes the event during one for an unfinished top-level await.
  const body = `
    setImmediate(() => {
      process.emit('exit', 0)
      setImmediate(async () => console.log((await new MmapArray('i', [2, 1]).sortAsync()).tolist().join()))
    })`
  const main = await runNode(body)
  expectExit(main)
  expect(main.stdout).toBe('1,2\n')
  const worker = await runNode(
    `const { Worker } = await import('node:worker_threads')
     const index = ${JSON.stringify(new URL('../index.js', import.meta.url))}
     const source = 'import { MmapArray } from ' + JSON.stringify(index) + ';' + ${JSON.stringify(body)}
     new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)), { execArgv: [] })`,
  )
  expectExit(worker)
  expect(worker.stdout).toBe('1,2\n')
})
