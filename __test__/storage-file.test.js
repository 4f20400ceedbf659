// Arrays in files: flags, offset, length, mode, empty and ragged files, files beyond 4 GiB, and the errors of open.
import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, expectErrorOf, thrownBy } from './support/errors.js'
import { useScope } from './support/scope.js'
import { TYPECODES, element, elements, encode, typecode } from './support/typecodes.js'

const i = typecode('i')
const GiB = 2 ** 30
const nodeMajor = Number(process.versions.node.split('.')[0])

/** Every method that writes elements, and every one that changes the length. */
const WRITERS = {
  set: (array) => array.set(0, 1),
  'arr[i] =': (array) => (array[0] = 1),
  fill: (array) => array.fill(1),
  reverse: (array) => array.reverse(),
  byteswap: (array) => array.byteswap(),
  'setSlice of the same size': (array) => array.setSlice([7], 0, 1),
  'setSlice with a step': (array) => array.setSlice([7], 0, 1, 2),
}
const RESIZERS = {
  append: (array) => array.append(1),
  extend: (array) => array.extend([1]),
  'extend by a typed array': (array) => array.extend(Int32Array.of(1)),
  'extend by itself': (array) => array.extend(array),
  insert: (array) => array.insert(0, 1),
  pop: (array) => array.pop(),
  remove: (array) => array.remove(array.get(0)),
  clear: (array) => array.clear(),
  fromlist: (array) => array.fromlist([1]),
  frombytes: (array) => array.frombytes(new Uint8Array(4)),
  fromfile: (array) => array.fromfile('/dev/zero', 1),
  'setSlice that grows': (array) => array.setSlice([1, 2, 3], 0, 1),
  'setSlice that shrinks': (array) => array.setSlice([], 0, 1),
  deleteSlice: (array) => array.deleteSlice(0, 1),
  repeatInPlace: (array) => array.repeatInPlace(2),
}

describe.each(TYPECODES)('typecode $code', (type) => {
  const scope = useScope()
  const items = elements(type, 9)

  test('opens what is there, element 0 at byte 0', () => {
    const path = scope.file(encode(type, items))
    for (const flags of [undefined, 'r', 'r+', 'a+', 'c']) {
      const array = scope.keep(MmapArray.open(path, type.code, flags && { flags }))
      expect(array.tolist()).toEqual(items)
      expect(array.flags).toBe(flags ?? 'r')
      expect(array.path).toBe(path)
      expect(array.length).toBe(9)
      expect(array.capacity).toBe(9)
    }
  })

  test('what is written is in the file, at once and exactly', () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, type.code, { flags: 'w+' }))
    array.extend(items)
    expect(fs.readFileSync(path)).toEqual(encode(type, items))
    array.set(0, element(type, 20))
    array.append(element(type, 21))
    array.pop(1)
    expect(fs.readFileSync(path)).toEqual(encode(type, array.tolist()))
    array.clear()
    expect(fs.readFileSync(path).length).toBe(0)
  })

  test('an offset', () => {
    const path = scope.file(encode(type, items))
    for (const skipped of [0, 1, 4, 9]) {
      const array = scope.keep(MmapArray.open(path, type.code, { offset: skipped * type.itemsize }))
      expect(array.tolist()).toEqual(items.slice(skipped))
      expect(array.at(0)).toBe(items[skipped])
    }
  })

  test('a window of some elements', () => {
    const path = scope.file(encode(type, items))
    for (const [from, length] of [
      [0, 3],
      [2, 3],
      [8, 0],
      [0, 0],
      [5, 4],
    ]) {
      const array = scope.keep(MmapArray.open(path, type.code, { offset: from * type.itemsize, length }))
      expect(array.tolist()).toEqual(items.slice(from, from + length))
      expect(array.length).toBe(length)
    }
  })
})

describe('flags', () => {
  const scope = useScope()
  const file = (items = [1, 2, 3]) => scope.file(encode(i, items))
  const contents = (path) => fs.readFileSync(path)

  test('r: every method that writes throws, and the file stays as it is', () => {
    const path = file()
    const array = scope.keep(MmapArray.open(path, 'i'))
    for (const [name, write] of Object.entries({ ...WRITERS, ...RESIZERS })) {
      expectError('ERR_READ_ONLY', () => write(array), name)
      expect(array.tolist(), name).toEqual([1, 2, 3])
    }
    expectError('ERR_READ_ONLY', () => array.reserve(100))
    expectError('ERR_READ_ONLY', () => MmapArray.open(path, 'i', { capacity: 100 }))
    array.close()
    expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
  })

  test('r: a stray write through a view stays in this process', () => {
    const path = file()
    const array = scope.keep(MmapArray.open(path, 'i'))
    array.view[0] = 99
    array.subarray(1)[0] = 98
    expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
    array.close()
    expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
    expect(scope.keep(MmapArray.open(path, 'i')).tolist()).toEqual([1, 2, 3])
  })

  test('r: shows what a writer does', () => {
    const path = file()
    const reader = scope.keep(MmapArray.open(path, 'i'))
    const writer = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const { view } = reader
    expect(view[0]).toBe(1)
    writer.set(0, 11)
    expect(reader.get(0)).toBe(11)
    expect(view[0]).toBe(11)
    writer.append(4)
    expect(reader.refresh()).toBe(4)
    expect(reader.tolist()).toEqual([11, 2, 3, 4])
  })

  test('r: needs no right to write', () => {
    const path = file()
    fs.chmodSync(path, 0o444)
    fs.chmodSync(scope.directory, 0o755)
    asNobody(() => {
      expect(scope.keep(MmapArray.open(path, 'i')).tolist()).toEqual([1, 2, 3])
      expect(scope.keep(MmapArray.open(path, 'i', { flags: 'c' })).tolist()).toEqual([1, 2, 3])
    })
  })

  test('r+: wants the file to be there, keeps it', () => {
    const path = file()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    array.set(0, 9)
    array.append(4)
    expect(contents(path)).toEqual(encode(i, [9, 2, 3, 4]))
    expectError('ENOENT', () => MmapArray.open(scope.path('none'), 'i', { flags: 'r+' }))
    expect(fs.existsSync(scope.path('none'))).toBe(false)
  })

  test('w+: creates or empties', () => {
    for (const path of [file(), scope.path()]) {
      const array = scope.keep(MmapArray.open(path, 'i', { flags: 'w+' }))
      expect(array.length).toBe(0)
      expect(contents(path).length).toBe(0)
      array.append(5)
      expect(contents(path)).toEqual(encode(i, [5]))
    }
  })

  test('wx+: creates, fails if there', () => {
    const path = scope.path()
    scope.keep(MmapArray.open(path, 'i', { flags: 'wx+' })).append(5)
    expectError('EEXIST', () => MmapArray.open(path, 'i', { flags: 'wx+' }))
    expect(contents(path)).toEqual(encode(i, [5]))
  })

  test('a+: creates, keeps what is there, and elements can be written anywhere', () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'a+' }))
    array.extend([1, 2])
    array.close()
    const again = scope.keep(MmapArray.open(path, 'i', { flags: 'a+' }))
    expect(again.tolist()).toEqual([1, 2])
    again.set(0, 9)
    again.insert(0, 8)
    again.append(3)
    again.pop(1)
    expect(contents(path)).toEqual(encode(i, [8, 2, 3]))
  })

  test('c: writes stay here, the length is fixed', () => {
    const path = file()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'c' }))
    for (const [name, resize] of Object.entries(RESIZERS)) {
      expectError('ERR_FIXED_LENGTH', () => resize(array), name)
      expect(array.tolist(), name).toEqual([1, 2, 3])
    }
    for (const [name, write] of Object.entries(WRITERS)) expect(() => write(array), name).not.toThrow()
    array.setSlice([7, 8, 9])
    expect(array.tolist()).toEqual([7, 8, 9])
    array.flush()
    expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
    expect(scope.keep(MmapArray.open(path, 'i')).tolist()).toEqual([1, 2, 3])
    array.close()
    expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
  })

  test.each([['w'], ['a'], ['rw'], ['R'], [''], [5], [null], [true], [{}], ['r++'], ['x+'], ['rs+']])(
    '%j are no flags',
    (flags) => {
      const path = file()
      const error = thrownBy(() => MmapArray.open(path, 'i', { flags }))
      expect([TypeError, RangeError]).toContain(error.constructor)
      expect(error.code).toMatch(/^ERR_/)
      expect(contents(path)).toEqual(encode(i, [1, 2, 3]))
    },
  )
})

/** Runs without root's right to open everything, where the tests run as root. */
function asNobody(body) {
  if (process.geteuid() !== 0) return body()
  process.seteuid(65534)
  try {
    return body()
  } finally {
    process.seteuid(0)
  }
}

describe('errors of open, in the form of Node', () => {
  const scope = useScope()
  const asNodeFails = (path, nodeFlags, open) => {
    const theirs = thrownBy(() => fs.readSync(fs.openSync(path, nodeFlags), Buffer.alloc(1)))
    const ours = thrownBy(open)
    expect(ours).toBeInstanceOf(Error)
    expect({ code: ours.code, errno: ours.errno }).toEqual({ code: theirs.code, errno: theirs.errno })
    return [ours, theirs]
  }
  const exactlyAsNodeFails = (...rest) => {
    const [ours, theirs] = asNodeFails(...rest)
    expect({ ...ours }).toEqual({ ...theirs })
    // the words between are those of the C library here, of libuv there; ours may also say what to do
    const form = ({ message, code }) =>
      message.replace(/^(\w+): .*, (\w+ )/, `${code}: …, $2`).replace(/\. The option .*$/, '')
    expect(form(ours)).toBe(form(theirs))
  }

  test('ENOENT', () => {
    for (const path of [scope.path('none'), scope.path('none/none')]) {
      exactlyAsNodeFails(path, 'r', () => MmapArray.open(path, 'i'))
      exactlyAsNodeFails(path, 'r+', () => MmapArray.open(path, 'i', { flags: 'r+' }))
    }
    const path = scope.path('none/none')
    exactlyAsNodeFails(path, 'w+', () => MmapArray.open(path, 'i', { flags: 'w+' }))
    exactlyAsNodeFails(path, 'a+', () => MmapArray.open(path, 'i', { flags: 'a+' }))
  })

  test('EEXIST', () => {
    const path = scope.file(Buffer.alloc(4))
    exactlyAsNodeFails(path, 'wx+', () => MmapArray.open(path, 'i', { flags: 'wx+' }))
  })

  test('EISDIR', () => {
    const path = scope.directory
    exactlyAsNodeFails(path, 'r+', () => MmapArray.open(path, 'i', { flags: 'r+' }))
    exactlyAsNodeFails(path, 'w+', () => MmapArray.open(path, 'i', { flags: 'w+' }))
    for (const flags of ['r', 'c']) {
      const [ours] = asNodeFails(path, 'r', () => MmapArray.open(path, 'i', { flags }))
      expect(ours.path).toBe(path)
    }
  })

  test('ENOTDIR', () => {
    const path = `${scope.file()}/under`
    exactlyAsNodeFails(path, 'r', () => MmapArray.open(path, 'i'))
  })

  test('EACCES', () => {
    const path = scope.file(Buffer.alloc(4))
    fs.chmodSync(path, 0o444)
    fs.chmodSync(scope.directory, 0o755)
    asNobody(() => {
      exactlyAsNodeFails(path, 'r+', () => MmapArray.open(path, 'i', { flags: 'r+' }))
      if (process.getuid() === 0) {
        const created = scope.path('new')
        exactlyAsNodeFails(created, 'w+', () => MmapArray.open(created, 'i', { flags: 'w+' }))
      }
    })
    fs.chmodSync(path, 0o000)
    asNobody(() => exactlyAsNodeFails(path, 'r', () => MmapArray.open(path, 'i')))
  })

  test('ENAMETOOLONG', () => {
    const path = scope.path('x'.repeat(300))
    exactlyAsNodeFails(path, 'r', () => MmapArray.open(path, 'i'))
  })

  test.each([[undefined], [null], [5], [true], [{}], [[]], [Symbol('s')], ['a\0b'], [Buffer.from('a\0b')]])(
    'no path: %s',
    (path) => {
      const error = thrownBy(() => MmapArray.open(path, 'i'))
      expect([TypeError, RangeError]).toContain(error.constructor)
      expect(error.code).toMatch(/^ERR_/)
    },
  )

  test('a URL that names no file', () => {
    const error = thrownBy(() => MmapArray.open(new URL('https://example.com/x'), 'i'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.code).toMatch(/^ERR_/)
  })
})

describe('paths', () => {
  const scope = useScope()

  test('as string, URL and Buffer, with names of every kind', () => {
    for (const name of ['plain', 'with space', 'per%20cent', 'ümläut', '😀', '-dash', '#hash?']) {
      const path = scope.file(encode(i, [1, 2]), name)
      for (const given of [path, pathToFileURL(path), Buffer.from(path)]) {
        const array = scope.keep(MmapArray.open(given, 'i'))
        expect(array.tolist()).toEqual([1, 2])
        expect(array.path).toBe(path)
      }
    }
  })

  test('a name that is no UTF-8, which only a Buffer can say', () => {
    const path = Buffer.concat([Buffer.from(`${scope.directory}/`), Buffer.from([0xff, 0xfe, 0x41])])
    fs.writeFileSync(path, encode(i, [1, 2]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    array.append(3)
    expect(fs.readFileSync(path)).toEqual(encode(i, [1, 2, 3]))
  })

  test('through a symbolic link', () => {
    const path = scope.file(encode(i, [1, 2]))
    fs.symlinkSync(path, scope.path('link'))
    scope.keep(MmapArray.open(scope.path('link'), 'i', { flags: 'r+' })).append(3)
    expect(fs.readFileSync(path)).toEqual(encode(i, [1, 2, 3]))
  })

  test('a file that was removed meanwhile lives on in its arrays', () => {
    const path = scope.file(encode(i, [1, 2]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    fs.unlinkSync(path)
    array.append(3)
    array.flush()
    expect(array.tolist()).toEqual([1, 2, 3])
    expect(fs.existsSync(path)).toBe(false)
  })
})

describe('mode', () => {
  const scope = useScope()
  const modeOf = (path) => fs.statSync(path).mode & 0o777

  test('is the permission bits of a new file, less the umask', () => {
    const before = process.umask(0o027)
    try {
      for (const flags of ['w+', 'wx+', 'a+']) {
        const open = (mode) => scope.keep(MmapArray.open(scope.path(), 'i', { flags, ...(mode && { mode }) })).path
        expect(modeOf(open())).toBe(0o640)
        expect(modeOf(open(0o600))).toBe(0o600)
        expect(modeOf(open(0o777))).toBe(0o750)
      }
    } finally {
      process.umask(before)
    }
  })

  test('leaves a file that is there alone', () => {
    const path = scope.file(Buffer.alloc(4))
    fs.chmodSync(path, 0o604)
    scope.keep(MmapArray.open(path, 'i', { flags: 'a+', mode: 0o600 }))
    scope.keep(MmapArray.open(path, 'i', { flags: 'w+', mode: 0o600 }))
    expect(modeOf(path)).toBe(0o604)
  })
})

describe('offset and length', () => {
  const scope = useScope()

  test('growth behind a header leaves the header alone', () => {
    const header = Buffer.from('header!!')
    const path = scope.file(Buffer.concat([header, encode(i, [1, 2])]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 8 }))
    array.append(3)
    array.insert(0, 0)
    array.reserve(1000)
    array.append(4)
    array.trim()
    expect(fs.readFileSync(path)).toEqual(Buffer.concat([header, encode(i, [0, 1, 2, 3, 4])]))
    array.clear()
    expect(fs.readFileSync(path)).toEqual(header)
  })

  test('an offset beyond a page', () => {
    const path = scope.file(Buffer.concat([Buffer.alloc(10000, 1), encode(i, [7, 8])]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 10000 }))
    expect(array.tolist()).toEqual([7, 8])
    expect([...array.view]).toEqual([7, 8])
    array.append(9)
    expect([...array.view]).toEqual([7, 8, 9])
    expect(fs.readFileSync(path).subarray(10000)).toEqual(encode(i, [7, 8, 9]))
  })

  test('offsets that are refused', () => {
    const path = scope.file(encode(i, [1, 2]))
    for (const offset of [1, 2, 6, -4, 12, 2 ** 40, 2 ** 53]) {
      expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { offset }), `offset ${offset}`)
    }
    for (const offset of ['0', 0.5, NaN, Infinity, null, true, {}, 4n]) {
      expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.open(path, 'i', { offset }), `offset ${offset}`)
      expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.open(path, 'i', { length: offset }), `length ${offset}`)
      expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.open(path, 'i', { flags: 'r+', capacity: offset }))
    }
    expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { length: -1 }))
    expect(scope.keep(MmapArray.open(path, 'i', { offset: 8 })).length).toBe(0)
  })

  test('a window shorter than the file is of fixed length', () => {
    const path = scope.file(encode(i, elements(i, 10)))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 8, length: 3 }))
    for (const [name, resize] of Object.entries(RESIZERS)) {
      expectError('ERR_FIXED_LENGTH', () => resize(array), name)
      expect(array.tolist(), name).toEqual([2, 3, 4])
    }
    expectError('ERR_FIXED_LENGTH', () => array.reserve(100))
    array.set(0, 20)
    array.setSlice([30, 40], 1)
    array.reverse()
    expect(fs.readFileSync(path)).toEqual(encode(i, [0, 1, 40, 30, 20, 5, 6, 7, 8, 9]))
    expect(array.refresh()).toBe(3)
    array.flush()
    array.close()
    expect(fs.statSync(path).size).toBe(40)
  })

  test('a window longer than the file', () => {
    const path = scope.file(encode(i, [1, 2]))
    for (const flags of ['r', 'r+', 'c']) {
      expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { flags, length: 3 }), flags)
    }
    expect(fs.statSync(path).size).toBe(8)
    const kept = scope.keep(MmapArray.open(path, 'i', { flags: 'a+', length: 4 }))
    expect(kept.tolist()).toEqual([1, 2, 0, 0])
    kept.close()
    expect(fs.statSync(path).size).toBe(16)
    const emptied = scope.keep(MmapArray.open(path, 'i', { flags: 'w+', length: 3 }))
    expect(emptied.tolist()).toEqual([0, 0, 0])
    const created = scope.keep(MmapArray.open(scope.path('created'), 'i', { flags: 'wx+', length: 3 }))
    expect(created.tolist()).toEqual([0, 0, 0])
    created.set(2, 5)
    created.close()
    expect(fs.readFileSync(scope.path('created'))).toEqual(encode(i, [0, 0, 5]))
  })

  test('a length beyond everything', () => {
    const path = scope.path()
    expectErrorOf(['ENOMEM', 'EFBIG', 'ENOSPC'], () => MmapArray.open(path, 'i', { flags: 'w+', length: 2 ** 50 }))
    expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { flags: 'w+', length: 2 ** 52 }))
  })
})

describe('empty files', () => {
  const scope = useScope()

  test.each(['r', 'r+', 'w+', 'a+', 'c'])('%s', (flags) => {
    const array = scope.keep(MmapArray.open(scope.file(), 'd', { flags }))
    expect(array.length).toBe(0)
    expect(array.tolist()).toEqual([])
    expect(array.at(0)).toBe(undefined)
    expect(array.view.length).toBe(0)
    expect(array.count(0)).toBe(0)
    array.flush()
    array.close()
    expect(fs.statSync(array.path).size).toBe(0)
  })

  test('become full and empty again', () => {
    const path = scope.file()
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'r+' }))
    const reader = scope.keep(MmapArray.open(path, 'd'))
    for (let round = 0; round < 5; round++) {
      array.extend(elements(typecode('d'), 2000))
      expect(reader.refresh()).toBe(2000)
      expect(reader.get(1999)).toBe(999.5)
      array.clear()
      expect(reader.refresh()).toBe(0)
      expect(reader.at(0)).toBe(undefined)
    }
    expect(fs.statSync(path).size).toBe(0)
  })
})

describe('ragged files', () => {
  const scope = useScope()
  const bytes = Buffer.concat([encode(i, [1, 2]), Buffer.from([0xaa, 0xbb])])

  test('are read up to their last whole element', () => {
    for (const flags of ['r', 'r+', 'a+', 'c']) {
      const array = scope.keep(MmapArray.open(scope.file(bytes), 'i', { flags }))
      expect(array.length).toBe(2)
      expect(array.byteLength).toBe(8)
      expect(array.tolist()).toEqual([1, 2])
      expect([...array.view]).toEqual([1, 2])
      expect(array.refresh()).toBe(2)
    }
  })

  test('refuse every change of length and stay as they are', () => {
    for (const flags of ['r+', 'a+']) {
      const path = scope.file(bytes)
      const array = scope.keep(MmapArray.open(path, 'i', { flags }))
      for (const [name, resize] of Object.entries(RESIZERS)) {
        expectError('ERR_RAGGED_LENGTH', () => resize(array), name)
        expect(fs.readFileSync(path), name).toEqual(bytes)
      }
      expectError('ERR_RAGGED_LENGTH', () => array.reserve(100))
      expect(fs.readFileSync(path)).toEqual(bytes)
      array.flush()
      array.close()
      expect(fs.readFileSync(path)).toEqual(bytes)
    }
  })

  test('let elements be written', () => {
    const path = scope.file(bytes)
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    array.set(0, 9)
    array.reverse()
    array.setSlice([8], 0, 1)
    expect(fs.readFileSync(path)).toEqual(Buffer.concat([encode(i, [8, 9]), Buffer.from([0xaa, 0xbb])]))
  })

  test('shorter than one element', () => {
    const path = scope.file(Buffer.from([1]))
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'r+' }))
    expect(array.length).toBe(0)
    expectError('ERR_RAGGED_LENGTH', () => array.append(1))
    expect(fs.readFileSync(path)).toEqual(Buffer.from([1]))
  })

  test('become ragged, and whole again, behind our back', () => {
    const path = scope.file(encode(i, [1, 2]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    fs.appendFileSync(path, Buffer.from([0xaa, 0xbb]))
    expectError('ERR_RAGGED_LENGTH', () => array.append(3))
    expectError('ERR_RAGGED_LENGTH', () => array.pop())
    expect(fs.readFileSync(path)).toEqual(bytes)
    fs.appendFileSync(path, Buffer.from([0, 0]))
    array.append(3)
    expect(array.tolist()).toEqual([1, 2, 0xbbaa, 3])
  })

  test('behind an offset', () => {
    const path = scope.file(Buffer.concat([Buffer.alloc(4), bytes]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+', offset: 4 }))
    expect(array.tolist()).toEqual([1, 2])
    expectError('ERR_RAGGED_LENGTH', () => array.append(1))
    expect(fs.statSync(path).size).toBe(14)
  })
})

describe('beyond 4 GiB', () => {
  const scope = useScope()
  const at = 4 * GiB + 4096
  const sparse = (size) => {
    const path = scope.file()
    fs.truncateSync(path, size)
    return path
  }

  test('every byte of a sparse file is an element', () => {
    const path = sparse(at + 10)
    const array = scope.keep(MmapArray.open(path, 'B', { flags: 'r+' }))
    expect(array.length).toBe(at + 10)
    expect(array.byteLength).toBe(at + 10)
    for (const index of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, at, at + 9]) {
      array.set(index, 1 + (index % 200))
      expect(array.get(index)).toBe(1 + (index % 200))
      expect(array.at(index)).toBe(1 + (index % 200))
      expect(array[index]).toBe(1 + (index % 200))
      expect(array.get(index - array.length)).toBe(1 + (index % 200))
    }
    array[at + 1] = 5
    array[-2] = 6
    expect(array.get(1)).toBe(0)
    const fd = fs.openSync(path)
    scope.atEnd(() => fs.closeSync(fd))
    const bytes = Buffer.alloc(10)
    fs.readSync(fd, bytes, 0, 10, at)
    expect([...bytes]).toEqual([1 + (at % 200), 5, 0, 0, 0, 0, 0, 0, 6, 1 + ((at + 9) % 200)])
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(at + 10))
    expect(array[at + 10]).toBe(undefined)
  })

  test('it grows, shrinks, is sliced and searched there', () => {
    const path = sparse(at)
    const array = scope.keep(MmapArray.open(path, 'B', { flags: 'r+' }))
    array.append(1)
    array.extend([2, 3, 4])
    expect(array.length).toBe(at + 4)
    expect(fs.statSync(path).size).toBe(at + 4)
    expect([...array.slice(at - 1)]).toEqual([0, 1, 2, 3, 4])
    expect([...array.slice(-1, at - 2, -2)]).toEqual([4, 2, 0])
    expect([...array.subarray(at)]).toEqual([1, 2, 3, 4])
    expect(array.index(3, at - 10)).toBe(at + 2)
    expect(array.pop()).toBe(4)
    expect(array.pop(-2)).toBe(2)
    array.insert(-1, 9)
    array.fill(7, at, at + 1)
    array.setSlice([8], at + 2)
    expect([...array.slice(at)]).toEqual([7, 9, 8])
    array.deleteSlice(2)
    expect(fs.statSync(path).size).toBe(2)
  })

  // The element path takes indices of 32 bits, the core all.
  test('with room for more, across a length that a word holds', () => {
    const array = scope.keep(new MmapArray('B'))
    fs.ftruncateSync(array.fd, 4 * GiB - 3)
    expect(array.refresh()).toBe(4 * GiB - 3)
    array.reserve(4 * GiB + 10)
    const { capacity } = array
    expect(capacity).toBeGreaterThanOrEqual(4 * GiB + 10)
    for (let n = 1; n <= 10; n++) {
      array.append(n)
      expect(array.length).toBe(4 * GiB - 3 + n)
      expect(array.get(4 * GiB - 4 + n)).toBe(n)
      expect(array.at(4 * GiB - 3 + n)).toBe(undefined)
    }
    expect(array.get(0)).toBe(0)
    for (let n = 10; n >= 1; n--) {
      expect(array.pop()).toBe(n)
      expect(array.length).toBe(4 * GiB - 4 + n)
    }
    expect(array.capacity).toBe(capacity)
    array.append(7)
    array.trim()
    expect(fs.fstatSync(array.fd).size).toBe(4 * GiB - 2)
    expect([...array.slice(-2)]).toEqual([0, 7])
  })

  test('wider elements', () => {
    const path = sparse(6 * GiB)
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'r+' }))
    const last = (6 * GiB) / 8 - 1
    expect(array.length).toBe(last + 1)
    for (const index of [2 ** 29 - 1, 2 ** 29, 2 ** 29 + 1, last]) array.set(index, index + 0.5)
    expect(array.get(-1)).toBe(last + 0.5)
    expect(array.get(2 ** 29)).toBe(2 ** 29 + 0.5)
    expect([...array.subarray(2 ** 29 - 1, 2 ** 29 + 2)]).toEqual([2 ** 29 - 0.5, 2 ** 29 + 0.5, 2 ** 29 + 1.5])
    const reader = scope.keep(MmapArray.open(path, 'd', { offset: 4 * GiB }))
    expect(reader.get(0)).toBe(2 ** 29 + 0.5)
    expect(reader.get(-1)).toBe(last + 0.5)
  })

  test.skipIf(nodeMajor >= 22)('a view that the runtime cannot make is an error that says so', () => {
    const array = scope.keep(MmapArray.open(sparse(at), 'B'))
    for (const look of [() => array.view, () => array.buffer, () => array.subarray()]) {
      expect(expectError('ERR_VIEW_TOO_LARGE', look).message).toContain('subarray')
    }
    expect(array.subarray(at - 5).length).toBe(5)
    expect(array.subarray(0, 5).length).toBe(5)
  })

  test.skipIf(nodeMajor < 22)('one view of it all', () => {
    const array = scope.keep(MmapArray.open(sparse(at), 'B', { flags: 'r+' }))
    expect(array.view.length).toBe(at)
    array.view[at - 1] = 7
    expect(array.get(-1)).toBe(7)
  })

  test('far beyond: 1 TiB', () => {
    let path
    try {
      path = sparse(1024 * GiB)
    } catch (error) {
      if (error.code === 'EFBIG') return
      throw error
    }
    const array = scope.keep(MmapArray.open(path, 'I', { flags: 'r+' }))
    expect(array.length).toBe(256 * GiB)
    array.set(-1, 0xffffffff)
    expect(array.get(256 * GiB - 1)).toBe(0xffffffff)
    expect([...array.slice(-2)]).toEqual([0, 0xffffffff])
  })
})

describe('flush and advise', () => {
  const scope = useScope()
  const inMemory = () => {
    const name = `mmap-array-test-huge-${process.pid}`
    scope.atEnd(() => MmapArray.unlinkShm(name))
    return MmapArray.openShm(name, 'i', { flags: 'wx+' })
  }
  const hints = ['normal', 'random', 'sequential', 'willneed', 'dontneed', 'hugepage', 'populate']
  const items = elements(i, 5000)

  test.each(hints)('advise(%s) changes no element', (hint) => {
    const path = scope.file(encode(i, items))
    const arrays = [
      MmapArray.open(path, 'i'),
      MmapArray.open(path, 'i', { flags: 'r+' }),
      MmapArray.open(path, 'i', { flags: 'r+', offset: 40 }),
      new MmapArray('i', items),
      MmapArray.open(path, 'i', { flags: 'r', advice: hint }),
      MmapArray.open(scope.file(), 'i', { flags: 'r+', advice: hint }),
    ]
    for (const array of arrays) {
      scope.keep(array)
      const before = array.tolist()
      expect(array.advise(hint)).toBe(undefined)
      array.advise(hint, 10)
      array.advise(hint, 10, 4000)
      array.advise(hint, -10, -5)
      array.advise(hint, 4000, 10)
      array.advise(hint, 0, 1e9)
      expect(array.tolist()).toEqual(before)
    }
  })

  test.each([
    ['anonymous memory', () => new MmapArray('i')],
    ['a file', () => MmapArray.open(scope.file(), 'i', { flags: 'w+' })],
    ['a file with a header', () => MmapArray.open(scope.file(), 'i', { flags: 'w+', format: 'npy' })],
    ['named memory', () => inMemory()],
  ])('huge pages hold the same elements: %s', (_, make) => {
    const array = scope.keep(make())
    const many = Int32Array.from({ length: 2.5 * 2 ** 20 }, (_, at) => at * 7)
    array.extend(many)
    array.advise('hugepage')
    const attached = scope.keep(MmapArray.attach(array.handle()))
    array.advise('hugepage', 5, -5)
    array.set(0, 1)
    attached.append(2)
    array.refresh()
    array.advise('hugepage')
    many[0] = 1
    expect(array.pop()).toBe(2)
    expect(Buffer.compare(array.tobytes(), Buffer.from(many.buffer))).toBe(0)
  })

  test.each([['WILLNEED'], ['free'], ['remove'], [''], [5], [null], [undefined], [{}], [true]])(
    '%j is no advice',
    (hint) => {
      const array = scope.keep(MmapArray.open(scope.file(encode(i, items)), 'i', { flags: 'r+' }))
      const error = thrownBy(() => array.advise(hint))
      expect([TypeError, RangeError]).toContain(error.constructor)
      expect(error.code).toMatch(/^ERR_/)
      expect(array.tolist()).toEqual(items)
    },
  )

  test('flush and flushAsync', async () => {
    for (const flags of ['r+', 'c', 'r']) {
      const array = scope.keep(MmapArray.open(scope.file(encode(i, items)), 'i', { flags }))
      expect(array.flush()).toBe(undefined)
      const promise = array.flushAsync()
      expect(promise).toBeInstanceOf(Promise)
      expect(await promise).toBe(undefined)
      expect(array.tolist()).toEqual(items)
    }
  })

  test('closing does not hurt a flush under way', async () => {
    const array = scope.keep(MmapArray.open(scope.file(encode(i, items)), 'i', { flags: 'r+' }))
    const flushes = Array.from({ length: 20 }, () => array.flushAsync())
    array.append(1)
    array.close()
    expect(await Promise.all(flushes)).toEqual(Array(20).fill(undefined))
  })
})
