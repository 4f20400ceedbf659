// sort against JavaScript's own: every typecode and storage, lengths around those where another code of the core begins.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, encode, ofKind, typed, untyped } from './support/typecodes.js'

const scope = useScope()

/** Random bits as elements: for floats all there are, NaNs and zeros of both signs among them. */
function scrambled(type, length) {
  const bits = new Uint32Array(Math.ceil((length * type.itemsize) / 4))
  let state = 12345 + length
  for (let n = 0; n < bits.length; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bits[n] = ((state ^ (state >>> 13)) >>> 0) % (type.kind === 'character' && type.itemsize === 4 ? 0x110000 : 2 ** 32)
  }
  const view = new type.View(bits.buffer, 0, length)
  // A view of halves may be one of bits.
  return { view, items: untyped(type, view) }
}

const rising = (a, b) => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  if (a === b) return Object.is(a, -0) ? (Object.is(b, -0) ? 0 : -1) : Object.is(b, -0) ? 1 : 0
  return a < b ? -1 : 1
}
const byCodePoint = (a, b) => a.codePointAt(0) - b.codePointAt(0)
const sorted = (type, items) => items.toSorted(type.kind === 'character' ? byCodePoint : rising)

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  test.each(TYPECODES)('typecode $code', (type) => {
    const { items } = scrambled(type, 700)
    const array = make(type, items, scope)
    expect(array.sort()).toBe(array)
    const expected = sorted(type, items)
    expect(array.tolist()).toEqual(expected)
    if (onDisk) expect(onDisk(array).subarray(0, 700 * type.itemsize)).toEqual(encode(type, expected))
  })
})

describe.each(TYPECODES)('typecode $code', (type) => {
  test.each([0, 1, 2, 3, 15, 16, 17, 127, 128, 129, 255, 256, 257, 511, 1025, 4097, 66_000])(
    '%i elements',
    (length) => {
      const { view, items } = scrambled(type, length)
      const array = scope.keep(new MmapArray(type.code, view))
      array.sort()
      const expected = typed(type, sorted(type, items))
      const bytes = Buffer.from(array.tobytes())
      // Where others may have the elements, a copy is sorted instead of the elements in place.
      const shared = scope.keep(new MmapArray(type.code, view))
      shared.handle()
      expect(bytes.equals(shared.sort().tobytes())).toBe(true)
      if (type.kind === 'float') {
        // NaNs keep their payload, so that not all bits are known.
        const numbers = items.filter((item) => !Number.isNaN(item)).length * type.itemsize
        expect(bytes.subarray(0, numbers).equals(Buffer.from(expected.buffer, 0, numbers))).toBe(true)
        expect(array.slice(numbers / type.itemsize).length).toBe(length - numbers / type.itemsize)
        for (let at = numbers / type.itemsize; at < length; at++)
          if (!Number.isNaN(array.get(at))) expect.fail(`at ${at}`)
      } else {
        expect(bytes.equals(Buffer.from(expected.buffer))).toBe(true)
      }
    },
  )

  test('what is sorted, falls or is all the same', () => {
    const ordered = sorted(type, scrambled(type, 3000).items)
    for (const items of [ordered, ordered.toReversed(), Array(3000).fill(ordered[7])]) {
      const array = scope.keep(new MmapArray(type.code, typed(type, items)))
      expect(array.sort().tolist()).toEqual(sorted(type, items))
      expect(array.sort().tolist()).toEqual(sorted(type, items))
    }
  })
})

test.each(ofKind('float'))('-0 comes before 0, NaN last, typecode $code', ({ code }) => {
  const array = scope.keep(new MmapArray(code, [NaN, 0, Infinity, -0, 0, -Infinity, -0, -NaN, 1]))
  expect(array.sort().tolist()).toEqual([-Infinity, -0, -0, 0, 0, 1, Infinity, NaN, NaN])
})

test('a read-only array is not sorted, a private copy of the file is', () => {
  const file = scope.file(Buffer.from([3, 1, 2]))
  const reader = scope.keep(MmapArray.open(file, 'B'))
  expectError('ERR_READ_ONLY', () => reader.sort())
  expect(reader.tolist()).toEqual([3, 1, 2])
  const copy = scope.keep(MmapArray.open(file, 'B', { flags: 'c' }))
  expect(copy.sort().tolist()).toEqual([1, 2, 3])
  expect(reader.tolist()).toEqual([3, 1, 2])
})

test('a window of fixed length sorts its own elements only', () => {
  const file = scope.file(Buffer.from([9, 5, 7, 1, 3]))
  const part = scope.keep(MmapArray.open(file, 'B', { flags: 'r+', offset: 1, length: 3 }))
  part.sort()
  expect(scope.keep(MmapArray.open(file, 'B')).tolist()).toEqual([9, 1, 5, 7, 3])
})

test('a closed array is not sorted', () => {
  const array = new MmapArray('i', [2, 1])
  array.close()
  expectError('ERR_CLOSED', () => array.sort())
})

/** Without these instructions elements are not moved about in place. */
const hasVectors = () => / avx512vl /.test(fs.readFileSync('/proc/cpuinfo', 'latin1'))

test.runIf(hasVectors()).each([
  ['what nobody else has takes no memory', '', (bytes, size) => bytes < size / 8],
  ['what others have takes a copy', 'array.handle()', (bytes, size) => bytes > size / 2],
])('%s', async (_, share, isRight) => {
  const length = 4e6
  const result = await runNode(
    `const array = new MmapArray('d', [], { capacity: ${length} })
    for (let n = 0; n < ${length}; n++) array.append(Math.random())
    ${share}
    array.sum() // Its pages are there now.
    const peak = () => process.resourceUsage().maxRSS * 1024
    const before = peak()
    array.sort()
    console.log(peak() - before)
    const { view } = array
    for (let n = 1; n < view.length; n++) if (view[n - 1] > view[n]) throw new Error('at ' + n)`,
  )
  expectExit(result)
  expect(Number(result.stdout)).toSatisfy((bytes) => isRight(bytes, length * 8))
})

test('where there is no memory for a copy nothing is changed', async () => {
  // A sparse file: its pages are not there until they are written.
  const result = await runNode(
    `import os from 'node:os'
    const length = Math.ceil(os.totalmem() / 4) * 2
    const array = MmapArray.open(process.argv[1], 'i', { flags: 'w+' })
    fs.truncateSync(process.argv[1], length * 4)
    array.refresh()
    array.set(0, 1)
    try {
      array.sort()
    } catch (error) {
      console.log(error.code, array.get(0), array.length === length)
    }`,
    { args: [scope.path('sparse')] },
  )
  expectExit(result)
  expect(result.stdout).toBe('ENOMEM 1 true\n')
})
