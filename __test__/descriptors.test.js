// fd and fromFd: an array handed on as a descriptor.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { describeWith, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const numbers = () => scope.keep(new MmapArray('i', [1, 2, 3]))

/** Runs a program that has the array as descriptor 3. */
async function withDescriptor(array, command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit', array.fd] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const [code, signal] = await once(child, 'close')
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  return output
}

test('reading fd makes the array exact', () => {
  const array = numbers()
  expect(array.capacity).toBeGreaterThan(3)
  expect(fs.fstatSync(array.fd).size).toBe(12)
  expect(array.capacity).toBe(3)
})

test('the descriptor is duplicated, and the caller keeps its own', () => {
  const array = numbers()
  const descriptor = fs.openSync(`/proc/self/fd/${array.fd}`, 'r+')
  const other = MmapArray.fromFd(descriptor, 'i', { flags: 'r+' })
  other.append(4)
  expect(array.refresh()).toBe(4)
  expect(other.path).toBe(null)
  other.close()
  expect(fs.fstatSync(descriptor).size).toBe(16)
  fs.closeSync(descriptor)
})

test('a child of ours takes it from stdio', async () => {
  const array = numbers()
  const body = `const array = MmapArray.fromFd(3, 'i', { flags: 'r+' })
    array.set(0, 10)
    array.append(4)
    console.log(String(array))`
  const output = await withDescriptor(array, process.execPath, ['--input-type=module', '-e', script(body)])
  expect(output).toBe("MmapArray('i', [10, 2, 3, 4])\n")
  expect(array.refresh()).toBe(4)
  expect(array.get(0)).toBe(10)
})

describeWith('python3', ['--version'], 'with Python', () => {
  test('a Python child takes it from stdio', async () => {
    const array = numbers()
    const code = `import mmap, os
view = memoryview(mmap.mmap(3, 0)).cast('i')
print(list(view))
view[1] = 20`
    expect(await withDescriptor(array, 'python3', ['-c', code])).toBe('[1, 2, 3]\n')
    expect(array.get(1)).toBe(20)
  })
})

test('what cannot be an array is refused', () => {
  const path = scope.file(Buffer.alloc(8))
  const readOnly = fs.openSync(path, 'r')
  const writeOnly = fs.openSync(path, 'a')
  const directory = fs.openSync(scope.directory, 'r')
  expectError('EACCES', () => MmapArray.fromFd(readOnly, 'i', { flags: 'r+' }))
  expectError('EACCES', () => MmapArray.fromFd(writeOnly, 'i'))
  expectError('EISDIR', () => MmapArray.fromFd(directory, 'i'))
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.fromFd(readOnly, 'i', { flags: 'wx+' }))
  expect(scope.keep(MmapArray.fromFd(readOnly, 'i')).tolist()).toEqual([0, 0])
  for (const descriptor of [readOnly, writeOnly, directory]) fs.closeSync(descriptor)
  expectError('EBADF', () => MmapArray.fromFd(999_999, 'i'))
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.fromFd(-1, 'i'))
  for (const wrong of [undefined, null, '3', 1.5, {}]) {
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.fromFd(wrong, 'i'))
  }
})

test('a closed array has none', () => {
  const array = numbers()
  array.close()
  expect(array.fd).toBe(-1)
})
