// openShm and unlinkShm: the objects Python's multiprocessing.shared_memory opens by name.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { describeWith, expectExit, run } from './support/processes.js'
import { useScope } from './support/scope.js'

const OTHER_NAME = 'named memory is a file that Python knows by no name'

const scope = useScope()
let count = 0

/** A name nobody has, taken away at the end of the test. */
function freshName() {
  const name = `mmap-array-test-${process.pid}-${count++}`
  scope.atEnd(() => fs.rmSync(`/dev/shm/${name}`, { force: true }))
  return name
}

test('a name leads to the same memory, with a slash and without', () => {
  const name = freshName()
  const array = scope.keep(MmapArray.openShm(name, 'q', { flags: 'wx+' }))
  array.extend([1, 2, 3])
  const other = scope.keep(MmapArray.openShm(`/${name}`, BigInt64Array, { flags: 'r+' }))
  other.set(1, 20n)
  expect(array.tolist()).toEqual([1n, 20n, 3n])
  expect(fs.statSync(array.path).mode & 0o777).toBe(0o600)
  expect(fs.statSync(array.path).size).toBe(24)
})

test('flags and lengths are those of open', () => {
  const name = freshName()
  expectError('ENOENT', () => MmapArray.openShm(name, 'i'))
  const array = scope.keep(MmapArray.openShm(name, 'i', { flags: 'a+', length: 4, mode: 0o640 }))
  expect(array.tolist()).toEqual([0, 0, 0, 0])
  expectError('EEXIST', () => MmapArray.openShm(name, 'i', { flags: 'wx+' }))
  expectError('ERR_READ_ONLY', () => scope.keep(MmapArray.openShm(name, 'i')).set(0, 1))
  expectError('ERR_FIXED_LENGTH', () => scope.keep(MmapArray.openShm(name, 'i', { flags: 'r+', length: 2 })).append(1))
})

test('a name that was taken away is free, and those who have the memory keep it', () => {
  const name = freshName()
  const array = scope.keep(MmapArray.openShm(name, 'i', { flags: 'w+' }))
  array.append(5)
  MmapArray.unlinkShm(name)
  expectError('ENOENT', () => MmapArray.unlinkShm(name))
  array.append(6)
  const same = scope.keep(MmapArray.attach(array.handle()))
  expect(same.tolist()).toEqual([5, 6])
})

test.each(['', '/', '//x', 'a/b', '.', '..', 'x'.repeat(256), 'nul\0'])('%j is no name', (name) => {
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.openShm(name, 'i', { flags: 'w+' }))
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.unlinkShm(name))
})

test.each([undefined, null, 5, Buffer.from('x')])('%s is no text', (name) => {
  expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.openShm(name, 'i'))
  expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.unlinkShm(name))
})

describeWith('python3', ['--version'], 'with Python', () => {
  const FORGET = `from multiprocessing import shared_memory, resource_tracker
import sys
def attach(name):
    memory = shared_memory.SharedMemory(name)
    resource_tracker.unregister(memory._name, 'shared_memory')
    return memory
`
  const python = (code, ...args) => run('python3', ['-c', FORGET + code, ...args])

  onLinux(OTHER_NAME, test)('Python opens ours', async () => {
    const name = freshName()
    const array = scope.keep(MmapArray.openShm(name, 'i', { flags: 'w+' }))
    array.extend([1, 2, 3])
    const result = await python(
      `memory = attach(sys.argv[1])
view = memory.buf.cast('i')
print(list(view))
view[0] = 10
view.release()
memory.close()`,
      name,
    )
    expectExit(result)
    expect(result.stdout.trim()).toBe('[1, 2, 3]')
    expect(array.tolist()).toEqual([10, 2, 3])
  })

  onLinux(OTHER_NAME, test)('we open Python’s', async () => {
    const name = freshName()
    const result = await python(
      `memory = shared_memory.SharedMemory(sys.argv[1], create=True, size=16)
resource_tracker.unregister(memory._name, 'shared_memory')
memory.buf.cast('d')[1] = 2.5
import os
os._exit(0)`,
      name,
    )
    expectExit(result)
    const array = scope.keep(MmapArray.openShm(name, 'd', { flags: 'r+' }))
    expect(array.tolist()).toEqual([0, 2.5])
    array.append(3)
    expect(fs.statSync(array.path).size).toBe(24)
  })
})
