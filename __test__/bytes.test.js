// Bytes, lists and files in and out: frombytes, tobytes, fromlist, tolist, fromfile, tofile; reverse, byteswap, fill, bufferInfo.
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, ofKind, typecode, typed } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(TYPECODES)('typecode $code', (type) => {
    const scope = useScope()
    const items = elements(type, 6)
    const more = elements(type, 4, 30)

    test('tobytes is a copy of the memory', () => {
      const array = make(type, items, scope)
      const bytes = array.tobytes()
      expect(Buffer.isBuffer(bytes)).toBe(true)
      expect(bytes).toEqual(encode(type, items))
      bytes.fill(0xff)
      expect(array.tolist()).toEqual(items)
      expect(make(type, [], scope).tobytes()).toEqual(Buffer.alloc(0))
    })

    test('frombytes takes every kind of bytes', () => {
      const bytes = encode(type, more)
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      const shared = new SharedArrayBuffer(bytes.length)
      new Uint8Array(shared).set(bytes)
      const odd = new Uint8Array(bytes.length + 3)
      odd.set(bytes, 3)
      const sources = {
        Buffer: bytes,
        ArrayBuffer: buffer,
        SharedArrayBuffer: shared,
        'typed array': typed(type, more),
        'Uint8Array at an odd offset': odd.subarray(3),
        DataView: new DataView(odd.buffer, 3),
        'Uint8Array on shared memory': new Uint8Array(shared),
      }
      for (const [name, source] of Object.entries(sources)) {
        const array = make(type, items, scope)
        expect(array.frombytes(source)).toBe(undefined)
        expect(array.tolist(), name).toEqual([...items, ...more])
        array.frombytes(new Uint8Array(0))
        expect(array.length).toBe(10)
      }
    })

    test.skipIf(type.itemsize === 1)('bytes that are no whole number of elements change nothing', () => {
      const array = make(type, items, scope)
      expectError('ERR_RAGGED_LENGTH', () => array.frombytes(new Uint8Array(type.itemsize + 1)))
      expectError('ERR_RAGGED_LENGTH', () => array.frombytes(new ArrayBuffer(1)))
      expect(array.tolist()).toEqual(items)
    })

    test('tolist and fromlist', () => {
      const array = make(type, items, scope)
      expect(Array.isArray(array.tolist())).toBe(true)
      expect(array.fromlist(more)).toBe(undefined)
      expect(array.tolist()).toEqual([...items, ...more])
      array.fromlist([])
      expect(array.length).toBe(10)
    })

    test('reverse and byteswap, in place', () => {
      const array = make(type, items, scope)
      expect(array.reverse()).toBe(array)
      expect(array.tolist()).toEqual(items.toReversed())
      array.append(element(type, 40))
      array.reverse()
      expect(array.tolist()).toEqual([element(type, 40), ...items])
      const swapped = encode(type, [element(type, 40), ...items])
      if (type.itemsize === 2) swapped.swap16()
      if (type.itemsize === 4) swapped.swap32()
      if (type.itemsize === 8) swapped.swap64()
      expect(array.byteswap()).toBe(array)
      expect(array.tobytes()).toEqual(swapped)
      array.byteswap()
      expect(array.tolist()).toEqual([element(type, 40), ...items])
      array.close()
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, [element(type, 40), ...items]))
    })

    test('of an empty array', () => {
      const array = make(type, [], scope)
      expect(array.reverse()).toBe(array)
      expect(array.byteswap()).toBe(array)
      expect(array.fill(type.zero)).toBe(array)
      expect(array.tolist()).toEqual([])
    })

    test('fill: bounds from either end, clamped', () => {
      const array = make(type, items, scope)
      const value = element(type, 50)
      for (const bounds of [[], [2], [2, 4], [-2], [-4, -1], [4, 2], [-100, 100], [undefined, 3], [6], [0, 0]]) {
        const expected = Array.from(items).fill(value, ...bounds)
        array.clear()
        array.fromlist(items)
        expect(array.fill(value, ...bounds)).toBe(array)
        expect(array.tolist(), String(bounds)).toEqual(expected)
      }
    })

    test('fromfile and tofile', () => {
      const array = make(type, items, scope)
      const path = scope.path()
      expect(array.tofile(path)).toBe(undefined)
      expect(fs.readFileSync(path)).toEqual(encode(type, items))
      const other = make(type, more, scope)
      expect(other.fromfile(path, 4)).toBe(undefined)
      expect(other.tolist()).toEqual([...more, ...items.slice(0, 4)])
      other.fromfile(path, 0)
      expect(other.length).toBe(8)
      expectError('ERR_UNEXPECTED_EOF', () => other.fromfile(path, 7))
      expect(other.tolist()).toEqual([...more, ...items.slice(0, 4), ...items])
    })

    test('bufferInfo says where the elements are', () => {
      const array = make(type, items, scope)
      const [address, length] = array.bufferInfo()
      expect(typeof address).toBe('bigint')
      expect(length).toBe(6)
      const memory = fs.openSync('/proc/self/mem', 'r')
      scope.atEnd(() => fs.closeSync(memory))
      const bytes = Buffer.alloc(6 * type.itemsize)
      fs.readSync(memory, bytes, 0, bytes.length, address)
      expect(bytes).toEqual(encode(type, items))
      array.extend(elements(type, 1000))
      expect(array.bufferInfo()).toEqual([address, 1006])
    })
  })
})

describe('long arrays', () => {
  const scope = useScope()
  const lengths = [0, 1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 1000, 4095, 4097, 100001]

  test.each(TYPECODES)('reverse and byteswap of every length: $code', (type) => {
    for (const length of lengths) {
      const items = elements(type, length)
      const array = scope.keep(new MmapArray(type.code, items))
      array.reverse()
      expect(array.tobytes().equals(encode(type, items.toReversed())), `reverse ${length}`).toBe(true)
      array.byteswap()
      const swapped = encode(type, items.toReversed())
      if (type.itemsize === 2) swapped.swap16()
      if (type.itemsize === 4) swapped.swap32()
      if (type.itemsize === 8) swapped.swap64()
      expect(array.tobytes().equals(swapped), `byteswap ${length}`).toBe(true)
      array.close()
    }
  })

  test.each(ofKind('float'))('byteswap keeps every bit, those of a NaN too: $code', (type) => {
    const bytes = Buffer.from(Array.from({ length: 256 * type.itemsize }, (_, n) => (n * 37) & 0xff))
    const array = scope.keep(new MmapArray(type.code))
    array.frombytes(bytes)
    array.byteswap()
    array.byteswap()
    expect(array.tobytes().equals(bytes)).toBe(true)
    array.reverse().reverse()
    array.extend(array)
    expect(array.tobytes().equals(Buffer.concat([bytes, bytes]))).toBe(true)
  })
})

describe('frombytes', () => {
  const scope = useScope()

  test.each([[null], [undefined], ['abcd'], [5], [[1, 2, 3, 4]], [{}], [{ byteLength: 4 }], [true], [Symbol('s')]])(
    '%s is no bytes',
    (bytes) => {
      const array = scope.keep(new MmapArray('i', [1]))
      expectError('ERR_INVALID_ARG_TYPE', () => array.frombytes(bytes))
      expect(array.tolist()).toEqual([1])
    },
  )
})

describe('fromlist', () => {
  const scope = useScope()
  const lists = [
    [null],
    [undefined],
    ['12'],
    [5],
    [new Set([1])],
    [Int32Array.of(1)],
    [{ length: 1, 0: 1 }],
    [[1].values()],
  ]

  test.each(lists)('%s is no list', (list) => {
    const array = scope.keep(new MmapArray('i', [1]))
    expectError('ERR_INVALID_ARG_TYPE', () => array.fromlist(list))
    expect(array.tolist()).toEqual([1])
  })

  test('an array of the same type is no list either', () => {
    const array = scope.keep(new MmapArray('i', [1]))
    expectError('ERR_INVALID_ARG_TYPE', () => array.fromlist(array))
  })

  test('a hole is undefined, and so no element', () => {
    const array = scope.keep(new MmapArray('i', [1]))
    // oxlint-disable-next-line no-sparse-arrays -- a hole is the point
    expectError('ERR_INVALID_ARG_TYPE', () => array.fromlist([1, , 3]))
    expect(array.tolist()).toEqual([1])
  })
})

describe('files', () => {
  const scope = useScope()
  const i = typecode('i')
  const open = (bytes, flags = 'r+') => {
    const fd = fs.openSync(scope.file(bytes), flags)
    scope.atEnd(() => fs.closeSync(fd))
    return fd
  }
  const rest = (fd) => {
    const bytes = Buffer.alloc(100)
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, 100, null))
  }

  test('a descriptor is read from where it stands, and stands behind what was read', () => {
    const fd = open(encode(i, [1, 2, 3, 4, 5]))
    fs.readSync(fd, Buffer.alloc(4), 0, 4, null)
    const array = scope.keep(new MmapArray('i'))
    array.fromfile(fd, 2)
    expect(array.tolist()).toEqual([2, 3])
    array.fromfile(fd, 1)
    expect(array.tolist()).toEqual([2, 3, 4])
    expect(rest(fd)).toEqual(encode(i, [5]))
  })

  test('a descriptor is written at its position', () => {
    const fd = open(encode(i, [1, 2, 3, 4, 5]))
    fs.readSync(fd, Buffer.alloc(4), 0, 4, null)
    const array = scope.keep(new MmapArray('i', [8, 9]))
    array.tofile(fd)
    expect(rest(fd)).toEqual(encode(i, [4, 5]))
    array.tofile(fd)
    fs.fsyncSync(fd)
    const whole = Buffer.alloc(100)
    const length = fs.readSync(fd, whole, 0, 100, 0)
    expect(whole.subarray(0, length)).toEqual(encode(i, [1, 8, 9, 4, 5, 8, 9]))
  })

  test('an object with fd stands for its descriptor', async () => {
    const handle = await fsPromises.open(scope.file(encode(i, [1, 2, 3])), 'r+')
    try {
      const array = scope.keep(new MmapArray('i'))
      array.fromfile(handle, 2)
      expect(array.tolist()).toEqual([1, 2])
      array.fromfile({ fd: handle.fd }, 1)
      expect(array.tolist()).toEqual([1, 2, 3])
      array.tofile(handle)
      const { size } = await handle.stat()
      expect(size).toBe(24)
    } finally {
      await handle.close()
    }
  })

  test('paths as strings and URLs', () => {
    const path = scope.path('a name with % and ü')
    const array = scope.keep(new MmapArray('i', [1, 2]))
    array.tofile(pathToFileURL(path))
    expect(fs.readFileSync(path)).toEqual(encode(i, [1, 2]))
    array.fromfile(pathToFileURL(path), 2)
    array.fromfile(path, 1)
    expect(array.tolist()).toEqual([1, 2, 1, 2, 1])
  })

  test('tofile creates a file or empties it first', () => {
    const path = scope.file(Buffer.alloc(1000, 1))
    scope.keep(new MmapArray('i', [1])).tofile(path)
    expect(fs.readFileSync(path)).toEqual(encode(i, [1]))
    scope.keep(new MmapArray('i')).tofile(path)
    expect(fs.readFileSync(path)).toEqual(Buffer.alloc(0))
    scope.keep(new MmapArray('i')).tofile(scope.path('new'))
    expect(fs.readFileSync(scope.path('new'))).toEqual(Buffer.alloc(0))
  })

  test('a short file: whole elements kept, all of it read', () => {
    for (const tail of [0, 1, 3]) {
      const fd = open(Buffer.concat([encode(i, [1, 2, 3]), Buffer.alloc(tail)]))
      const array = scope.keep(new MmapArray('i', [0]))
      expectError('ERR_UNEXPECTED_EOF', () => array.fromfile(fd, 5))
      expect(array.tolist()).toEqual([0, 1, 2, 3])
      expect(rest(fd).length).toBe(0)
      expectError('ERR_UNEXPECTED_EOF', () => array.fromfile(fd, 1))
      array.fromfile(fd, 0)
      expect(array.length).toBe(4)
    }
  })

  test('as much of a short file, on another thread', async () => {
    for (const tail of [0, 1, 3]) {
      const fd = open(Buffer.concat([encode(i, [1, 2, 3]), Buffer.alloc(tail)]))
      const array = scope.keep(new MmapArray('i', [0]))
      await expect(array.fromfileAsync(fd, 5)).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_EOF' })
      expect(array.tolist()).toEqual([0, 1, 2, 3])
      expect(rest(fd).length).toBe(0)
    }
  })

  // What broke: a hole of more than the machine has memory for filled it until the system ended the process.
  test('more than there is memory for is refused, by whatever way it is read', async () => {
    const path = scope.file(Buffer.alloc(0))
    fs.truncateSync(path, 2 ** 42)
    const shared = scope.keep(new MmapArray('B', [1]))
    expect(shared.fd).toBeGreaterThan(0)
    for (const array of [scope.keep(new MmapArray('B', [1])), shared]) {
      expectError('ENOMEM', () => array.fromfile(path, 2 ** 42))
      await expect(array.fromfileAsync(path, 2 ** 42)).rejects.toMatchObject({ code: 'ENOMEM' })
      expect(array.tolist()).toEqual([1])
    }
  })

  test('a count beyond everything is a short file, not an allocation', () => {
    const path = scope.file(encode(i, [1, 2, 3]))
    const array = scope.keep(new MmapArray('i'))
    const error = thrownBy(() => array.fromfile(path, 2 ** 45))
    expect(['ERR_UNEXPECTED_EOF', 'ENOMEM', 'EFBIG', 'ENOSPC']).toContain(error.code)
    expectError('ERR_OUT_OF_RANGE', () => array.fromfile(path, Number.MAX_SAFE_INTEGER))
  })

  test('a pipe gives its bytes as they come', async () => {
    const result = await run('sh', [
      '-c',
      '(printf abc; printf defghij) | exec "$1" --input-type=module -e "$2"',
      'sh',
      process.execPath,
      script(`const array = new MmapArray('h')
        array.fromfile(0, 4)
        let code
        try { array.fromfile(0, 4) } catch (error) { code = error.code }
        console.log(array.tobytes().toString(), code)`),
    ])
    expectExit(result)
    expect(result.stdout).toBe('abcdefghij ERR_UNEXPECTED_EOF\n')
  })

  test('counts', () => {
    const path = scope.file(encode(i, [1, 2, 3]))
    const array = scope.keep(new MmapArray('i'))
    expectError('ERR_OUT_OF_RANGE', () => array.fromfile(path, -1))
    for (const n of [undefined, null, '1', 1.5, NaN, Infinity, true, {}, 1n]) {
      expectError('ERR_INVALID_ARG_TYPE', () => array.fromfile(path, n), String(n))
    }
    expect(array.length).toBe(0)
  })

  test('no file', () => {
    const array = scope.keep(new MmapArray('i', [1]))
    for (const file of [undefined, null, true, {}, [], Symbol('s'), { fd: 'x' }, { fd: null }, 1.5, NaN]) {
      expectError('ERR_INVALID_ARG_TYPE', () => array.fromfile(file, 1))
      expectError('ERR_INVALID_ARG_TYPE', () => array.tofile(file))
    }
    for (const fd of [-1, 2 ** 31, 1e300]) {
      expect(thrownBy(() => array.fromfile(fd, 1))).toBeInstanceOf(Error)
      expect(thrownBy(() => array.tofile(fd))).toBeInstanceOf(Error)
    }
    expect(array.tolist()).toEqual([1])
  })

  test('failures of the system are as those of Node', () => {
    const array = scope.keep(new MmapArray('i', [1]))
    const path = scope.path('none/none')
    const shape = { code: 'ENOENT', errno: -2, syscall: 'open', path }
    expect(thrownBy(() => array.fromfile(path, 1))).toMatchObject(shape)
    expect(thrownBy(() => array.tofile(path))).toMatchObject(shape)
    expect(thrownBy(() => array.fromfile(scope.directory, 1))).toMatchObject({ code: 'EISDIR' })
    expect(thrownBy(() => array.tofile(scope.directory))).toMatchObject({ code: 'EISDIR' })
    const closed = fs.openSync(scope.file(), 'r')
    fs.closeSync(closed)
    expect(thrownBy(() => array.fromfile(closed, 1))).toMatchObject({ code: 'EBADF', errno: -9 })
    const readOnly = fs.openSync(scope.file(), 'r')
    scope.atEnd(() => fs.closeSync(readOnly))
    expect(thrownBy(() => array.tofile(readOnly))).toMatchObject({ code: 'EBADF', syscall: 'write' })
    expect(thrownBy(() => array.tofile('/dev/full'))).toMatchObject({ code: 'ENOSPC', syscall: 'write' })
  })

  test('an array written to the file it maps', () => {
    const path = scope.file(encode(i, elements(i, 5000)))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const target = fs.openSync(path, 'r+')
    scope.atEnd(() => fs.closeSync(target))
    array.tofile(target)
    expect(array.tolist()).toEqual(elements(i, 5000))
    array.fromfile(path, 5000)
    expect(array.tolist()).toEqual([...elements(i, 5000), ...elements(i, 5000)])
  })
})
