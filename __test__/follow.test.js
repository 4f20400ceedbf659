// follow(): gives what others append, each element once and in order, and leaves nothing behind.
import { EventEmitter, getEventListeners, once } from 'node:events'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { PORTABLE, onLinux } from './support/linux.js'
import { descriptors, inotifyWatches } from './support/process-facts.js'
import { expectExit, runNode } from './support/processes.js'
import { describePython, python } from './support/python.js'
import { ALL_STORAGES } from './support/storages.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements } from './support/typecodes.js'
import { startProcess, startThread } from './support/workers.js'

const scope = useScope()
const DONE = { value: undefined, done: true }

/** An iterator that ends with the test. */
function following(array, options) {
  const iterator = array.follow(options)
  scope.atEnd(() => iterator.return())
  return iterator
}

/** The next elements, as many as asked for, in as many parts as they come. */
async function take(iterator, count) {
  const taken = []
  while (taken.length < count) {
    // Each part follows the one before.
    // oxlint-disable-next-line no-await-in-loop
    const { value, done } = await iterator.next()
    if (done) throw new Error(`the iteration ended after ${taken.length} elements`)
    taken.push(...value)
  }
  return taken
}

/** A file with a writer, and an array that reads it. */
function pair(typecode = 'i', items = [], options = {}) {
  const path = scope.path()
  const writer = scope.keep(MmapArray.open(path, typecode, { flags: 'w+', ...options }))
  writer.extend(items)
  const reader = scope.keep(MmapArray.open(path, typecode, { ...options }))
  return { path, writer, reader }
}

/** Whether a promise has not ended after the event loop has turned a few times. */
async function isPending(promise) {
  const waiting = Symbol('waiting')
  for (let turn = 0; turn < 5; turn++) await pause(1)
  return (await Promise.race([promise, Promise.resolve(waiting)])) === waiting
}

describe('follow gives what another array appends', () => {
  test.each(ALL_STORAGES.filter(({ exact }) => exact))('in: $name', async ({ make }) => {
    const array = make(
      TYPECODES.find(({ code }) => code === 'i'),
      [1, 2],
      scope,
    )
    const other = scope.keep(MmapArray.attach(array.handle()))
    const iterator = following(array)
    const first = iterator.next()
    other.append(3)
    expect((await first).value).toEqual(Int32Array.of(3))
    other.extend([4, 5, 6])
    array.refresh()
    array.append(7)
    expect(await take(iterator, 4)).toEqual([4, 5, 6, 7])
  })

  test.each(TYPECODES)('of typecode $code, in the form of a slice', async (type) => {
    const { writer, reader } = pair(type.code)
    const iterator = following(reader)
    const items = elements(type, 5)
    writer.extend(items)
    const { value } = await iterator.next()
    expect(value).toEqual(writer.slice())
    expect(value.constructor).toBe(writer.slice().constructor)
  })

  test('of records, as objects', async () => {
    const { writer, reader } = pair({ time: 'q', price: 'd', size: 'I' })
    const items = [1n, 2n, 3n].map((time) => ({ time, price: 0.5, size: 7 }))
    const iterator = following(reader)
    writer.extend(items)
    expect(await take(iterator, 3)).toEqual(items)
  })

  test('from behind an offset, whole elements only', async () => {
    const path = scope.file(Buffer.from('header'))
    const reader = scope.keep(MmapArray.open(path, 'H', { offset: 6 }))
    const iterator = following(reader)
    fs.appendFileSync(path, Buffer.from([1, 0, 2]))
    expect(await take(iterator, 1)).toEqual([1])
    const next = iterator.next()
    fs.appendFileSync(path, Buffer.from([0]))
    expect((await next).value).toEqual(Uint16Array.of(2))
  })

  test('in another process, by a file, a name of memory and a handle', async () => {
    const child = startProcess(scope, { serialization: 'json' })
    const name = `mmap-array-follow-${process.pid}`
    const named = scope.keep(MmapArray.openShm(name, 'i', { flags: 'wx+' }))
    scope.atEnd(() => MmapArray.unlinkShm(name))
    const { writer: file } = pair()
    const anonymous = scope.keep(new MmapArray('i'))
    const arrays = [file, named, anonymous]
    const iterators = arrays.map((array) => following(array))
    const first = iterators.map((iterator) => iterator.next())
    await child.run(
      ({ MmapArray: Class, state }, handles) => {
        state.arrays = handles.map((handle) => Class.attach(handle))
        for (const array of state.arrays) array.append(11)
      },
      arrays.map((array) => array.handle()),
    )
    for (const next of first) expect((await next).value).toEqual(Int32Array.of(11))
    await child.run(({ state }) => state.arrays.forEach((array) => array.extend([12, 13])))
    for (const iterator of iterators) expect(await take(iterator, 2)).toEqual([12, 13])
  })

  test('in a thread that follows an attached array', async () => {
    const thread = startThread(scope)
    const array = scope.keep(new MmapArray('i', [1]))
    await thread.run(({ MmapArray: Class, state }, handle) => {
      state.array = Class.attach(handle)
      state.iterator = state.array.follow({ from: 'start' })
    }, array.handle())
    const next = () => thread.run(async ({ state }) => (await state.iterator.next()).value)
    expect(await next()).toEqual(Int32Array.of(1))
    const second = next()
    array.append(2)
    expect(await second).toEqual(Int32Array.of(2))
    await thread.run(({ state }) => state.array.close())
  })
})

describe('follow begins', () => {
  test('behind the elements that the array has', async () => {
    const { writer, reader } = pair('i', [1, 2])
    writer.append(3)
    expect(await take(following(reader), 1)).toEqual([3])
    expect(reader.length).toBe(2)
  })

  test.each([
    ['start', [1, 2, 3, 4]],
    [0, [1, 2, 3, 4]],
    [1, [2, 3, 4]],
    [-1, [2, 3, 4]],
    [-9, [1, 2, 3, 4]],
    ['end', [4]],
  ])('from %j', async (from, expected) => {
    const { writer, reader } = pair('i', [1, 2])
    writer.append(3)
    const iterator = following(reader, { from })
    writer.append(4)
    expect(await take(iterator, expected.length)).toEqual(expected)
  })

  test("from 'end' of a file that is reserved when it becomes exact", async () => {
    const { writer, reader } = pair('i', [1])
    writer.reserve(100)
    const iterator = following(reader, { from: 'end' })
    const next = iterator.next()
    expect(await isPending(next)).toBe(true)
    writer.append(2)
    writer.trim()
    await pause(5)
    writer.append(3)
    expect([2, 3]).toContain((await next).value.at(-1))
  })
})

describe('follow does not', () => {
  test('change the length of the array', async () => {
    const { writer, reader } = pair('i', [1])
    const iterator = following(reader)
    writer.extend([2, 3])
    expect(await take(iterator, 2)).toEqual([2, 3])
    expect(reader.length).toBe(1)
    expect(reader.refresh()).toBe(3)
  })

  test('give more elements at once than batch, nor read ahead of the consumer', async () => {
    const { writer, reader } = pair('i', [1, 2, 3, 4, 5])
    const iterator = following(reader, { from: 'start', batch: 2 })
    expect((await iterator.next()).value).toEqual(Int32Array.of(1, 2))
    // What is not given yet is what the file holds when it is asked for.
    writer.setSlice([30, 40], 2, 4)
    expect((await iterator.next()).value).toEqual(Int32Array.of(30, 40))
    expect((await iterator.next()).value).toEqual(Int32Array.of(5))
  })

  test('give parts of more than a mebibyte unless batch asks for them', async () => {
    const { reader } = pair('d', new Float64Array(300_000))
    const sizes = []
    const iterator = following(reader, { from: 'start' })
    while (sizes.reduce((sum, size) => sum + size, 0) < 300_000) sizes.push((await iterator.next()).value.length)
    expect(sizes).toEqual([131_072, 131_072, 37_856])
    const whole = following(reader, { from: 'start', batch: 1_000_000 })
    expect((await whole.next()).value.length).toBe(300_000)
  })

  test('keep timers waiting while it always has elements', async () => {
    const { reader } = pair('B', new Uint8Array(1_000_000))
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1)
    const all = async () => {
      let count = 0
      for await (const { length } of reader.follow({ from: 'start', batch: 1, signal: controller.signal }))
        count += length
      return count
    }
    await expect(all()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })
})

describe('follow of a file that is reserved', () => {
  test.each(['the array itself', 'another array', 'another process'])(
    'by %s gives nothing until it is exact',
    async (who) => {
      const { path, writer, reader } = pair('i', [1])
      const child = startProcess(scope)
      await child.run(
        ({ MmapArray: Class, state }, file) => (state.array = Class.open(file, 'i', { flags: 'r+' })) && 0,
        path,
      )
      const change = {
        'the array itself': (body) => body({ state: { array: writer } }),
        'another array': (body) => body({ state: { array: writer } }),
        'another process': (body) => child.run(body),
      }[who]
      await change(({ state }) => state.array.reserve(1000))
      const iterator = following(who === 'the array itself' ? writer : reader, { from: 'start' })
      const next = iterator.next()
      await change(({ state }) => state.array.append(2))
      expect(await isPending(next)).toBe(true)
      expect([writer.isReserved, reader.isReserved]).toEqual([true, true])
      await change(({ state }) => state.array.trim())
      expect((await next).value).toEqual(Int32Array.of(1, 2))
      expect([writer.isReserved, reader.isReserved]).toEqual([false, false])
    },
  )

  const RELEASES = {
    trim: (array) => array.trim(),
    flush: (array) => array.flush(),
    handle: (array) => array.handle(),
    fd: (array) => array.fd,
    close: (array) => array.close(),
  }
  test.each(Object.keys(RELEASES))('gives its elements after %s', async (name) => {
    const { path, reader } = pair('i', [])
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', capacity: 500 }))
    const next = following(reader).next()
    array.append(7)
    expect(await isPending(next)).toBe(true)
    RELEASES[name](array)
    expect((await next).value).toEqual(Int32Array.of(7))
  })

  test('by two arrays waits for both', async () => {
    const { path, writer, reader } = pair('i', [1])
    const other = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    writer.reserve(100)
    other.reserve(200)
    writer.close()
    expect(reader.isReserved).toBe(true)
    // The first one has truncated the file, which the second one reports. It is closed all the same.
    expectError('ERR_MEMORY_FAULT', () => other.close())
    expect(reader.isReserved).toBe(false)
  })

  test('is one that reserve could not make longer only while it is', () => {
    const { writer, reader } = pair('i', [1])
    expectError('ERR_OUT_OF_RANGE', () => writer.reserve(2 ** 52))
    expect(reader.isReserved).toBe(false)
  })

  test.each(['process.exit()', 'the end of the script', 'process.kill(process.pid, "SIGKILL")'])(
    'ends with %s',
    async (end) => {
      const path = scope.path()
      const body = `const array = MmapArray.open(${JSON.stringify(path)}, 'i', { flags: 'w+' })
      array.append(7)
      array.reserve(1000)
      array.append(8)
      if (!MmapArray.open(array.path, 'i').isReserved) throw new Error('not reserved')
      ${end.startsWith('process') ? end : ''}`
      const result = await runNode(body)
      const isKilled = end.includes('SIGKILL')
      expect(result, result.stderr).toMatchObject(isKilled ? { signal: 'SIGKILL' } : { code: 0, signal: null })
      const reader = scope.keep(MmapArray.open(path, 'i'))
      expect(reader.isReserved).toBe(false)
      // Nobody can tell the zeros of a killed writer from elements.
      expect(reader.length).toBe(isKilled ? 1000 : 2)
    },
  )

  test('ends when the array is collected', async () => {
    const body = `const path = ${JSON.stringify(scope.path())}
      const reader = MmapArray.open(path, 'i', { flags: 'w+' })
      ;(() => { MmapArray.open(path, 'i', { flags: 'r+' }).reserve(100) })()
      if (!reader.isReserved) throw new Error('not reserved')
      const until = Date.now() + 20_000
      while (reader.isReserved && Date.now() < until) {
        globalThis.gc()
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      if (reader.isReserved || fs.statSync(path).size !== 0) throw new Error('still reserved')`
    expectExit(await runNode(body, { nodeOptions: ['--expose-gc'] }))
  })

  test('of NumPy gives what the header counts', async () => {
    const { writer, reader } = pair('i', [1], { format: 'npy' })
    writer.reserve(1000)
    writer.append(2)
    expect([writer.isReserved, reader.isReserved]).toEqual([false, false])
    const iterator = following(reader, { from: 'start' })
    expect(await take(iterator, 1)).toEqual([1])
    const next = iterator.next()
    expect(await isPending(next)).toBe(true)
    writer.trim()
    expect((await next).value).toEqual(Int32Array.of(2))
  })

  test('isReserved of memory that nobody else can see is false', () => {
    expect(scope.keep(new MmapArray('i', [1], { capacity: 100 })).isReserved).toBe(false)
  })
})

describe('follow of a file that gets shorter', () => {
  test('throws once, and has ended then', async () => {
    const { path, writer, reader } = pair('i', [1, 2, 3])
    const iterator = following(reader, { from: 'start' })
    await take(iterator, 3)
    const next = iterator.next()
    fs.truncateSync(path, 4)
    const error = await next.catch((thrown) => thrown)
    expect(error.code).toBe('ERR_MEMORY_FAULT')
    expect(error.message).toMatch(
      /truncated to 1 elements, and the follower is at element 3\. Pass truncated: 'restart'/,
    )
    writer.refresh()
    writer.append(9)
    expect(await iterator.next()).toEqual(DONE)
    expect(inotifyWatches()).toEqual([])
  })

  test('by elements that were not given yet gives the rest', async () => {
    const { writer, reader } = pair('i', [1, 2, 3, 4])
    const iterator = following(reader, { from: 'start', batch: 1 })
    expect(await take(iterator, 1)).toEqual([1])
    writer.deleteSlice(2)
    expect(await take(iterator, 1)).toEqual([2])
  })

  test("begins again with truncated: 'restart'", async () => {
    const { writer, reader } = pair('i', [1, 2, 3])
    const iterator = following(reader, { from: 'start', truncated: 'restart' })
    await take(iterator, 3)
    const next = iterator.next()
    writer.clear()
    writer.extend([7, 8])
    const { value } = await next
    expect([...value, ...(await take(iterator, 2 - value.length))]).toEqual([7, 8])
  })

  test('from an index behind its end throws without a word about a truncation, or begins again', async () => {
    const { reader } = pair('i', [1, 2])
    const text = /^The file has 2 elements, so the follower cannot begin at element 3\. Pass truncated: 'restart'/
    const error = await following(reader, { from: 3 })
      .next()
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_MEMORY_FAULT', message: expect.stringMatching(text) })
    expect(await take(following(reader, { from: 3, truncated: 'restart' }), 2)).toEqual([1, 2])
  })
})

describe('follow of a file that is replaced', () => {
  /** Another file at the path of an array, with elements. */
  function replace(path, items) {
    const next = scope.path()
    const array = scope.keep(MmapArray.open(next, 'i', { flags: 'wx+' }))
    array.extend(items)
    fs.renameSync(next, path)
    return array
  }

  test.each(['rename', 'unlink', 'move'])('by %s gives the rest, and ends', async (how) => {
    const { path, writer, reader } = pair('i', [1])
    const iterator = following(reader)
    const next = iterator.next()
    expect(await isPending(next)).toBe(true)
    writer.append(2)
    const change = {
      rename: () => replace(path, [9]),
      unlink: () => fs.unlinkSync(path),
      move: () => fs.renameSync(path, scope.path()),
    }
    change[how]()
    expect((await next).value).toEqual(Int32Array.of(2))
    expect(await iterator.next()).toEqual(DONE)
    expect(reader.closed).toBe(false)
  })

  test('before follow was called gives the rest, and ends', async () => {
    const { path, writer, reader } = pair('i', [1])
    writer.append(2)
    replace(path, [9])
    const iterator = following(reader)
    expect(await take(iterator, 1)).toEqual([2])
    expect(await iterator.next()).toEqual(DONE)
  })

  test("goes on with each new file from its start with replaced: 'reopen'", async () => {
    const { path, writer, reader } = pair('i', [1, 2])
    const iterator = following(reader, { replaced: 'reopen' })
    const next = iterator.next()
    writer.append(3)
    const second = replace(path, [4, 5, 6, 7])
    expect((await next).value).toEqual(Int32Array.of(3))
    expect(await take(iterator, 4)).toEqual([4, 5, 6, 7])
    second.append(8)
    expect(await take(iterator, 1)).toEqual([8])
    const third = iterator.next()
    expect(await isPending(third)).toBe(true)
    fs.unlinkSync(path)
    expect(await isPending(third)).toBe(true)
    replace(path, [9])
    expect((await third).value).toEqual(Int32Array.of(9))
    expect([reader.length, writer.length]).toEqual([2, 3])
    const { ino } = fs.statSync(path)
    const last = iterator.next()
    expect(await isPending(last)).toBe(true)
    if (!PORTABLE) expect(inotifyWatches()).toEqual([ino])
    const before = descriptors([path])
    reader.close()
    expect(await last).toEqual(DONE)
    expect(inotifyWatches()).toEqual([])
    // That of the array, and that of the file which took its place.
    expect(descriptors([path])).toBe(before - 2)
  })

  test("gives a new file at once with replaced: 'reopen'", async () => {
    const later = globalThis.setTimeout
    // The look once a second never comes.
    const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation((call, delay) => later(call, delay * 10_000))
    scope.atEnd(() => spy.mockRestore())
    const { path, reader } = pair('i', [1, 2])
    const iterator = following(reader, { replaced: 'reopen' })
    for (const n of [3, 4, 5]) {
      const next = iterator.next()
      expect(await isPending(next)).toBe(true)
      replace(path, [n])
      expect((await next).value).toEqual(Int32Array.of(n))
    }
  })

  test('waits for the elements of a new file that has its header only', async () => {
    const path = scope.file(Buffer.from('header01'))
    const reader = scope.keep(MmapArray.open(path, 'i', { offset: 8 }))
    const iterator = following(reader, { replaced: 'reopen' })
    const next = iterator.next()
    fs.unlinkSync(path)
    fs.writeFileSync(path, 'head')
    expect(await isPending(next)).toBe(true)
    fs.appendFileSync(path, 'er02')
    fs.appendFileSync(path, Buffer.from(Int32Array.of(5).buffer))
    expect((await next).value).toEqual(Int32Array.of(5))
  })

  test('by one of another type rejects', async () => {
    const path = `${scope.path()}.npy`
    MmapArray.open(path, 'i', { flags: 'wx+' }).close()
    const iterator = following(scope.keep(MmapArray.open(path)), { replaced: 'reopen' })
    const next = iterator.next()
    fs.unlinkSync(path)
    MmapArray.open(`${path}.new`, 'd', { flags: 'wx+', format: 'npy' }).close()
    fs.renameSync(`${path}.new`, path)
    await expect(next).rejects.toThrow(expect.objectContaining({ code: 'ERR_TYPE_MISMATCH' }))
  })

  test("stays with the old file with replaced: 'ignore'", async () => {
    const { path, writer, reader } = pair('i', [1])
    const iterator = following(reader, { replaced: 'ignore' })
    fs.unlinkSync(path)
    writer.append(2)
    expect(await take(iterator, 1)).toEqual([2])
    const next = iterator.next()
    expect(await isPending(next)).toBe(true)
    writer.append(3)
    expect((await next).value).toEqual(Int32Array.of(3))
  })

  test('while it is reserved gives its elements when it is exact, and ends then', async () => {
    const { path, writer, reader } = pair('i', [1])
    writer.reserve(100)
    const iterator = following(reader)
    const next = iterator.next()
    writer.append(2)
    replace(path, [9])
    expect(await isPending(next)).toBe(true)
    writer.trim()
    expect((await next).value).toEqual(Int32Array.of(2))
    expect(await iterator.next()).toEqual(DONE)
  })
})

describe('follow leaves nothing', () => {
  /** A follower that waits, and what it leaves. */
  async function waiting(options) {
    const { writer, reader } = pair('i', [1])
    const iterator = reader.follow(options)
    const next = iterator.next()
    const { ino } = fs.fstatSync(reader.fd)
    expect(await isPending(next)).toBe(true)
    expect(inotifyWatches()).toContain(ino)
    return { writer, reader, iterator, next, ino }
  }

  onLinux('inotify tells what is watched', test)('after return', async () => {
    const { iterator, next, ino } = await waiting()
    expect(await iterator.return()).toEqual(DONE)
    expect(await next).toEqual(DONE)
    expect(inotifyWatches()).not.toContain(ino)
  })

  onLinux('inotify tells what is watched', test)('after close of the array', async () => {
    const { reader, iterator, next, ino } = await waiting()
    reader.close()
    expect(inotifyWatches()).not.toContain(ino)
    expect(await next).toEqual(DONE)
    expect(await iterator.next()).toEqual(DONE)
  })

  onLinux('inotify tells what is watched', test)('after an abort, which rejects with the reason', async () => {
    const controller = new AbortController()
    const { iterator, next, ino } = await waiting({ signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(inotifyWatches()).not.toContain(ino)
    await expect(next).rejects.toThrow('enough')
    expect(await iterator.next()).toEqual(DONE)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  test('after an abort before the first part', async () => {
    const { reader } = pair('i', [1])
    const iterator = reader.follow({ from: 'start', signal: AbortSignal.abort() })
    await expect(iterator.next()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  onLinux('inotify tells what is watched', test)('after break', async () => {
    const { writer, reader } = pair('i', [])
    setTimeout(() => writer.append(5), 5)
    for await (const part of reader.follow()) {
      expect(part).toEqual(Int32Array.of(5))
      expect(inotifyWatches()).toHaveLength(1)
      break
    }
    // The loop ended while the runtime was handing out events, after which it removes the watch.
    await pause(1)
    expect(inotifyWatches()).toEqual([])
  })

  test('that keeps a process alive', async () => {
    const body = `const array = MmapArray.open(${JSON.stringify(scope.path())}, 'i', { flags: 'w+' })
      array.extend([1, 2])
      const ends = []
      // One that was never asked, one that is not asked again, one that waits until it is closed.
      array.follow()
      const seen = array.follow({ from: 'start' })
      await seen.next()
      const other = MmapArray.open(array.path, 'i')
      other.follow().next().then(({ done }) => ends.push(done))
      setTimeout(() => other.close(), 20)
      process.on('exit', () => console.log(JSON.stringify(ends)))`
    const result = await runNode(body)
    expectExit(result)
    expect(result.stdout).toBe('[true]\n')
  })

  test('of 10,000 loops that break', async () => {
    const rounds = Number(process.env.MMAP_ARRAY_FOLLOWS ?? 500)
    const body = `import { descriptors, inotifyWatches } from ${JSON.stringify(new URL('support/process-facts.js', import.meta.url).href)}
      const path = ${JSON.stringify(scope.path())}
      const writer = MmapArray.open(path, 'i', { flags: 'w+' })
      writer.append(1)
      const reader = MmapArray.open(path, 'i')
      const round = async (n) => {
        for await (const [value] of reader.follow({ from: n })) {
          if (value !== n) throw new Error(value + ' is not ' + n)
          break
        }
      }
      let before
      for (let n = 1; n <= ${rounds}; n++) {
        const pending = round(n)
        // One of two waits before its element comes.
        if (n % 2) await new Promise(setImmediate)
        writer.append(n)
        await pending
        if (n === 100) {
          globalThis.gc()
          before = [descriptors(), process.memoryUsage.rss()]
        }
      }
      await new Promise(setImmediate)
      globalThis.gc()
      const after = [descriptors(), process.memoryUsage.rss()]
      if (inotifyWatches().length > 0 || after[0] > before[0]) throw new Error(before + ' ' + after)
      if (after[1] > before[1] + 2 ** 25) throw new Error('memory: ' + before + ' ' + after)`
    expectExit(await runNode(body, { nodeOptions: ['--expose-gc'], timeout: 110_000 }))
  })
})

test('appends to memory without a name wake those who watch it', async () => {
  const array = scope.keep(new MmapArray('i', [1]))
  const made = fs.openSync(`/proc/self/fd/${array.fd}`, 'r+')
  const given = scope.keep(MmapArray.fromFd(made, 'i', { flags: 'r+' }))
  fs.closeSync(made)
  for (const writer of [array, given]) {
    const watch = fs.watch(`/proc/self/fd/${array.fd}`)
    scope.keep(watch)
    const change = once(watch, 'change')
    writer.append(2)
    expect((await change)[0]).toBe('change')
    watch.close()
  }
})

describe('follow refuses', () => {
  test.each([
    ['ERR_INVALID_ARG_TYPE', { form: 1 }],
    ['ERR_INVALID_ARG_TYPE', { from: 1.5 }],
    ['ERR_INVALID_ARG_TYPE', { from: null }],
    ['ERR_INVALID_ARG_TYPE', { from: 1n }],
    ['ERR_OUT_OF_RANGE', { from: 'begin' }],
    ['ERR_OUT_OF_RANGE', { from: 2 ** 53 + 2 }],
    ['ERR_OUT_OF_RANGE', { batch: 0 }],
    ['ERR_INVALID_ARG_TYPE', { batch: '1' }],
    ['ERR_INVALID_ARG_TYPE', { signal: {} }],
    ['ERR_INVALID_ARG_TYPE', { signal: new EventEmitter() }],
    ['ERR_OUT_OF_RANGE', { truncated: 'ignore' }],
    ['ERR_INVALID_ARG_TYPE', { truncated: true }],
    ['ERR_OUT_OF_RANGE', { replaced: 'throw' }],
    ['ERR_INVALID_ARG_TYPE', 'start'],
  ])('%s: %o', (code, options) => {
    const { reader } = pair('i', [1])
    expectError(code, () => reader.follow(options))
  })

  test('a closed array', () => {
    const { reader } = pair('i', [1])
    reader.close()
    expectError('ERR_CLOSED', () => reader.follow())
    expectError('ERR_CLOSED', () => reader.isReserved)
  })
})

describePython('follow gives what Python appends', () => {
  test('by one write', async () => {
    const { path, reader } = pair('i', [1])
    const iterator = following(reader)
    const next = iterator.next()
    python('import sys, array; array.array("i", [5, 6]).tofile(open(sys.argv[1], "ab"))', path)
    expect((await next).value).toEqual(Int32Array.of(5, 6))
  })
})
