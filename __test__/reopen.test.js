// isReplaced and reopen: whether the path of an array leads to another file by now, and the array on that file.
import fs from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { useScope } from './support/scope.js'
import { messageOf, startThread } from './support/threads.js'

const scope = useScope()

const fileOf = (elements, name) => scope.file(new Int32Array(elements), name)

const open = (path, options, type = 'i') => scope.keep(MmapArray.open(path, type, options))

/** Puts a file of other elements in the place of one. */
function exchange(path, elements) {
  fs.writeFileSync(`${path}.new`, new Int32Array(elements))
  fs.renameSync(`${path}.new`, path)
}

const PATHS = [
  ['text', () => fileOf([1, 2], 'a')],
  [
    'bytes that are no text',
    () => {
      const path = Buffer.concat([Buffer.from(`${scope.directory}/`), Buffer.from([0xff])])
      fs.writeFileSync(path, new Int32Array([1, 2]))
      return path
    },
  ],
]

describe('isReplaced', () => {
  test.each(PATHS)('of a path of %s is true once the path leads to another file, or to none', (_, pathOf) => {
    const path = pathOf()
    const array = open(path, { flags: 'r+' })
    array.append(3)
    expect(array.isReplaced).toBe(false)
    const newer = scope.file(new Int32Array([4]))
    fs.renameSync(newer, path)
    expect(array.isReplaced).toBe(true)
    expect(array.reopen().tolist()).toEqual([4])
    fs.rmSync(path)
    expect(array.isReplaced).toBe(true)
    expectError('ENOENT', () => array.reopen())
  })

  test('is false for the same file under another name, and by another link', () => {
    const path = fileOf([1])
    const array = open(path)
    fs.linkSync(path, scope.path('hard'))
    fs.renameSync(scope.path('hard'), path)
    expect(array.isReplaced).toBe(false)
    fs.renameSync(path, scope.path('moved'))
    expect(array.isReplaced).toBe(true)
    fs.symlinkSync('moved', path)
    expect(array.isReplaced).toBe(false)
  })

  test('is true once a symbolic link, of a file or a directory, leads elsewhere', () => {
    for (const name of ['v1', 'v2']) {
      fs.mkdirSync(scope.path(name))
      fileOf([1], `${name}/table`)
    }
    fs.symlinkSync('v1', scope.path('current'))
    const array = open(scope.path('current/table'))
    expect(array.isReplaced).toBe(false)
    fs.rmSync(scope.path('current'))
    fs.symlinkSync('v2', scope.path('current'))
    expect(array.isReplaced).toBe(true)
  })

  test.each([
    ['a circle of links', (path) => (fs.rmSync(path), fs.symlinkSync(basename(path), path))],
    ['a directory', (path) => (fs.rmSync(path), fs.mkdirSync(path))],
  ])('is true for %s', (_, change) => {
    const path = fileOf([1])
    const array = open(path)
    change(path)
    expect(array.isReplaced).toBe(true)
  })

  test('is true if the directory became a file', () => {
    fs.mkdirSync(scope.path('d'))
    const array = open(fileOf([1], 'd/table'))
    fs.renameSync(scope.path('d'), scope.path('other'))
    fs.writeFileSync(scope.path('d'), '')
    expect(array.isReplaced).toBe(true)
  })

  test.skipIf(process.getuid() !== 0)('throws what the system says if it does not tell', () => {
    const array = open(fileOf([1]))
    fs.chmodSync(scope.directory, 0o600)
    process.seteuid(65534)
    try {
      expectError('EACCES', () => array.isReplaced)
    } finally {
      process.seteuid(0)
    }
  })

  test('is false for anonymous memory and descriptors, which have no path', () => {
    const path = fileOf([1])
    const fd = fs.openSync(path)
    const arrays = [new MmapArray('i', [1]), MmapArray.fromFd(fd, 'i')]
    arrays.push(MmapArray.attach(arrays[0].handle()))
    fs.closeSync(fd)
    exchange(path, [2])
    for (const array of arrays) {
      scope.keep(array)
      expect(array.isReplaced).toBe(false)
      expectError('ERR_NO_PATH', () => array.reopen())
    }
  })

  test('keeps to the directory that the array was opened in', () => {
    const before = process.cwd()
    scope.atEnd(() => process.chdir(before))
    process.chdir(scope.directory)
    fileOf([1], 'a')
    const array = open('a')
    process.chdir('/')
    expect([array.path, array.isReplaced, array.reopen().tolist()]).toEqual(['a', false, [1]])
  })

  test('of a closed array is ERR_CLOSED, and of one with a fault works', () => {
    const path = scope.file(Buffer.alloc(100_000))
    const array = open(path)
    const { view } = array
    fs.truncateSync(path, 0)
    expect(view[20_000]).toBe(0)
    expectError('ERR_MEMORY_FAULT', () => array.check())
    expect(array.isReplaced).toBe(false)
    exchange(path, [1])
    expect(array.isReplaced).toBe(true)
    expect(array.reopen().tolist()).toEqual([1])
    array.close()
    expectError('ERR_CLOSED', () => array.isReplaced)
    const memory = new MmapArray('i')
    memory.close()
    expectError('ERR_CLOSED', () => memory.isReplaced)
    expect(scope.keep(array.reopen()).tolist()).toEqual([1])
  })
})

describe('reopen', () => {
  test('gives the new file, and leaves the array and its views as they are', () => {
    const path = fileOf([1, 2])
    const array = open(path)
    const { view } = array
    exchange(path, [3, 4, 5])
    const newer = scope.keep(array.reopen())
    expect([newer.tolist(), newer.isReplaced, newer.path]).toEqual([[3, 4, 5], false, path])
    expect([array.tolist(), [...view], array.isReplaced]).toEqual([[1, 2], [1, 2], true])
    array.close()
    expect(newer.sum()).toBe(12)
  })

  test('of an array that was not replaced gives another one on the same file', () => {
    const array = open(fileOf([1, 2]), { flags: 'r+' })
    const other = scope.keep(array.reopen())
    array.set(0, 9)
    expect([other === array, other.get(0)]).toEqual([false, 9])
  })

  test.each([
    ['r', 'r'],
    ['r+', 'r+'],
    ['c', 'c'],
    ['a+', 'a+'],
    ['w+', 'r+'],
    ['wx+', 'r+'],
  ])('of an array that was opened with %s opens with %s', (flags, expected) => {
    const path = flags === 'wx+' ? scope.path() : fileOf([1])
    const array = open(path, { flags })
    exchange(path, [5, 6])
    const newer = scope.keep(array.reopen())
    expect([newer.flags, newer.tolist()]).toEqual([expected, [5, 6]])
    expect(scope.keep(newer.reopen()).flags).toBe(expected)
  })

  test('keeps the offset, the length and what tail says', () => {
    const path = fileOf([1, 2, 3, 4])
    const array = open(path, { flags: 'r+', offset: 4, length: 2 })
    exchange(path, [5, 6, 7, 8])
    expect(scope.keep(array.reopen()).tolist()).toEqual([6, 7])
    exchange(path, [5])
    expectError('ERR_OUT_OF_RANGE', () => array.reopen())
    const cutting = open(scope.file(Buffer.alloc(9)), { flags: 'r+', tail: 'cut' })
    const again = scope.keep(cutting.reopen())
    again.append(1)
    expect(again.length).toBe(3)
  })

  test('leaves out the length that the array gave its file, which the new file need not have', () => {
    const path = scope.path()
    for (const size of [{ length: 2 }, { shape: [1, 2] }]) {
      const array = open(path, { flags: 'w+', ...size })
      exchange(path, [5, 6, 7, 8])
      const newer = scope.keep(array.reopen())
      expect([newer.tolist(), newer.shape.length]).toEqual([[5, 6, 7, 8], array.shape.length])
      newer.extend([9, 10])
      expect(newer.length).toBe(6)
    }
  })

  test('keeps the type and the format: a .npy file of another type is refused', () => {
    const path = scope.path('table.npy')
    const made = open(path, { flags: 'w+' }, { at: 'd' })
    made.append({ at: 1 })
    const reader = scope.keep(MmapArray.open(path))
    expect(scope.keep(reader.reopen()).tolist()).toEqual([{ at: 1 }])
    const other = open(scope.path('other.npy'), { flags: 'w+' }, 'i')
    fs.renameSync(other.path, path)
    expectError('ERR_TYPE_MISMATCH', () => reader.reopen())
    const named = scope.path('named')
    const array = open(named, { flags: 'w+', format: 'npy' }, 'd')
    expect(scope.keep(array.reopen()).format).toBe('npy')
  })

  test('of an array of a subclass gives one of it, and of a typed class one of MmapArray', () => {
    class Table extends MmapArray {}
    const array = scope.keep(Table.open(fileOf([1]), 'i'))
    expect(scope.keep(array.reopen())).toBeInstanceOf(Table)
    expect(scope.keep(open(fileOf([1])).reopen()).constructor).toBe(MmapArray)
  })

  onLinux('named memory has a path', test)('of named memory gives what the name leads to', () => {
    const name = `mmap-array-reopen-${process.pid}`
    scope.atEnd(() => fs.rmSync(`/dev/shm/${name}`, { force: true }))
    const array = scope.keep(MmapArray.openShm(name, 'i', { flags: 'wx+' }))
    expect(array.isReplaced).toBe(false)
    MmapArray.unlinkShm(name)
    expect(array.isReplaced).toBe(true)
    const newer = scope.keep(MmapArray.openShm(name, 'i', { flags: 'wx+' }))
    newer.append(5)
    expect(scope.keep(array.reopen()).tolist()).toEqual([5])
    exchange(`/dev/shm/${name}`, [6])
    expect(scope.keep(MmapArray.attach(newer.handle())).isReplaced).toBe(true)
  })

  test.each([
    ['raw', 'table', { offset: 4 }],
    ['npy', 'table.npy', {}],
  ])('of an array that another thread attached works as the owner’s: %s', async (_, name, options) => {
    const path = scope.path(name)
    const owner = open(path, { flags: 'w+', length: 2, ...options })
    owner.set(1, 7)
    const worker = startThread(
      `const array = MmapArray.attach(workerData)
       post([array.isReplaced, array.reopen().tolist(), array.reopen().flags])
       await received()
       post([array.isReplaced, array.reopen().tolist()])`,
      owner.handle(),
    )
    scope.atEnd(() => worker.terminate())
    expect(await messageOf(worker)).toEqual([false, [0, 7], 'r+'])
    await MmapArray.replace(path, 'i', (next) => next.extend([8, 9]))
    worker.postMessage('replaced')
    expect(await messageOf(worker)).toEqual([true, options.offset ? [9] : [8, 9]])
  })
})
