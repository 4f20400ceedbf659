// An array asked to read from, or write to, the very file it lives in. What broke: tofile emptied the file before it
// wrote it, so nothing was left to write; fromfile read what it had itself appended, until the disk was full.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const ELEMENTS = 300_000 // more than one read takes

function ownFile(options) {
  const path = scope.path()
  const array = scope.keep(MmapArray.open(path, 'i', { flags: 'w+', ...options }))
  array.extend(Int32Array.from({ length: ELEMENTS }, (_, index) => index))
  return array
}

describe('tofile', () => {
  test('leaves the file as it is, which is what was asked for', () => {
    const array = ownFile()
    array.tofile(array.path)
    expect(array.length).toBe(ELEMENTS)
    expect(fs.readFileSync(array.path).equals(array.tobytes())).toBe(true)
  })

  test('by another name of the same file, too', () => {
    const array = ownFile()
    const other = scope.path()
    fs.linkSync(array.path, other)
    array.tofile(other)
    expect(array.get(-1)).toBe(ELEMENTS - 1)
    expect(fs.statSync(other).size).toBe(ELEMENTS * 4)
  })

  test('refuses where the file holds more than the array, and touches nothing', () => {
    const array = ownFile()
    const window = scope.keep(MmapArray.open(array.path, 'i', { flags: 'r+', offset: 8, length: 10 }))
    expectError('EBUSY', () => window.tofile(array.path))
    expect(fs.statSync(array.path).size).toBe(ELEMENTS * 4)
  })

  // What broke: a header was written over, and elements that were still to be written were.
  test('by a descriptor it is refused among the elements and in a header, and touches nothing', async () => {
    const array = ownFile()
    const counted = scope.keep(MmapArray.open(scope.path('counted.npy'), 'i', { flags: 'w+' }))
    counted.extend([1, 2, 3])
    for (const [own, position] of [
      [array, 4],
      [array, 4 * ELEMENTS - 1],
      [counted, 0],
      [counted, 127],
      [counted, 132],
    ]) {
      const before = fs.readFileSync(own.path)
      const fd = fs.openSync(own.path, 'r+')
      fs.readSync(fd, Buffer.alloc(position), 0, position)
      expectError('EBUSY', () => own.tofile(fd))
      await expect(own.tofileAsync(fd)).rejects.toMatchObject({ code: 'EBUSY' })
      fs.closeSync(fd)
      expect(fs.readFileSync(own.path).equals(before)).toBe(true)
    }
  })

  test('by a descriptor it writes to their own place, and behind them', () => {
    const array = ownFile()
    const before = array.tobytes()
    const fd = fs.openSync(array.path, 'r+')
    array.tofile(fd)
    expect(fs.readFileSync(array.path).equals(before)).toBe(true)
    array.tofile(fd)
    fs.closeSync(fd)
    const appending = fs.openSync(array.path, 'a')
    array.tofile(appending)
    fs.closeSync(appending)
    expect(fs.readFileSync(array.path).equals(Buffer.concat([before, before, before]))).toBe(true)
  })

  test('a file that is another one is emptied first', () => {
    const array = scope.keep(new MmapArray('B', [1, 2]))
    const path = scope.file(Buffer.alloc(100))
    array.tofile(path)
    expect([...fs.readFileSync(path)]).toEqual([1, 2])
  })
})

describe('fromfile', () => {
  test('takes what was there when it began, once', () => {
    const array = ownFile()
    expectError('ERR_UNEXPECTED_EOF', () => array.fromfile(array.path, 10 * ELEMENTS))
    expect(array.length).toBe(2 * ELEMENTS)
    expect(array.get(ELEMENTS)).toBe(0)
    expect(array.get(-1)).toBe(ELEMENTS - 1)
  })

  test('as many as were asked for, where there are so many', () => {
    const array = ownFile()
    array.fromfile(array.path, 5)
    expect(array.slice(-5)).toEqual(Int32Array.of(0, 1, 2, 3, 4))
  })
})
