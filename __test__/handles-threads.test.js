// Handles between threads of one process: the same mapping, the same address, no second map.
import fs from 'node:fs'
import * as workerThreads from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, typecode } from './support/typecodes.js'
import { startThread } from './support/workers.js'

describe.each(STORAGES)('$name', ({ make }) => {
  const scope = useScope()

  test('every typecode: a thread reads and writes what this one does', async () => {
    const thread = startThread(scope)
    for (const type of TYPECODES) {
      const items = elements(type, 5)
      const array = make(type, items, scope)
      const there = await thread.run(({ MmapArray, state }, handle) => {
        state.array = MmapArray.attach(handle)
        const { typecode, length, itemsize, path, closed } = state.array
        return { typecode, length, itemsize, path, closed, list: state.array.tolist(), at: state.array.bufferInfo() }
      }, array.handle())
      const { typecode, itemsize, path } = array
      expect(there).toMatchObject({ typecode, length: 5, itemsize, path, closed: false, list: items })
      expect(there.at).toEqual(array.bufferInfo())
      array.set(0, element(type, 20))
      const seen = await thread.run(
        ({ state }, value) => {
          state.array.set(1, value)
          return state.array.get(0)
        },
        element(type, 21),
      )
      expect(seen).toBe(element(type, 20))
      expect(array.get(1)).toBe(element(type, 21))
      await thread.run(({ state }, value) => state.array.append(value), element(type, 22))
      expect(array.length).toBe(5)
      expect(array.refresh()).toBe(6)
      expect(array.get(5)).toBe(element(type, 22))
      array.append(element(type, 23))
      expect(await thread.run(({ state }) => state.array.refresh())).toBe(7)
      expect(await thread.run(({ state }) => state.array.get(-1))).toBe(element(type, 23))
      await thread.run(({ state }) => state.array.close())
      expect(array.length).toBe(7)
    }
  })
})

describe('threads', () => {
  const scope = useScope()
  const i = typecode('i')

  test('no second map of the file', async () => {
    const path = scope.file(encode(i, elements(i, 5000)))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const maps = () =>
      fs
        .readFileSync('/proc/self/maps', 'utf8')
        .split('\n')
        .filter((line) => line.includes(path)).length
    const before = maps()
    expect(before).toBeGreaterThan(0)
    const thread = startThread(scope)
    await thread.run(({ MmapArray, state }, handle) => void (state.array = MmapArray.attach(handle)), array.handle())
    const again = scope.keep(MmapArray.attach(array.handle()))
    expect(maps()).toBe(before)
    expect(again.bufferInfo()).toEqual(array.bufferInfo())
  })

  test('appends of many threads are all kept, each in its order', async () => {
    for (const array of [
      scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' })),
      scope.keep(new MmapArray('i')),
    ]) {
      const threads = Array.from({ length: 4 }, () => startThread(scope))
      const handle = array.handle()
      await Promise.all(
        threads.map((thread, n) =>
          thread.run(
            ({ MmapArray }, [handle, n]) => {
              const array = MmapArray.attach(handle)
              for (let k = 0; k < 1000; k++) {
                if (k % 10 === 9) array.extend([n * 1000 + k, -1, -1])
                else array.append(n * 1000 + k)
              }
            },
            [handle, n],
          ),
        ),
      )
      expect(array.refresh()).toBe(4 * 1200)
      const list = array.tolist()
      expect(list.filter((value) => value === -1)).toHaveLength(800)
      for (let n = 0; n < 4; n++) {
        const own = list.filter((value) => value >= n * 1000 && value < (n + 1) * 1000)
        expect(own).toEqual(Array.from({ length: 1000 }, (_, k) => n * 1000 + k))
      }
    }
  })

  test('atomic sums of many threads add up', async () => {
    const array = scope.keep(new MmapArray('i', [0]))
    const threads = Array.from({ length: 3 }, () => startThread(scope))
    const work = ({ MmapArray }, handle) => {
      const { view } = MmapArray.attach(handle)
      for (let n = 0; n < 20000; n++) Atomics.add(view, 0, 1)
    }
    await Promise.all(threads.map((thread) => thread.run(work, array.handle())))
    expect(array.get(0)).toBe(60000)
  })

  test('the array of a thread that ended lives on here, and the other way round', async () => {
    const thread = startThread(scope)
    const handle = await thread.run(({ MmapArray, state }) => {
      state.array = new MmapArray('i', [1, 2, 3])
      return state.array.handle()
    })
    const array = scope.keep(MmapArray.attach(handle))
    expect(await thread.end()).toBe(0)
    expect(array.tolist()).toEqual([1, 2, 3])
    array.append(4)
    array.set(0, 9)
    expect(array.tolist()).toEqual([9, 2, 3, 4])
    array.close()

    const owner = new MmapArray('i', [1, 2, 3])
    const other = startThread(scope)
    await other.run(({ MmapArray, state }, handle) => void (state.array = MmapArray.attach(handle)), owner.handle())
    owner.close()
    expect(
      await other.run(({ state }) => {
        state.array.append(4)
        return state.array.tolist()
      }),
    ).toEqual([1, 2, 3, 4])
  })

  test('a terminated thread leaves the array whole', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    for (let round = 0; round < 5; round++) {
      const thread = startThread(scope)
      const running = thread.run(({ MmapArray }, handle) => {
        const array = MmapArray.attach(handle)
        for (;;) array.append(1)
      }, array.handle())
      running.catch(() => {})
      const before = array.length
      while (array.refresh() < before + 100);
      await thread.terminate()
      const { length } = array
      array.append(2)
      expect(array.length).toBeGreaterThan(length)
      expect(fs.statSync(array.path).size).toBe(4 * array.length)
      expect(array.tolist().every((value) => value === 1 || value === 2)).toBe(true)
    }
  })

  test('the memory of an anonymous array whose every holder is gone is gone', async () => {
    const array = new MmapArray('i', [1, 2, 3])
    const handle = array.handle()
    array.close()
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    const thread = startThread(scope)
    await expect(thread.run(({ MmapArray }, handle) => void MmapArray.attach(handle), handle)).rejects.toMatchObject({
      code: 'ERR_STALE_HANDLE',
    })
  })
})

describe('handles', () => {
  const scope = useScope()
  const i = typecode('i')
  const file = () => scope.file(encode(i, [1, 2, 3, 4]))

  test('are plain JSON, and say their typecode', () => {
    for (const array of [new MmapArray('i', [1]), MmapArray.open(file(), 'i'), MmapArray.open(file(), 'w')]) {
      scope.keep(array)
      const handle = array.handle()
      expect(handle.typecode).toBe(array.typecode)
      expect(JSON.parse(JSON.stringify(handle))).toEqual(handle)
      expect(structuredClone(handle)).toEqual(handle)
      expect(scope.keep(MmapArray.attach(JSON.parse(JSON.stringify(handle)))).tobytes()).toEqual(array.tobytes())
      expect(scope.keep(MmapArray.attach(structuredClone(handle))).tobytes()).toEqual(array.tobytes())
    }
  })

  test('of a reader attach a reader', () => {
    const array = scope.keep(MmapArray.open(file(), 'i'))
    const attached = scope.keep(MmapArray.attach(array.handle()))
    expect(attached.flags).toBe('r')
    expectError('ERR_READ_ONLY', () => attached.set(0, 1))
    expectError('ERR_READ_ONLY', () => MmapArray.attach(array.handle(), { flags: 'r+' }))
    expect(scope.keep(MmapArray.attach(array.handle(), { flags: 'r' })).tolist()).toEqual([1, 2, 3, 4])
  })

  test('of a writer attach less on request: a private map of its own', () => {
    for (const array of [MmapArray.open(file(), 'i', { flags: 'r+' }), new MmapArray('i', [1, 2, 3, 4])]) {
      scope.keep(array)
      const reader = scope.keep(MmapArray.attach(array.handle(), { flags: 'r' }))
      const copier = scope.keep(MmapArray.attach(array.handle(), { flags: 'c' }))
      expectError('ERR_READ_ONLY', () => reader.set(0, 9))
      expectError('ERR_READ_ONLY', () => reader.append(9))
      expectError('ERR_FIXED_LENGTH', () => copier.append(9))
      reader.view[0] = 50
      copier.set(1, 60)
      expect(array.tolist()).toEqual([1, 2, 3, 4])
      array.set(3, 70)
      expect(scope.keep(MmapArray.attach(array.handle(), { flags: 'r+' })).tolist()).toEqual([1, 2, 3, 70])
      expect(scope.keep(MmapArray.attach(array.handle(), { flags: 'r' })).tolist()).toEqual([1, 2, 3, 70])
    }
  })

  test('keep offset and window', () => {
    const path = scope.file(encode(i, elements(i, 10)))
    const behind = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 12 }))
    const same = scope.keep(MmapArray.attach(behind.handle()))
    expect(same.tolist()).toEqual([3, 4, 5, 6, 7, 8, 9])
    same.append(10)
    expect(fs.statSync(path).size).toBe(44)
    const window = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 12, length: 2 }))
    const fixed = scope.keep(MmapArray.attach(window.handle()))
    expect(fixed.tolist()).toEqual([3, 4])
    expectError('ERR_FIXED_LENGTH', () => fixed.append(1))
    fixed.set(1, 40)
    expect(behind.get(1)).toBe(40)
  })

  test('of a file outlive the array: the path is opened again', () => {
    const array = MmapArray.open(file(), 'i', { flags: 'r+' })
    const handle = array.handle()
    array.close()
    const attached = scope.keep(MmapArray.attach(handle))
    expect(attached.tolist()).toEqual([1, 2, 3, 4])
    attached.append(5)
    expect(fs.statSync(array.path).size).toBe(20)
  })

  test('of a file that is gone or another are stale', () => {
    const path = file()
    const array = MmapArray.open(path, 'i', { flags: 'r+' })
    const handle = array.handle()
    array.close()
    fs.renameSync(path, `${path}.moved`)
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    fs.writeFileSync(path, encode(i, [7, 8, 9]))
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    expect(fs.readFileSync(path)).toEqual(encode(i, [7, 8, 9]))
    fs.unlinkSync(path)
    fs.mkdirSync(path)
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    fs.rmdirSync(path)
    fs.renameSync(`${path}.moved`, path)
    expect(scope.keep(MmapArray.attach(handle)).tolist()).toEqual([1, 2, 3, 4])
  })

  onLinux('/proc leads to a file without a name', test)('of a removed file attach while somebody here holds it', () => {
    const path = file()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const handle = array.handle()
    fs.unlinkSync(path)
    const attached = scope.keep(MmapArray.attach(handle))
    attached.append(5)
    expect(array.refresh()).toBe(5)
  })

  test('mixed from two handles never show the other array', () => {
    const arrays = [
      [new MmapArray('i', [1, 2]), new MmapArray('i', [7, 8, 9])],
      [
        MmapArray.open(file(), 'i', { flags: 'r+' }),
        MmapArray.open(scope.file(encode(i, [7, 8, 9])), 'i', { flags: 'r+' }),
      ],
    ]
    for (const [mine, theirs] of arrays) {
      scope.keep(mine)
      scope.keep(theirs)
      const handle = mine.handle()
      const other = theirs.handle()
      for (const key of Object.keys(handle)) {
        let attached
        try {
          attached = MmapArray.attach({ ...handle, [key]: other[key] })
        } catch (error) {
          expect(error.code, key).toBe('ERR_STALE_HANDLE')
          continue
        }
        scope.keep(attached)
        expect(attached.tolist(), key).toEqual(mine.tolist())
      }
    }
  })

  test('attached arrays hand on handles of their own', () => {
    const array = new MmapArray('i', [1, 2])
    const second = MmapArray.attach(array.handle())
    const third = scope.keep(MmapArray.attach(second.handle()))
    array.close()
    second.close()
    third.append(3)
    const fourth = scope.keep(MmapArray.attach(third.handle()))
    expect(fourth.tolist()).toEqual([1, 2, 3])
  })

  test.each([['w+'], ['a+'], ['x'], [''], [5], [null], [{}]])('attach with flags %j is refused', (flags) => {
    const array = scope.keep(new MmapArray('i', [1]))
    const error = thrownBy(() => MmapArray.attach(array.handle(), { flags }))
    expect([TypeError, RangeError]).toContain(error.constructor)
    expect(error.code).toMatch(/^ERR_/)
  })
})

// What broke: an empty object arrived, without an error.
describe('structured clones', () => {
  const scope = useScope()
  class Sub extends MmapArray {
    label = 'mine'
  }
  const path = () => scope.file(encode(typecode('i'), [1, 2, 3]))
  const WAYS = {
    'new MmapArray': () => new MmapArray('i', [1, 2, 3]),
    'new of a subclass': () => new Sub('i', [1, 2, 3]),
    open: () => MmapArray.open(path(), 'i'),
    'open of a subclass': () => Sub.open(path(), 'i'),
    attach: () => MmapArray.attach(scope.keep(new MmapArray('i', [1, 2, 3])).handle()),
    copy: () => scope.keep(new MmapArray('i', [1, 2, 3])).copy(),
  }
  const CLONES = {
    structuredClone: (value) => structuredClone(value),
    'postMessage to a thread': (value) => {
      const { port1 } = new MessageChannel()
      try {
        port1.postMessage(value)
      } finally {
        port1.close()
      }
    },
  }
  const refuses = workerThreads.markAsUncloneable !== undefined

  describe.each(Object.keys(CLONES))('%s', (name) => {
    test.skipIf(!refuses).each(Object.keys(WAYS))('of an array by %s throws a DataCloneError', (way) => {
      const array = scope.keep(WAYS[way]())
      for (const value of [array, [array], { array }]) {
        expect(thrownBy(() => CLONES[name](value))).toMatchObject({ name: 'DataCloneError' })
      }
      array.close()
      expect(thrownBy(() => CLONES[name](array))).toMatchObject({ name: 'DataCloneError' })
    })
  })

  test.skipIf(refuses)('structuredClone of an array gives an empty object where the runtime cannot refuse', () => {
    expect(structuredClone(scope.keep(new MmapArray('i', [1, 2, 3])))).toEqual({})
  })
})
