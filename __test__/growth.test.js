// Length, capacity and the two states: exact (the file's size is the length) and reserved (room is kept behind the elements).
// Views made before growth stay valid and coherent; the window is outgrown without moving what was handed out.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, expectErrorOf, thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, typed, untyped, typecode, ofKind } from './support/typecodes.js'

const NO_ROOM = ['ENOMEM', 'EFBIG', 'ENOSPC']
const MiB = 2 ** 20
const GiB = 2 ** 30

describe.each(STORAGES)('$name', ({ make, exact, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()

    test('append, extend, insert, pop, remove, clear', () => {
      const array = make(type, [], scope)
      const model = []
      const agree = () => {
        expect(array.tolist()).toEqual(model)
        expect(array.length).toBe(model.length)
        expect(array.byteLength).toBe(model.length * type.itemsize)
        if (exact) expect(array.capacity).toBe(array.length)
        else expect(array.capacity).toBeGreaterThanOrEqual(array.length)
      }
      agree()
      for (let n = 0; n < 40; n++) {
        expect(array.append(element(type, n))).toBe(undefined)
        model.push(element(type, n))
      }
      agree()
      expect(array.extend(elements(type, 40, 40))).toBe(undefined)
      model.push(...elements(type, 40, 40))
      agree()
      expect(array.insert(3, element(type, 80))).toBe(undefined)
      model.splice(3, 0, element(type, 80))
      agree()
      expect(array.pop()).toBe(model.pop())
      expect(array.pop(0)).toBe(model.shift())
      expect(array.pop(-2)).toBe(model.splice(-2, 1)[0])
      agree()
      expect(array.remove(element(type, 20))).toBe(undefined)
      model.splice(model.indexOf(element(type, 20)), 1)
      agree()
      array.extend(typed(type, elements(type, 7)))
      model.push(...elements(type, 7))
      agree()
      expect(array.clear()).toBe(undefined)
      model.length = 0
      agree()
      array.append(element(type, 1))
      model.push(element(type, 1))
      agree()
      array.close()
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, model))
    })

    test('a view made before growth stays valid and coherent', () => {
      const items = elements(type, 5)
      const array = make(type, items, scope)
      const { view } = array
      const buffer = array.buffer
      array.extend(elements(type, 20000, 5))
      expect(array.length).toBe(20005)
      expect(view.length).toBe(5)
      expect(buffer.byteLength).toBe(5 * type.itemsize)
      expect(untyped(type, view)).toEqual(items)
      array.set(2, element(type, 60))
      expect(untyped(type, view)[2]).toBe(element(type, 60))
      view[4] = typed(type, [element(type, 61)])[0]
      expect(array.get(4)).toBe(element(type, 61))
      expect(array.view[4]).toBe(view[4])
      array.append(element(type, 62))
      expect(array.view.length).toBe(20006)
      expect(untyped(type, array.view)[20005]).toBe(element(type, 62))
    })

    test('reserve, trim, flush: capacity comes and goes, length stays', () => {
      const items = elements(type, 5)
      const array = make(type, items, scope)
      expect(array.reserve(1000)).toBe(undefined)
      expect(array.capacity).toBeGreaterThanOrEqual(1000)
      expect(array.length).toBe(5)
      array.append(element(type, 5))
      expect(array.trim()).toBe(undefined)
      expect(array.capacity).toBe(6)
      expect(array.length).toBe(6)
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, elements(type, 6)))
      array.append(element(type, 6))
      expect(array.tolist()).toEqual(elements(type, 7))
      array.reserve(500)
      array.append(element(type, 7))
      expect(array.flush()).toBe(undefined)
      expect(array.tolist()).toEqual(elements(type, 8))
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, elements(type, 8)))
    })
  })
})

describe('exact arrays', () => {
  const scope = useScope()

  test('the size of the file is the length, after every change', () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'w+' }))
    const size = () => fs.statSync(path).size
    expect(size()).toBe(0)
    for (let n = 0; n < 2000; n++) {
      array.append(n)
      if (size() !== 4 * (n + 1)) expect.fail(`size ${size()} after ${n + 1} appends`)
    }
    expect(array.capacity).toBe(2000)
    array.extend([1, 2, 3])
    expect(size()).toBe(8012)
    array.insert(0, 9)
    expect(size()).toBe(8016)
    array.pop()
    expect(size()).toBe(8012)
    array.deleteSlice(0, 1000)
    expect(size()).toBe(4012)
    array.setSlice([], 0, 3)
    expect(size()).toBe(4000)
    array.repeatInPlace(2)
    expect(size()).toBe(8000)
    array.remove(1)
    expect(size()).toBe(7996)
    array.clear()
    expect(size()).toBe(0)
    array.append(5)
    expect(fs.readFileSync(path)).toEqual(encode(typecode('i'), [5]))
  })

  test('an array turns exact when its handle or its descriptor is taken', () => {
    for (const take of [(array) => array.handle(), (array) => array.fd, (array) => array.trim()]) {
      const array = scope.keep(new MmapArray('h', [1, 2, 3], { capacity: 100 }))
      expect(array.capacity).toBeGreaterThanOrEqual(100)
      take(array)
      expect(array.capacity).toBe(3)
      expect(array.tolist()).toEqual([1, 2, 3])
    }
    const array = scope.keep(new MmapArray('h', [1, 2, 3]))
    const { fd } = array
    expect(fs.fstatSync(fd).size).toBe(6)
    array.append(4)
    expect(fs.fstatSync(fd).size).toBe(8)
    expect(array.capacity).toBe(4)
  })

  test('the descriptor and the handle of a reserved file cut it to its length', () => {
    for (const take of [(array) => array.handle(), (array) => array.fd]) {
      const array = scope.keep(MmapArray.open(scope.file(Buffer.alloc(8)), 'i', { flags: 'r+', capacity: 1000 }))
      expect(array.capacity).toBeGreaterThanOrEqual(1000)
      take(array)
      expect(array.capacity).toBe(2)
      expect(fs.statSync(array.path).size).toBe(8)
    }
  })

  test("others' growth is taken over by refresh and by what changes the length, by nothing else", () => {
    const path = scope.file(encode(typecode('i'), [1, 2]))
    const mine = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const theirs = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    theirs.append(3)
    expect(mine.length).toBe(2)
    expectError('ERR_INDEX_OUT_OF_RANGE', () => mine.get(2))
    expect(mine.at(2)).toBe(undefined)
    expect(mine.tolist()).toEqual([1, 2])
    expect(mine.length).toBe(2)
    expect(mine.refresh()).toBe(3)
    expect(mine.tolist()).toEqual([1, 2, 3])
    theirs.append(4)
    mine.append(5)
    expect(mine.tolist()).toEqual([1, 2, 3, 4, 5])
    mine.append(6)
    expect(theirs.pop()).toBe(6)
    expect(theirs.tolist()).toEqual([1, 2, 3, 4, 5])
    theirs.extend([7, 8])
    mine.insert(0, 0)
    expect(mine.tolist()).toEqual([0, 1, 2, 3, 4, 5, 7, 8])
    expect(fs.readFileSync(path)).toEqual(encode(typecode('i'), [0, 1, 2, 3, 4, 5, 7, 8]))
  })

  test("others' shrinkage is taken over too", () => {
    const path = scope.file(encode(typecode('i'), elements(typecode('i'), 10)))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    fs.truncateSync(path, 12)
    expect(array.refresh()).toBe(3)
    expect(array.length).toBe(3)
    expect(array.tolist()).toEqual([0, 1, 2])
    fs.truncateSync(path, 8)
    array.append(9)
    expect(array.tolist()).toEqual([0, 1, 9])
  })

  test('refresh of a reader follows a writer', () => {
    const path = scope.path()
    const writer = scope.keep(MmapArray.open(path, 'd', { flags: 'a+' }))
    const reader = scope.keep(MmapArray.open(path, 'd'))
    expect(reader.length).toBe(0)
    for (let n = 0; n < 100; n++) {
      writer.append(n)
      expect(reader.refresh()).toBe(n + 1)
      expect(reader.get(-1)).toBe(n)
    }
  })
})

describe('reserved arrays', () => {
  const scope = useScope()

  test('grow in few steps, not in one a value', () => {
    for (const array of [
      scope.keep(new MmapArray('d')),
      scope.keep(MmapArray.open(scope.path(), 'd', { flags: 'w+', capacity: 1 })),
    ]) {
      let steps = 0
      let before = array.capacity
      for (let n = 0; n < 100000; n++) {
        array.append(n)
        if (array.capacity !== before) steps++
        before = array.capacity
      }
      expect(steps).toBeLessThan(60)
      expect(array.length).toBe(100000)
      expect(array.get(0)).toBe(0)
      expect(array.get(99999)).toBe(99999)
      expect(array.view.every((value, n) => value === n)).toBe(true)
    }
  })

  test('the option capacity reserves at once, and close gives back', () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'w+', capacity: 5000 }))
    expect(array.capacity).toBeGreaterThanOrEqual(5000)
    expect(array.length).toBe(0)
    array.append(1)
    array.close()
    expect(fs.readFileSync(path)).toEqual(encode(typecode('i'), [1]))
  })

  test('a reserved file keeps its blocks, so that a store needs none', () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'B', { flags: 'w+' }))
    array.reserve(MiB)
    expect(fs.statSync(array.path).blocks * 512).toBeGreaterThanOrEqual(MiB)
    array.trim()
    expect(fs.statSync(array.path).size).toBe(0)
  })

  test('flushAsync brings the file to its length', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', capacity: 5000 }))
    array.extend([1, 2, 3])
    expect(await array.flushAsync()).toBe(undefined)
    expect(fs.readFileSync(array.path)).toEqual(encode(typecode('i'), [1, 2, 3]))
    expect(array.tolist()).toEqual([1, 2, 3])
  })

  test('what was deleted does not come back with new room', () => {
    for (const { make } of STORAGES) {
      const array = make(typecode('i'), elements(typecode('i'), 5000, 1), scope)
      array.deleteSlice(10)
      array.reserve(6000)
      array.trim()
      expect(array.length).toBe(10)
      array.repeatInPlace(0)
      array.extend([7])
      expect(array.tolist()).toEqual([7])
    }
  })

  test('refresh leaves them their room, unless somebody cut the file', () => {
    const array = scope.keep(MmapArray.open(scope.file(encode(typecode('i'), [1, 2, 3])), 'i', { flags: 'r+' }))
    array.reserve(5000)
    const { capacity } = array
    expect(array.refresh()).toBe(3)
    expect(array.capacity).toBe(capacity)
    array.append(4)
    expect(array.refresh()).toBe(4)
    expect(array.capacity).toBe(capacity)
    fs.truncateSync(array.path, 8)
    expect(array.refresh()).toBe(2)
    array.append(5)
    expect(array.tolist()).toEqual([1, 2, 5])
    array.close()
    expect(fs.readFileSync(array.path)).toEqual(encode(typecode('i'), [1, 2, 5]))
  })

  test('reserving less than there is changes nothing', () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3], { capacity: 100 }))
    array.reserve(0)
    array.reserve(2)
    expect(array.capacity).toBeGreaterThanOrEqual(3)
    expect(array.tolist()).toEqual([1, 2, 3])
  })

  test.each([['1'], [1.5], [NaN], [Infinity], [null], [undefined], [true], [{}], [1n]])(
    'reserve(%s) is refused',
    (n) => {
      expectError('ERR_INVALID_ARG_TYPE', () => scope.keep(new MmapArray('i', [1])).reserve(n))
    },
  )
})

describe('shrinking', () => {
  const scope = useScope()

  test.each(STORAGES)('detaches the buffers where whole pages go away: $name', ({ make, leavesSlack }) => {
    const array = make(typecode('i'), elements(typecode('i'), 50000), scope)
    const { buffer, view } = array
    array.deleteSlice(10)
    expect(array.length).toBe(10)
    if (leavesSlack) {
      expect(view.length).toBe(50000)
      array.trim()
    }
    if (!array.capacity || array.capacity === array.length) {
      expect(buffer.byteLength).toBe(0)
      expect(view.length).toBe(0)
    }
    expect(array.view.length).toBe(10)
    expect([...array.view]).toEqual(elements(typecode('i'), 10))
    array.extend([1, 2])
    expect(array.tolist()).toEqual([...elements(typecode('i'), 10), 1, 2])
  })

  test('a view of what has been cut away can be touched', () => {
    const array = scope.keep(MmapArray.open(scope.file(Buffer.alloc(MiB)), 'B', { flags: 'r+' }))
    const { view } = array
    array.clear()
    expect(view[MiB - 1]).toBe(undefined)
    view[MiB - 1] = 1
    expect(fs.statSync(array.path).size).toBe(0)
  })
})

describe('inside the window', () => {
  const scope = useScope()

  test('nothing moves: the address stays, for most of a quarter of a GiB', () => {
    const path = scope.file(Buffer.from([1, 2, 3]))
    for (const array of [
      new MmapArray('B', [1, 2, 3]),
      MmapArray.open(path, 'B', { flags: 'r+' }),
      MmapArray.open(path, 'B'),
    ]) {
      scope.keep(array)
      const [address] = array.bufferInfo()
      if (array.path) fs.truncateSync(path, 200 * MiB)
      else array.reserve(200 * MiB)
      array.refresh()
      expect(array.bufferInfo()[0]).toBe(address)
      expect(array.get(2)).toBe(3)
    }
  })
})

describe('past the window', () => {
  const scope = useScope()

  test('anonymous: a wider window shows the same pages, the old view lives on', () => {
    const array = scope.keep(new MmapArray('B', [1, 2, 3]))
    const { view } = array
    array.reserve(3 * GiB)
    expect(array.capacity).toBeGreaterThanOrEqual(3 * GiB)
    expect([...view]).toEqual([1, 2, 3])
    view[0] = 9
    expect(array.get(0)).toBe(9)
    array.set(1, 8)
    expect(view[1]).toBe(8)
    array.append(4)
    expect(array.tolist()).toEqual([9, 8, 3, 4])
    expect([...array.view]).toEqual([9, 8, 3, 4])
    array.trim()
    view[2] = 7
    expect(array.tolist()).toEqual([9, 8, 7, 4])
  })

  test.each(ofKind('bigint', 'float'))('anonymous, more than once: $code', (type) => {
    const array = scope.keep(new MmapArray(type.code, elements(type, 3)))
    const views = [array.view]
    for (const capacity of [2 * GiB, 4 * GiB, 16 * GiB]) {
      array.reserve(capacity / type.itemsize)
      array.append(element(type, array.length))
      views.push(array.view)
    }
    array.set(0, element(type, 70))
    for (const view of views) expect(untyped(type, view)[0]).toBe(element(type, 70))
    expect(array.tolist()).toEqual([element(type, 70), ...elements(type, 5, 1)])
  })

  test('file: others make it longer than the window', () => {
    const path = scope.file(Buffer.from([1, 2, 3]))
    const array = scope.keep(MmapArray.open(path, 'B', { flags: 'r+' }))
    const { view } = array
    fs.truncateSync(path, 2 * GiB)
    expect(array.refresh()).toBe(2 * GiB)
    expect(array.length).toBe(2 * GiB)
    array.set(-1, 5)
    array.append(6)
    expect(array.length).toBe(2 * GiB + 1)
    expect(fs.statSync(path).size).toBe(2 * GiB + 1)
    expect([array.get(2 * GiB - 1), array.get(2 * GiB), array.get(1.5 * GiB)]).toEqual([5, 6, 0])
    view[0] = 9
    expect(array.get(0)).toBe(9)
    array.set(1, 8)
    expect([...view]).toEqual([9, 8, 3])
    expect([...array.subarray(2 * GiB - 1)]).toEqual([5, 6])
    array.deleteSlice(3)
    expect(array.tolist()).toEqual([9, 8, 3])
    expect(fs.statSync(path).size).toBe(3)
    array.append(1)
    expect(array.tolist()).toEqual([9, 8, 3, 1])
  })

  test('a reader follows past the window', () => {
    const path = scope.file(Buffer.from([1, 2, 3]))
    const reader = scope.keep(MmapArray.open(path, 'B'))
    const { view } = reader
    fs.truncateSync(path, 1.5 * GiB)
    const fd = fs.openSync(path, 'r+')
    fs.writeSync(fd, Buffer.from([7]), 0, 1, 1.5 * GiB - 1)
    fs.writeSync(fd, Buffer.from([8]), 0, 1, 0)
    fs.closeSync(fd)
    expect(reader.refresh()).toBe(1.5 * GiB)
    expect(reader.get(-1)).toBe(7)
    expect([...view]).toEqual([8, 2, 3])
  })
})

describe('more than there can be', () => {
  const scope = useScope()
  const makers = [
    ['anonymous', () => scope.keep(new MmapArray('i', [1, 2, 3]))],
    ['file', () => scope.keep(MmapArray.open(scope.file(encode(typecode('i'), [1, 2, 3])), 'i', { flags: 'r+' }))],
  ]

  test.each(makers)('%s: an error of the system, and the array is as it was', (_, make) => {
    const array = make()
    expectErrorOf(NO_ROOM, () => array.reserve(2 ** 50))
    expectErrorOf(NO_ROOM, () => array.repeatInPlace(2 ** 48))
    expect(array.tolist()).toEqual([1, 2, 3])
    array.append(4)
    expect(array.tolist()).toEqual([1, 2, 3, 4])
    if (array.path) expect(fs.statSync(array.path).size).toBe(16)
  })

  test.each(makers)('%s: beyond 2^53 bytes it is out of range', (_, make) => {
    const array = make()
    expectError('ERR_OUT_OF_RANGE', () => array.reserve(2 ** 52))
    expectError('ERR_OUT_OF_RANGE', () => array.reserve(Number.MAX_SAFE_INTEGER))
    expectError('ERR_OUT_OF_RANGE', () => array.repeatInPlace(2 ** 52))
    expectError('ERR_OUT_OF_RANGE', () => array.repeat(2 ** 52))
    expect(array.tolist()).toEqual([1, 2, 3])
  })

  // What broke: the elements were copied first, for which there was no memory; and the error named a number of elements as the
  // limit for `times`.
  test('repeat beyond 2^53 bytes is out of range before anything is copied', () => {
    const path = scope.file()
    fs.truncateSync(path, 2 ** 42)
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const message = 'It must be <= 2048, which makes 2^53 bytes. Received 2049'
    for (const call of [() => array.repeat(2049), () => array.repeatInPlace(2049)]) {
      expect(thrownBy(call)).toMatchObject({ code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining(message) })
    }
    expect(fs.statSync(path).size).toBe(2 ** 42)
  })

  test('as an option', () => {
    expectErrorOf(NO_ROOM, () => new MmapArray('i', [1], { capacity: 2 ** 50 }))
    expectError('ERR_OUT_OF_RANGE', () => new MmapArray('i', [1], { capacity: 2 ** 52 }))
    const path = scope.file(encode(typecode('i'), [1]))
    expectErrorOf(NO_ROOM, () => MmapArray.open(path, 'i', { flags: 'r+', capacity: 2 ** 50 }))
    expect(fs.statSync(path).size).toBe(4)
  })

  test('a new array of it', () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3]))
    expectErrorOf(NO_ROOM, () => array.repeat(2 ** 48))
  })
})
