// Anonymous arrays: memory of nobody's file, that can be handed on.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { PORTABLE } from './support/linux.js'
import { useScope } from './support/scope.js'
import { TYPECODES, elements, encode } from './support/typecodes.js'
import { expectExit, runNode } from './support/processes.js'

describe.each(TYPECODES)('typecode $code', (type) => {
  const scope = useScope()
  const items = elements(type, 9)

  test('has no path, and memory of its own', () => {
    const array = scope.keep(new MmapArray(type.code, items))
    const other = scope.keep(new MmapArray(type.code, items))
    expect(array.path).toBe(null)
    array.set(0, items[1])
    expect(other.tolist()).toEqual(items)
  })

  test('its descriptor is a file of exactly its bytes', () => {
    const array = scope.keep(new MmapArray(type.code, items, { capacity: 1000 }))
    const { fd } = array
    expect(fs.readlinkSync(`/proc/self/fd/${fd}`)).toContain(PORTABLE ? 'mmap-array-memory' : 'memfd')
    expect(fs.fstatSync(fd).size).toBe(9 * type.itemsize)
    const bytes = Buffer.alloc(9 * type.itemsize)
    fs.readSync(fd, bytes, 0, bytes.length, 0)
    expect(bytes).toEqual(encode(type, items))
    array.append(items[2])
    expect(fs.fstatSync(fd).size).toBe(10 * type.itemsize)
    array.clear()
    expect(fs.fstatSync(fd).size).toBe(0)
    expect(array.fd).toBe(fd)
  })
})

describe('anonymous arrays', () => {
  const scope = useScope()

  test('do nothing where there is no file', async () => {
    const array = scope.keep(new MmapArray('i', [1, 2], { capacity: 100 }))
    expect(array.refresh()).toBe(2)
    array.flush()
    await array.flushAsync()
    array.trim()
    array.advise('willneed')
    expect(array.tolist()).toEqual([1, 2])
    array.append(3)
    expect(array.refresh()).toBe(3)
  })

  test('are zero where nothing was written', () => {
    const array = scope.keep(new MmapArray('q', new ArrayBuffer(80000)))
    expect(array.length).toBe(10000)
    expect(array.count(0n)).toBe(10000)
  })

  test('the descriptor is not inherited', async () => {
    const result = await runNode(`
      import { spawnSync } from 'node:child_process'
      const array = new MmapArray('i', [1, 2, 3])
      const file = '/proc/self/fd/' + array.fd
      console.log(spawnSync('sh', ['-c', 'readlink ' + file + ' || true'], { encoding: 'utf8' }).stdout.includes('memfd'))`)
    expectExit(result)
    expect(result.stdout).toBe('false\n')
  })

  test('many at once', () => {
    const arrays = Array.from({ length: 500 }, (_, n) => scope.keep(new MmapArray('I', [n])))
    arrays.forEach((array) => array.append(7))
    expect(arrays.every((array, n) => array.get(0) === n && array.get(1) === 7)).toBe(true)
  })
})
