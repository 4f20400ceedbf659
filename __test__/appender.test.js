// What an appender takes, when it appends it, and what happens when it cannot. How processes end is in appender-ends.test.js.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { MmapArray } from '../index.js'
import { MmapArray as Core } from '../native.js'
import { describeRefusing, runRefusing } from './support/refused-calls.js'
import { onLinux } from './support/linux.js'
import { FACTS, expectExit, runNode } from './support/processes.js'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, encode } from './support/typecodes.js'

const scope = useScope()

/** An empty file of integers, and an appender without a timer. */
function open(options = {}, type = 'i') {
  const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
  return { array, appender: array.appender({ interval: 0, ...options }), path: array.path }
}

const integersIn = (path) => [...new Int32Array(new Uint8Array(fs.readFileSync(path)).buffer)]

const codeOf = (call) => {
  try {
    call()
    return 'nothing thrown'
  } catch (error) {
    return error.code
  }
}

describe('append', () => {
  test('of fewer elements than the capacity keeps them', () => {
    const { array, appender, path } = open({ capacity: 4 })
    for (let n = 1; n <= 3; n++) appender.append(n)
    expect([appender.pending, array.length, fs.statSync(path).size]).toEqual([3, 0, 0])
  })

  test('of the last element of a batch appends the batch', () => {
    const { array, appender, path } = open({ capacity: 4 })
    for (let n = 1; n <= 10; n++) {
      appender.append(n)
      expect(integersIn(path)).toEqual(Array.from({ length: n - (n % 4) }, (_, at) => at + 1))
    }
    expect([appender.pending, array.length]).toEqual([2, 8])
  })

  test('of one element with a capacity of 1 appends it', () => {
    const { appender, path } = open({ capacity: 1 })
    appender.append(7)
    appender.append(8)
    expect([appender.pending, integersIn(path)]).toEqual([0, [7, 8]])
  })

  test.each(TYPECODES)('of typecode $code stores the bytes that append of an array stores', (type) => {
    const array = scope.keep(MmapArray.open(scope.path(), type.code, { flags: 'w+' }))
    const appender = array.appender({ capacity: 5 })
    const elements = Array.from({ length: 40 }, (_, n) => type.samples[n % type.samples.length])
    for (const element of elements) appender.append(element)
    appender.close()
    expect(fs.readFileSync(array.path)).toEqual(encode(type, elements))
  })

  test('of complex numbers and records stores them', () => {
    for (const [type, element] of [
      ['Zd', (n) => ({ re: n, im: -n })],
      [{ time: 'q', price: 'd', name: ['c', 3] }, (n) => ({ time: BigInt(n), price: n / 2, name: ['a', 'b', 'c'] })],
    ]) {
      const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
      const appender = array.appender({ capacity: 7 })
      const elements = Array.from({ length: 60 }, (_, n) => element(n))
      for (const one of elements) appender.append(one)
      appender.close()
      const expected = new MmapArray(type, elements)
      expect(fs.readFileSync(array.path)).toEqual(expected.tobytes())
      expected.close()
    }
  })

  test.each([
    [1.5, 'ERR_INVALID_ARG_TYPE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [2 ** 31, 'ERR_VALUE_OUT_OF_RANGE'],
  ])('of %j throws as append of an array, and takes nothing', (value, code) => {
    const { appender } = open({ capacity: 30 })
    for (const length of [0, 1, 20, 29]) {
      while (appender.pending < length) appender.append(7)
      expect(codeOf(() => appender.append(value))).toBe(code)
      expect(appender.pending).toBe(length)
    }
  })

  test('after close throws ERR_CLOSED', async () => {
    const { appender } = open()
    appender.append(1)
    appender.close()
    expect(appender.closed).toBe(true)
    expect(appender.pending).toBe(0)
    for (const call of [() => appender.append(2), () => appender.extend([2]), () => appender.flushSync()]) {
      expect(codeOf(call)).toBe('ERR_CLOSED')
    }
    await expect(appender.flush()).rejects.toMatchObject({ code: 'ERR_CLOSED', message: 'The appender is closed' })
    appender.close()
  })
})

describe('extend', () => {
  test.each([
    ['a typed array', () => Int32Array.of(1, 2, 3)],
    ['a list', () => [1, 2, 3]],
    ['a generator', () => [1, 2, 3].values()],
    ['an array', () => scope.keep(new MmapArray('i', [1, 2, 3]))],
  ])('of %s keeps the order, whether the items fit into the batch or not', (_, items) => {
    for (const capacity of [1, 2, 3, 4, 5, 7, 100]) {
      const { appender, path } = open({ capacity })
      for (let n = 0; n < 3; n++) {
        appender.append(0)
        appender.extend(items())
        expect(appender.pending).toBeLessThan(capacity)
      }
      appender.close()
      expect(integersIn(path), `capacity ${capacity}`).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    }
  })

  test('of its own array appends the elements that the array has', () => {
    for (const capacity of [2, 100]) {
      const { array, appender } = open({ capacity })
      array.extend([1, 2, 3])
      appender.extend(array)
      appender.close()
      expect(array.tolist()).toEqual([1, 2, 3, 1, 2, 3])
    }
  })

  test('of an iterable with a bad element takes those before it and throws', () => {
    const { array, appender } = open({ capacity: 4 })
    expect(codeOf(() => appender.extend([1, 2, 'three', 4]))).toBe('ERR_INVALID_ARG_TYPE')
    expect(appender.pending).toBe(2)
    expect(codeOf(() => appender.extend([3, 4, 5, 6, 7, null]))).toBe('ERR_INVALID_ARG_TYPE')
    expect(array.tolist()).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('of elements of another type throws ERR_TYPE_MISMATCH', () => {
    const { appender } = open()
    expect(codeOf(() => appender.extend(Float64Array.of(1)))).toBe('ERR_TYPE_MISMATCH')
    expect(codeOf(() => appender.extend(scope.keep(new MmapArray('d', [1]))))).toBe('ERR_TYPE_MISMATCH')
    expect(codeOf(() => appender.extend(7))).toBe('ERR_INVALID_ARG_TYPE')
    expect(appender.pending).toBe(0)
  })
})

describe('flush', () => {
  test('has written all elements when it is called, and resolves', async () => {
    const { appender, path } = open()
    appender.extend([1, 2])
    const flushed = appender.flush()
    expect(integersIn(path)).toEqual([1, 2])
    expect(await flushed).toBe(undefined)
    appender.append(3)
    appender.flushSync()
    expect([integersIn(path), appender.pending]).toEqual([[1, 2, 3], 0])
  })

  test('by the timer appends what is pending, and the next batch too', async () => {
    const { array, appender } = open({ interval: 1 })
    for (const length of [1, 2]) {
      appender.append(length)
      while (array.length < length) await pause(1)
      expect(appender.pending).toBe(0)
    }
    expect(array.tolist()).toEqual([1, 2])
  })

  test('with sync by the timer appends what is pending, and the next batch too', async () => {
    const { array, appender } = open({ interval: 1, sync: true, capacity: 3 })
    for (let length = 1; length <= 8; length++) {
      appender.append(length)
      while (array.length < length) await pause(1)
    }
    expect(array.tolist()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('while an asynchronous call works on the array throws ERR_BUSY, and the timer waits for its end', async () => {
    const { array, appender } = open({ interval: 1 })
    const pipe = scope.path()
    spawnSync('mkfifo', [pipe])
    const silent = fs.openSync(pipe, 'r+')
    const abort = new AbortController()
    const read = array.fromfileAsync(silent, 1, { signal: abort.signal })
    appender.append(1)
    expect(codeOf(() => appender.flushSync())).toBe('ERR_BUSY')
    // Timers of one duration fire in the order in which they began.
    for (let n = 0; n < 3; n++) {
      await pause(1)
      expect(codeOf(() => appender.extend([]))).toBe('nothing thrown')
    }
    expect(appender.pending).toBe(1)
    abort.abort()
    await expect(read).rejects.toMatchObject({ name: 'AbortError' })
    fs.closeSync(silent)
    while (array.length === 0) await pause(1)
    expect(array.tolist()).toEqual([1])
  })

  test('of two appenders keeps the order of each', () => {
    const { array, appender: one } = open({ capacity: 3 })
    const other = array.appender({ capacity: 4 })
    for (let n = 0; n < 100; n++) {
      one.append(n)
      other.append(-n)
    }
    one.close()
    other.close()
    const elements = array.tolist()
    expect(elements.filter((element) => element > 0)).toEqual(Array.from({ length: 99 }, (_, n) => n + 1))
    expect(elements.filter((element) => element < 0)).toEqual(Array.from({ length: 99 }, (_, n) => -n - 1))
  })

  test('of an array that others append to keeps what they appended', () => {
    const { array, appender, path } = open()
    appender.append(2)
    fs.appendFileSync(path, new Uint8Array(Int32Array.of(1).buffer))
    appender.flushSync()
    array.refresh()
    expect(array.tolist()).toEqual([1, 2])
  })
})

describe('close', () => {
  test('appends what is pending, and so does the array', () => {
    for (const last of [(appender) => appender.close(), (_, array) => array.close()]) {
      const { array, appender, path } = open()
      const other = array.appender()
      appender.extend([1, 2])
      other.append(3)
      last(appender, array)
      other.close()
      expect(integersIn(path)).toEqual([1, 2, 3])
      expect(appender.closed).toBe(true)
    }
  })

  test('of the array without pending elements closes its appenders', () => {
    const { array, appender } = open()
    array.close()
    expect(appender.closed).toBe(true)
    expect(codeOf(() => appender.append(1))).toBe('ERR_CLOSED')
    appender.close()
  })

  test('by using, at the end of the block', async () => {
    const { array, appender, path } = open({ sync: true })
    appender.append(1)
    appender[Symbol.dispose]()
    const next = array.appender({ sync: true })
    next.append(2)
    await next[Symbol.asyncDispose]()
    await next[Symbol.asyncDispose]()
    expect([integersIn(path), next.closed]).toEqual([[1, 2], true])
  })

  onLinux('the descriptors are in /proc', test)(
    'of an appender or of its array leaves no descriptor and no mapping',
    async () => {
      const body = `const facts = await import(${JSON.stringify(FACTS)})
      const [path] = process.argv.slice(1)
      const counts = () => [facts.descriptors([facts.ANONYMOUS, path]), facts.maps([facts.ANONYMOUS, path])].join()
      const appenders = []
      for (const closes of ['appender', 'array', 'array, which has no pending elements']) {
        const before = counts()
        const array = MmapArray.open(path, 'i', { flags: 'w+' })
        const use = () => {
          appenders.push(array.appender({ interval: 0 }))
          appenders.at(-1).append(1)
          if (closes === 'appender') appenders.at(-1).close()
          else if (closes !== 'array') appenders.at(-1).flushSync()
        }
        for (let n = 0; n < 100; n++) use()
        array.close()
        if (closes === 'array, which has no pending elements') for (const appender of appenders) appender.close()
        if (fs.statSync(path).size !== 400) throw new Error('elements are lost')
        if (counts() !== before) throw new Error(closes + ' leaves ' + counts() + ', before ' + before)
      }`
      expectExit(await runNode(body, { args: [scope.path()] }))
    },
  )

  onLinux('the descriptors are in /proc', test)(
    'of an array gives its file back, even if an appender stays',
    async () => {
      const body = `const facts = await import(${JSON.stringify(FACTS)})
      const [path] = process.argv.slice(1)
      const array = MmapArray.open(path, 'i', { flags: 'w+' })
      const appender = array.appender()
      array.close()
      if (facts.descriptors([path]) + facts.maps([path]) > 0) throw new Error('the file is open')
      if (!appender.closed) throw new Error('it is open')`
      expectExit(await runNode(body, { args: [scope.path()] }))
    },
  )
})

describe('the array of an appender', () => {
  test.each(STORAGES)('in $name gets all elements, in order', ({ make, onDisk }) => {
    const type = TYPECODES.find(({ code }) => code === 'i')
    const array = make(type, [1, 2], scope)
    const appender = array.appender({ capacity: 10 })
    for (let n = 3; n <= 35; n++) appender.append(n)
    appender.flushSync()
    const expected = Array.from({ length: 35 }, (_, n) => n + 1)
    expect(array.tolist()).toEqual(expected)
    if (onDisk) expect(onDisk(array).subarray(0, 140)).toEqual(encode(type, expected))
  })

  test('of a subclass is not asked: append and extend of the subclass are not called', () => {
    class Counting extends MmapArray {
      calls = 0
      append(value) {
        this.calls++
        super.append(value)
      }
      extend(items) {
        this.calls++
        super.extend(items)
      }
    }
    const array = scope.keep(new Counting('i'))
    const appender = array.appender({ capacity: 3 })
    for (let n = 0; n < 7; n++) appender.append(n)
    appender.extend([7, 8, 9, 10, 11])
    appender.close()
    expect([array.length, array.calls]).toEqual([12, 0])
  })

  test.each([
    ['read-only', { flags: 'r' }, 'ERR_READ_ONLY'],
    ['copy-on-write', { flags: 'c' }, 'ERR_FIXED_LENGTH'],
    ['of fixed length', { flags: 'r+', length: 2 }, 'ERR_FIXED_LENGTH'],
  ])('that is %s refuses an appender', (_, options, code) => {
    const array = scope.keep(MmapArray.open(scope.file(Buffer.alloc(16)), 'i', options))
    expect(codeOf(() => array.appender())).toBe(code)
  })

  test('that is closed refuses an appender', () => {
    const { array } = open()
    array.close()
    expect(codeOf(() => array.appender())).toBe('ERR_CLOSED')
  })

  test.each([
    [{ capacity: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ capacity: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ capacity: 2 ** 28 + 1 }, 'ERR_OUT_OF_RANGE'],
    [{ capacity: 1.5 }, 'ERR_INVALID_ARG_TYPE'],
    [{ capacity: '4' }, 'ERR_INVALID_ARG_TYPE'],
    [{ interval: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ interval: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ interval: Infinity }, 'ERR_INVALID_ARG_TYPE'],
    [{ sync: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ size: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [7, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses the options %j', (options, code) => {
    const { array } = open()
    expect(codeOf(() => array.appender(options))).toBe(code)
  })

  test('has properties of its own, and the capacity is 64 KiB of elements or one', () => {
    const { array } = open()
    const appender = array.appender()
    expect([appender.array === array, appender.capacity, appender.pending, appender.closed]).toEqual([
      true,
      16384,
      0,
      false,
    ])
    expect(open({}, 'd').appender.capacity).toBe(8192)
    expect(open({}, { large: ['B', 100_000] }).appender.capacity).toBe(1)
    expect(Object.prototype.toString.call(appender)).toBe('[object Appender]')
  })
})

describe('a getter of an element', () => {
  const type = { a: 'i', b: 'i' }
  /** Appends elements, one of which does something when it is read. Gives the elements that are in the file at the end. */
  function appended(act, { capacity = 100, before = 20 } = {}) {
    const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
    const appender = array.appender({ capacity, interval: 0 })
    for (let n = 0; n < before; n++) appender.append({ a: n, b: n })
    const element = {
      a: before,
      get b() {
        act(appender, array)
        return before
      },
    }
    const code = codeOf(() => appender.append(element))
    const { pending } = appender
    appender.close()
    return { code, pending, numbers: integersIn(array.path).filter((_, at) => at % 2 === 0) }
  }
  const upTo = (count) => Array.from({ length: count }, (_, n) => n)

  test('that flushes begins a batch with the element', () => {
    for (const before of [0, 1, 20, 99]) {
      const result = appended((appender) => appender.flushSync(), { before })
      expect(result).toEqual({ code: 'nothing thrown', pending: 1, numbers: upTo(before + 1) })
    }
  })

  test('that appends comes first', () => {
    const result = appended((appender) => appender.append({ a: 77, b: 77 }))
    expect(result).toEqual({ code: 'nothing thrown', pending: 22, numbers: [...upTo(20), 77, 20] })
  })

  test('that fills the batch appends it', () => {
    const result = appended((appender) => appender.append({ a: 77, b: 77 }), { capacity: 21 })
    expect(result).toEqual({ code: 'nothing thrown', pending: 1, numbers: [...upTo(20), 77, 20] })
    const both = appended((appender) => appender.append({ a: 77, b: 77 }), { capacity: 22 })
    expect(both).toEqual({ code: 'nothing thrown', pending: 0, numbers: [...upTo(20), 77, 20] })
  })

  test('that closes the appender or its array makes append throw', () => {
    for (const act of [(appender) => appender.close(), (_, array) => array.close()]) {
      expect(appended(act)).toEqual({ code: 'ERR_CLOSED', pending: 0, numbers: upTo(20) })
    }
  })

  test('that closes the array of an empty appender makes append throw', () => {
    const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
    const appender = array.appender()
    const element = {
      a: 1,
      get b() {
        array.close()
        return 1
      },
    }
    expect(codeOf(() => appender.append(element))).toBe('ERR_CLOSED')
    appender.close()
    expect([appender.pending, appender.closed]).toEqual([0, true])
  })

  test('of items of extend may close the appender', () => {
    for (const capacity of [2, 100]) {
      const { appender, path } = open({ capacity })
      appender.append(1)
      const items = function* () {
        yield 2
        appender.close()
        yield 3
      }
      expect(codeOf(() => appender.extend(items()))).toBe('ERR_CLOSED')
      expect(integersIn(path)).toEqual([1])
    }
  })
})

describe('a flush by the timer that fails', () => {
  /** Waits until the appender has met an error that no call has thrown yet, and gives its code. */
  async function failure(appender) {
    for (;;) {
      const code = codeOf(() => appender.extend([]))
      if (code !== 'nothing thrown') return code
      await pause(1)
    }
  }

  test('keeps the elements; the next call throws, and the one after it writes them once', async () => {
    const { array, appender, path } = open({ interval: 1 })
    appender.extend([1, 2])
    // Somebody else has written a part of an element.
    fs.appendFileSync(path, 'x')
    expect(await failure(appender)).toBe('ERR_RAGGED_LENGTH')
    expect(appender.pending).toBe(2)
    fs.truncateSync(path, 0)
    appender.append(3)
    await appender.flush()
    expect([array.tolist(), integersIn(path)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  test('is thrown by an append into a batch that is not full', async () => {
    const { appender, path } = open({ interval: 1 })
    fs.appendFileSync(path, 'x')
    let taken = 0
    for (let met; met !== 'ERR_RAGGED_LENGTH'; await pause(1)) {
      met = codeOf(() => appender.append(taken))
      if (met === 'nothing thrown') taken++
    }
    expect(appender.pending).toBe(taken)
    fs.truncateSync(path, 0)
    appender.close()
    expect(integersIn(path)).toEqual(Array.from({ length: taken }, (_, n) => n))
  })

  test('is tried again by the timer once its error was thrown', async () => {
    const { array, appender, path } = open({ interval: 1 })
    appender.append(1)
    fs.appendFileSync(path, 'x')
    expect(await failure(appender)).toBe('ERR_RAGGED_LENGTH')
    fs.truncateSync(path, 0)
    while (array.length === 0) await pause(1)
    expect(integersIn(path)).toEqual([1])
  })

  test('is thrown by each kind of call', async () => {
    const calls = [
      (appender) => appender.append(2),
      (appender) => appender.extend([2]),
      (appender) => appender.flushSync(),
      (appender) => appender.flush(),
    ]
    for (const call of calls) {
      const { appender, path } = open({ capacity: 2 })
      fs.appendFileSync(path, 'x')
      appender.append(0)
      // The batch is full, and its elements are taken.
      appender.append(1)
      await expect((async () => call(appender))()).rejects.toMatchObject({ code: 'ERR_RAGGED_LENGTH' })
      expect(appender.pending).toBe(2)
      fs.truncateSync(path, 0)
      appender.close()
      expect(integersIn(path)).toEqual([0, 1])
    }
  })

  test('does not stop close, which tries again and leaves the appender and the array open if it fails', () => {
    const { array, appender, path } = open({ capacity: 2 })
    fs.appendFileSync(path, 'x')
    appender.extend(Int32Array.of(1))
    appender.append(2)
    for (const closable of [appender, array]) {
      expect(codeOf(() => closable.close())).toBe('ERR_RAGGED_LENGTH')
      expect([appender.closed, array.closed, appender.pending]).toEqual([false, false, 2])
    }
    fs.truncateSync(path, 0)
    array.close()
    expect([integersIn(path), appender.closed]).toEqual([[1, 2], true])
  })

  test('does not stop discard, after which the array can be closed', () => {
    const { array, appender, path } = open({ capacity: 3 })
    fs.appendFileSync(path, 'x')
    appender.extend(Int32Array.of(1, 2))
    expect(codeOf(() => array.close())).toBe('ERR_RAGGED_LENGTH')
    expect([appender.discard(), appender.pending, appender.closed, array.closed]).toEqual([2, 0, true, false])
    expect([codeOf(() => appender.append(3)), appender.discard()]).toEqual(['ERR_CLOSED', 0])
    array.close()
    expect([array.closed, fs.readFileSync(path, 'latin1')]).toEqual([true, 'x'])
  })

  test('of a full batch takes no element until a flush works', () => {
    const { appender, path } = open({ capacity: 2 })
    fs.appendFileSync(path, 'x')
    appender.append(1)
    appender.append(2)
    for (let n = 0; n < 5; n++) expect(codeOf(() => appender.append(3))).toBe('ERR_RAGGED_LENGTH')
    expect(codeOf(() => appender.extend([3]))).toBe('ERR_RAGGED_LENGTH')
    expect(appender.pending).toBe(2)
    fs.truncateSync(path, 0)
    appender.append(4)
    appender.close()
    expect(integersIn(path)).toEqual([1, 2, 4])
  })

  test('because the file ends before the offset of the array is ERR_MEMORY_FAULT', () => {
    const file = scope.file(Buffer.alloc(8192))
    const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+', offset: 8192 }))
    const appender = array.appender({ interval: 0 })
    appender.append(1)
    fs.truncateSync(file, 4096)
    expect(codeOf(() => appender.flushSync())).toBe('ERR_MEMORY_FAULT')
    expect(appender.pending).toBe(1)
    fs.truncateSync(file, 8192)
    appender.close()
    expect(fs.readFileSync(file).subarray(8192)).toEqual(Buffer.from(Int32Array.of(1).buffer))
  })
})

describe('an appender that is dropped', () => {
  test('with elements appends them, with a timer or without', async () => {
    const body = `const [directory] = process.argv.slice(1)
      const appended = (name, options) => {
        const array = MmapArray.open(directory + '/' + name, 'i', { flags: 'w+' })
        const appender = array.appender(options)
        for (let n = 0; n < 5; n++) appender.append(n)
      }
      appended('with', { interval: 1 })
      appended('without', { interval: 0 })
      for (let n = 0; n < 10; n++) { gc(); await new Promise(setImmediate) }
      while (fs.statSync(directory + '/with').size < 20) await new Promise(setImmediate)`
    expectExit(await runNode(body, { args: [scope.directory], nodeOptions: ['--expose-gc'] }))
    for (const name of ['with', 'without']) expect(integersIn(scope.path(name))).toEqual([0, 1, 2, 3, 4])
  })

  onLinux('the descriptors are in /proc', test)('without elements is collected with its memory', async () => {
    const body = `const facts = await import(${JSON.stringify(FACTS)})
      const array = new MmapArray('i')
      const count = () => facts.descriptors([facts.ANONYMOUS])
      const use = (n) => { const appender = array.appender({ interval: 0 }); appender.append(n); appender.flushSync() }
      const before = count()
      for (let n = 0; n < 100; n++) use(n)
      if (count() < before + 10) throw new Error('the test shows nothing')
      while (count() > before) { gc(); await new Promise(setImmediate) }
      if (array.length !== 100) throw new Error('' + array.length)`
    expectExit(await runNode(body, { nodeOptions: ['--expose-gc'] }))
  })

  test('and its timer keep no process alive', async () => {
    const body = `const array = new MmapArray('i')
      array.appender({ interval: 2 ** 31 - 1 }).append(1)`
    expectExit(await runNode(body))
  })
})

test('each member of an appender, called on something else, throws ERR_INVALID_ARG_TYPE', async () => {
  const { array, appender } = open()
  const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(appender))
  for (const receiver of [undefined, null, 5, {}, array, Object.create(appender)]) {
    for (const name of Reflect.ownKeys(members)) {
      const call = members[name].get ?? members[name].value
      if (typeof call !== 'function') continue
      const code = await new Promise((resolve) => {
        resolve(Reflect.apply(call, receiver, [[]]))
      }).catch((error) => error.code)
      expect({ name, code }).toEqual({ name, code: 'ERR_INVALID_ARG_TYPE' })
    }
  }
})

test('structuredClone of an appender throws, where the runtime can tell', async () => {
  const { appender } = open()
  if (process.versions.node.startsWith('20.')) return
  expect(() => structuredClone(appender)).toThrow(expect.objectContaining({ name: 'DataCloneError' }))
})

test('close throws once what only a sync of the timer met, because the system reports it once', async () => {
  const flush = vi.spyOn(Core.prototype, 'flushAsync')
  scope.atEnd(() => flush.mockRestore())
  for (const close of [({ array }) => array.close(), ({ appender }) => appender.close()]) {
    const opened = open({ sync: true, interval: 1 })
    flush.mockRejectedValueOnce(Object.assign(new Error('the device failed'), { code: 'EIO' }))
    opened.appender.append(1)
    await vi.waitFor(() => expect(flush.mock.settledResults.at(-1)?.type).toBe('rejected'))
    expect(codeOf(() => close(opened))).toBe('EIO')
    expect(codeOf(() => close(opened))).toBe('nothing thrown')
    expect(opened.appender.closed).toBe(true)
    flush.mockClear()
  }
})

test('asyncDispose of an appender with sync does not block until the device has stored', async () => {
  const flush = vi.spyOn(Core.prototype, 'flush')
  scope.atEnd(() => flush.mockRestore())
  const { array, appender } = open({ sync: true })
  appender.append(1)
  await appender[Symbol.asyncDispose]()
  expect([appender.closed, array.tolist(), flush.mock.calls]).toEqual([true, [1], []])
})

describeRefusing('a device that fails', () => {
  const inChild = async (body) => {
    const result = await runRefusing(
      ['fsync'],
      'EIO',
      `import assert from 'node:assert'
       const array = MmapArray.open(process.argv[1], 'i', { flags: 'w+' })
       ${body}`,
      { args: [scope.path()] },
    )
    expectExit(result)
  }

  test('is told by flush and close with sync, and the elements are written once', () =>
    inChild(`const appender = array.appender({ sync: true, interval: 0 })
      appender.append(1)
      await assert.rejects(appender.flush(), { code: 'EIO' })
      assert.equal(appender.pending, 0)
      appender.append(2)
      assert.throws(() => appender.flushSync(), { code: 'EIO' })
      appender.append(3)
      assert.throws(() => appender.close(), { code: 'EIO' })
      assert.deepEqual(array.tolist(), [1, 2, 3])
      assert.equal(appender.closed, false)`))

  test('is told by the next call if the timer met it', () =>
    inChild(`const appender = array.appender({ sync: true, interval: 1 })
      appender.append(1)
      for (let met; met !== 'EIO'; await new Promise((turn) => setTimeout(turn, 1))) {
        try { appender.extend([]) } catch ({ code }) { met = code }
      }
      assert.deepEqual(array.tolist(), [1])`))

  test('is told by close of the array, if a full batch waits for the device', () =>
    inChild(`const appender = array.appender({ sync: true, interval: 0, capacity: 1 })
      appender.append(1)
      assert.equal(appender.pending, 0)
      assert.throws(() => array.close(), { code: 'EIO' })
      assert.equal(array.closed, false)`))

  test('once, by the timer, is told by close, although the device works again', async () => {
    const { appender } = open({ sync: true, interval: 1 })
    const failing = vi.spyOn(Core.prototype, 'flushAsync')
    scope.atEnd(() => failing.mockRestore())
    failing.mockRejectedValueOnce(Object.assign(new Error('EIO'), { code: 'EIO' }))
    appender.append(1)
    while (failing.mock.calls.length === 0) await pause(1)
    expect(codeOf(() => appender.close())).toBe('EIO')
    expect(appender.closed).toBe(false)
    appender.close()
    expect(appender.closed).toBe(true)
    const other = open({ sync: true, interval: 1 }).appender
    failing.mockClear()
    failing.mockRejectedValueOnce(Object.assign(new Error('EIO'), { code: 'EIO' }))
    other.append(1)
    while (failing.mock.calls.length === 0) await pause(1)
    await expect(other[Symbol.asyncDispose]()).rejects.toThrow(expect.objectContaining({ code: 'EIO' }))
    await other[Symbol.asyncDispose]()
    expect(other.closed).toBe(true)
  })

  test('is nothing to an appender without sync', () =>
    inChild(`const appender = array.appender()
      appender.append(1)
      await appender.flush()
      appender.close()`))
})

describeOnSmallDisk('a full disk', () => {
  async function inChild(body, { size = '256k' } = {}) {
    const result = await runOnSmallDisk(
      scope.directory,
      size,
      `import assert from 'node:assert'
       const [directory] = process.argv.slice(1)
       const path = directory + '/array'
       const fill = () => {
         const file = fs.openSync(directory + '/ballast', 'w')
         try { for (;;) fs.writeSync(file, Buffer.alloc(4096)) } catch (error) { assert.equal(error.code, 'ENOSPC') }
         fs.closeSync(file)
         return () => fs.rmSync(directory + '/ballast')
       }
       const code = (call) => { try { call(); return 'nothing thrown' } catch (error) { return error.code } }
       const pause = () => new Promise((turn) => setTimeout(turn, 1))
       const failure = async (appender) => {
         for (;;) {
           const met = code(() => appender.extend([]))
           if (met !== 'nothing thrown') return met
           await pause()
         }
       }
       ${body}
       console.log('end')`,
    )
    expectExit(result)
    expect(result.stdout).toBe('end\n')
  }

  test.each(['i', 'npy', 'records'])('met by the timer keeps the elements, and later writes them once: %s', (kind) =>
    inChild(
      `const kind = ${JSON.stringify(kind)}
       const type = kind === 'records' ? { n: 'i', rest: ['B', 19] } : 'i'
       const element = (n) => (kind === 'records' ? { n, rest: Array(19).fill(n % 256) } : n)
       const array = MmapArray.open(kind === 'npy' ? path + '.npy' : path, type, { flags: 'w+' })
       const appender = array.appender({ interval: 1 })
       let n = 0
       for (; n < 1000; n++) appender.append(element(n))
       while (array.length < 1000) await pause()
       const { size } = fs.statSync(array.path)
       const makeRoom = fill()
       // More than fits into the last page.
       for (; n < 3000; n++) appender.append(element(n))
       assert.equal(await failure(appender), 'ENOSPC')
       assert.deepEqual([array.length, appender.pending, fs.statSync(array.path).size], [1000, 2000, size])
       await assert.rejects(appender.flush(), { code: 'ENOSPC' })
       assert.deepEqual([array.length, appender.pending, fs.statSync(array.path).size], [1000, 2000, size])
       makeRoom()
       appender.append(element(n++))
       await appender.flush()
       assert.equal(array.length, 3001)
       for (let at = 0; at < n; at++) assert.deepEqual(array.get(at), element(at))
       appender.close()`,
    ),
  )

  test('at the end of the process loses the elements, and leaves whole elements', () =>
    inChild(
      `const array = MmapArray.open(path, 'i', { flags: 'w+' })
       array.extend(new Int32Array(100))
       fill()
       const appender = array.appender({ interval: 0 })
       for (let n = 0; n < 10_000; n++) appender.append(n)
       process.on('exit', () => fs.rmSync(directory + '/ballast'))
       assert.throws(() => appender.flushSync(), { code: 'ENOSPC' })`,
    ))

  test('for several writers keeps each element once, and in the order of its writer', () =>
    inChild(
      `import { Worker } from 'node:worker_threads'
       const WRITERS = 4
       const source = \`
         const { workerData, parentPort } = require('node:worker_threads')
         import(\${JSON.stringify(workerIndex)}).then(async ({ MmapArray }) => {
           const { path, number, room } = workerData
           const array = MmapArray.open(path, 'd', { flags: 'a+' })
           const appender = array.appender({ capacity: 3000, interval: 0 })
           let n = 0
           let fails = 0
           while (Atomics.load(room, 0) === 0) {
             try { appender.append(number * 2 ** 32 + n); n++ } catch (error) {
               if (error.code !== 'ENOSPC') throw error
               fails++
               parentPort.postMessage('full')
               Atomics.wait(room, 0, 0, 1)
             }
           }
           for (;;) try { appender.close(); break } catch (error) { if (error.code !== 'ENOSPC') throw error }
           parentPort.postMessage(n)
         })\`
       fs.writeFileSync(path, '')
       for (let round = 0; round < 10; round++) {
         fs.truncateSync(path, 0)
         fs.writeFileSync(directory + '/ballast', Buffer.alloc(3 * 2 ** 20))
         const room = new Int32Array(new SharedArrayBuffer(4))
         const full = new Set()
         const counts = await Promise.all(Array.from({ length: WRITERS }, (_, number) => new Promise((resolve, reject) => {
           new Worker(source, { eval: true, execArgv: [], workerData: { path, number, room } })
             .on('error', reject)
             .on('message', (message) => {
               if (message !== 'full') return resolve(message)
               full.add(number)
               if (full.size < WRITERS || room[0] === 1) return
               fs.rmSync(directory + '/ballast')
               Atomics.store(room, 0, 1)
               Atomics.notify(room, 0)
             })
         })))
         const found = Array(WRITERS).fill(0)
         const bytes = fs.readFileSync(path)
         assert.equal(bytes.length % 8, 0)
         for (const value of new Float64Array(new Uint8Array(bytes).buffer)) {
           const number = Math.floor(value / 2 ** 32)
           assert.equal(value % 2 ** 32, found[number], 'round ' + round + ', writer ' + number)
           found[number]++
         }
         assert.deepEqual(found, counts)
       }`.replace('workerIndex', JSON.stringify(new URL('../index.js', import.meta.url).href)),
      { size: '6m' },
    ))
})

describe('an appender of an array of several dimensions', () => {
  test.each(['raw', 'npy'])('appends whole rows only, to a file of format %s', (format) => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', format, shape: [-1, 2] }))
    const appender = array.appender({ interval: 0, capacity: 6 })
    appender.append([1, 2])
    expect(codeOf(() => appender.append(3))).not.toBe('nothing thrown')
    expect(codeOf(() => appender.extend([3]))).toBe('ERR_PARTIAL_ROW')
    expect(codeOf(() => appender.extend(Int32Array.of(3, 4, 5)))).toBe('ERR_PARTIAL_ROW')
    expect(codeOf(() => appender.extend(Array(9).fill(3)))).toBe('ERR_PARTIAL_ROW')
    expect(codeOf(() => appender.extend([3, 'no number', 5, 6]))).toBe('ERR_INVALID_ARG_TYPE')
    appender.extend([
      [3, 4],
      [5, 6],
    ])
    appender.append([7, 8])
    appender.flushSync()
    expect(array.shape).toEqual([4, 2])
    expect([...array]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    appender.close()
  })
})
