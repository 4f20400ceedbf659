// What was written to a copy-on-write array and is gone. What broke: others cut the file and made it long again, the kernel
// dropped the array's own pages with those of the file, and every method went on as if nothing had been written.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { useScope } from './support/scope.js'
import { ended, messageOf, startThread } from './support/threads.js'

const scope = useScope()
const LENGTH = 5000
const ones = () => new Int32Array(LENGTH).fill(1)

const open = () => {
  const path = scope.file(ones())
  const array = scope.keep(MmapArray.open(path, 'i', { flags: 'c' }))
  return { path, array }
}

const LOSSES = '/proc tells whether pages are still the array’s own'

/** As `fs.writeFileSync` and NumPy's `tofile` do it: the file is emptied, then written. */
const rewrite = (path) => fs.writeFileSync(path, new Int32Array(LENGTH).fill(2))

describe.each([
  ['set', (array) => array.set(0, 9)],
  ['set in a loop', (array) => array.tolist().forEach((_, index) => array.set(index, 9))],
  ['an index', (array) => (array[0] = 9)],
  ['fill', (array) => array.fill(9)],
  ['sort', (array) => array.sort()],
  ['setSlice', (array) => array.setSlice(Int32Array.of(9), 0, 1)],
  ['a store in view', (array) => (array.view[0] = 9)],
  ['a store in a subarray', (array) => (array.subarray(0, 1)[0] = 9)],
])('what %s wrote', (name, write) => {
  onLinux(LOSSES, test)('is a fault after others rewrote the file, until refresh', () => {
    const { path, array } = open()
    write(array)
    array.sum()
    rewrite(path)
    expectError('ERR_MEMORY_FAULT', () => array.sum())
    expectError('ERR_MEMORY_FAULT', () => array.fill(3))
    // Once it is known, single elements and iteration tell too.
    for (const call of [
      () => array.get(0),
      () => array.at(1),
      () => array.set(0, 1),
      () => [...array],
      () => array.tolist(),
    ]) {
      expectError('ERR_MEMORY_FAULT', call)
    }
    expect(array.refresh()).toBe(LENGTH)
    expect(array.sum()).toBe(2 * LENGTH)
    write(array)
    rewrite(path)
    expectError('ERR_MEMORY_FAULT', () => array.sum())
  })

  test('stays through writes and appends by others', () => {
    const { path, array } = open()
    write(array)
    const before = array.sum()
    const other = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    other.set(-1, 7)
    other.extend(new Int32Array(LENGTH).fill(7))
    other.pop()
    expect(() => array.sum()).not.toThrow()
    expect(array.get(0)).toBe(name === 'sort' ? 1 : 9)
    expect(array.refresh()).toBe(LENGTH)
    if (name === 'fill') expect(array.sum()).toBe(before)
  })
})

// What broke: only calls on the whole array in the core told.
onLinux(LOSSES, test).each([
  ['tolist', (array) => array.tolist()],
  ['for of', (array) => [...array]],
  ['entries', (array) => [...array.entries()]],
  ['toJSON', (array) => JSON.stringify(array)],
  ['toString', (array) => String(array)],
  ['equals', (array) => array.equals([1, 2])],
  ['a copy of another type', (array) => new MmapArray('d', array)],
])('%s tells first that what was written is lost', (_, call) => {
  const { path, array } = open()
  for (let i = 0; i < 40; i++) array.set(i, array.get(i))
  rewrite(path)
  expectError('ERR_MEMORY_FAULT', () => call(array))
  array.refresh()
  call(array)
})

onLinux(LOSSES, test)('what this package cuts and appends again is a loss too', () => {
  const { path, array } = open()
  array.fill(9)
  const other = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
  other.deleteSlice(2000)
  other.extend(new Int32Array(3000).fill(7))
  expectError('ERR_MEMORY_FAULT', () => array.sum())
})

test('an array that nobody wrote to has nothing to lose', () => {
  const { path, array } = open()
  expect(array.sum()).toBe(LENGTH)
  expect(array.get(0)).toBe(1)
  rewrite(path)
  expect(array.sum()).toBe(2 * LENGTH)
})

onLinux(LOSSES, test)('a fault of one thread is known to the other', async () => {
  const { path, array } = open()
  const handle = array.handle()
  const worker = startThread(`const array = MmapArray.attach(workerData); array.fill(9); post(array.sum())`, handle)
  expect(await messageOf(worker)).toBe(9 * LENGTH)
  await ended(worker)
  expect(array.get(0)).toBe(9)
  rewrite(path)
  expectError('ERR_MEMORY_FAULT', () => array.sum())
})
