// After close: sizes are 0, at and arr[i] give undefined, everything else throws ERR_CLOSED; nothing crashes.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, encode, ofKind, typecode } from './support/typecodes.js'

/** Every member that works on elements or storage, with arguments that are right for an open array. */
const calls = (type) => {
  const [value] = elements(type, 1)
  const bytes = Buffer.alloc(type.itemsize)
  return {
    get: (array) => array.get(0),
    set: (array) => array.set(0, value),
    'arr[i] =': (array) => (array[0] = value),
    append: (array) => array.append(value),
    extend: (array) => array.extend([value]),
    'extend by nothing': (array) => array.extend([]),
    'extend by itself': (array) => array.extend(array),
    insert: (array) => array.insert(0, value),
    pop: (array) => array.pop(),
    remove: (array) => array.remove(value),
    clear: (array) => array.clear(),
    count: (array) => array.count(value),
    index: (array) => array.index(value),
    includes: (array) => array.includes(value),
    reverse: (array) => array.reverse(),
    byteswap: (array) => array.byteswap(),
    bufferInfo: (array) => array.bufferInfo(),
    frombytes: (array) => array.frombytes(bytes),
    tobytes: (array) => array.tobytes(),
    fromlist: (array) => array.fromlist([value]),
    tolist: (array) => array.tolist(),
    fromfile: (array) => array.fromfile('/dev/zero', 1),
    tofile: (array) => array.tofile('/dev/null'),
    slice: (array) => array.slice(),
    setSlice: (array) => array.setSlice([value]),
    deleteSlice: (array) => array.deleteSlice(),
    concat: (array) => array.concat([value]),
    repeat: (array) => array.repeat(2),
    repeatInPlace: (array) => array.repeatInPlace(2),
    copy: (array) => array.copy(),
    equals: (array) => array.equals([value]),
    compare: (array) => array.compare([value]),
    fill: (array) => array.fill(value),
    buffer: (array) => array.buffer,
    view: (array) => array.view,
    subarray: (array) => array.subarray(),
    reserve: (array) => array.reserve(10),
    trim: (array) => array.trim(),
    refresh: (array) => array.refresh(),
    flush: (array) => array.flush(),
    advise: (array) => array.advise('normal'),
    handle: (array) => array.handle(),
    'for…of': (array) => [...array],
    values: (array) => [...array.values()],
    keys: (array) => [...array.keys()],
    entries: (array) => [...array.entries()],
    toJSON: (array) => array.toJSON(),
    ...(type.kind === 'character' && {
      fromunicode: (array) => array.fromunicode('a'),
      tounicode: (array) => array.tounicode(),
    }),
  }
}

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 5)
    const closed = () => {
      const array = make(type, items, scope)
      expect(array.close()).toBe(undefined)
      return array
    }

    test('it has no elements', () => {
      const array = closed()
      expect(array.closed).toBe(true)
      expect(array.length).toBe(0)
      expect(array.byteLength).toBe(0)
      expect(array.capacity).toBe(0)
      expect(array.fd).toBe(-1)
      expect(array.typecode).toBe(type.code)
      expect(array.itemsize).toBe(type.itemsize)
      for (const index of [0, 4, -1, 100]) {
        expect(array.at(index)).toBe(undefined)
        expect(array[index]).toBe(undefined)
      }
    })

    test('every call throws ERR_CLOSED', () => {
      const array = closed()
      for (const [name, call] of Object.entries(calls(type))) expectError('ERR_CLOSED', () => call(array), name)
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, items))
    })

    test('the same calls work on an open array', () => {
      for (const [name, call] of Object.entries(calls(type))) {
        const array = make(type, items, scope)
        expect(() => call(array), name).not.toThrow()
        array.close()
      }
    })
  })
})

describe('close', () => {
  const scope = useScope()
  const i = typecode('i')

  test('a second time is silent, and Symbol.dispose is the same', () => {
    const array = new MmapArray('i', [1])
    array.close()
    array.close()
    const dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose')
    const other = new MmapArray('i', [1])
    expect(other[dispose]()).toBe(undefined)
    expect(other.closed).toBe(true)
    other[dispose]()
    array[dispose]()
  })

  test('flushAsync of a closed array fails, at once or later', async () => {
    const array = new MmapArray('i', [1])
    array.close()
    const error = await (async () => array.flushAsync())().catch((caught) => caught)
    expect(error.code).toBe('ERR_CLOSED')
  })

  test('other holders of the same file or memory are not touched', () => {
    const path = scope.file(encode(i, [1, 2, 3]))
    const one = MmapArray.open(path, 'i', { flags: 'r+' })
    const two = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const three = scope.keep(MmapArray.attach(one.handle()))
    const { view } = three
    one.close()
    expect(two.tolist()).toEqual([1, 2, 3])
    expect(three.tolist()).toEqual([1, 2, 3])
    expect([...view]).toEqual([1, 2, 3])
    three.append(4)
    expect(two.refresh()).toBe(4)

    const owner = new MmapArray('i', [1, 2, 3])
    const attached = scope.keep(MmapArray.attach(owner.handle()))
    owner.close()
    expect(attached.tolist()).toEqual([1, 2, 3])
    attached.append(4)
    attached.set(0, 9)
    expect(attached.tolist()).toEqual([9, 2, 3, 4])
  })

  test('a closed array given to an open one', () => {
    const gone = new MmapArray('i', [1])
    gone.close()
    const array = scope.keep(new MmapArray('i', [5]))
    for (const [name, give] of Object.entries({
      extend: () => array.extend(gone),
      setSlice: () => array.setSlice(gone),
      concat: () => array.concat(gone),
      compare: () => array.compare(gone),
      constructor: () => new MmapArray('i', gone),
      'constructor of another type': () => new MmapArray('d', gone),
    })) {
      expectError('ERR_CLOSED', give, name)
    }
    expect(array.tolist()).toEqual([5])
  })

  test('gives memory, map and descriptor back at once', () => {
    const path = scope.file(encode(i, elements(i, 10000)))
    const maps = () => fs.readFileSync('/proc/self/maps', 'utf8').includes(path)
    const descriptors = () =>
      fs.readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${fd}`) === path
        } catch {
          return false
        }
      }).length
    for (const flags of ['r', 'r+', 'c']) {
      const array = MmapArray.open(path, 'i', { flags })
      const { view } = array
      expect(array.fd).toBeGreaterThan(2)
      expect(view[5]).toBe(5)
      expect(maps()).toBe(true)
      expect(descriptors()).toBeGreaterThan(0)
      array.close()
      expect(maps()).toBe(false)
      expect(descriptors()).toBe(0)
    }
  })

  test.each(ofKind('integer'))('views taken before do not reach memory that is gone: $code', (type) => {
    const array = new MmapArray(type.code, elements(type, 100))
    const { view } = array
    const read = () => {
      let sum = 0
      for (let n = 0; n < view.length; n++) sum += view[n]
      return sum
    }
    const before = read()
    for (let n = 0; n < 10000; n++) if (read() !== before) expect.fail('the sum changed')
    array.close()
    expect(read()).toBe(0)
  })
})
