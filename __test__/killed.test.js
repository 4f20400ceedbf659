// Processes killed at a random moment in the middle of writing: what docs/durability.md says is left of their files. A plain
// read looks at them. MMAP_ARRAY_KILLS=… asks for more kills of each writer.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { leftIn, runUntilKilled } from './support/writers.js'

const KILLS = Number(process.env.MMAP_ARRAY_KILLS ?? 4)
const LONGEST = 30

/** The first position at which numbers are not as they should be. */
const firstWrong = (numbers, isRight) => numbers.findIndex((number, at) => !isRight(number, at))

/** 1, 2, 3 and so on, to what was acknowledged and at most so many more. */
function expectPrefix({ size, numbers, acknowledged }, underWay) {
  expect(size % 8).toBe(0)
  expect(firstWrong(numbers, (number, at) => number === at + 1)).toBe(-1)
  expect(numbers.length).toBeGreaterThanOrEqual(acknowledged)
  expect(numbers.length).toBeLessThanOrEqual(acknowledged + underWay)
}

const HELD = 50_000

/** [what it does, the writer, what is left]. A writer's n-th call is acknowledged when it has returned. */
const WRITERS = [
  [
    'append: all elements whose call returned, and at most the one under way',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    started()
    for (let n = 1; ; n++) { array.append(element(n)); acknowledge(n) }`,
    (left) => expectPrefix(left, 1),
  ],
  [
    'extend: of the call under way a whole number of elements, from its first on',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    const parts = Array.from({ length: 10 }, (_, n) => elements(50_000 * n + 1, 50_000 * (n + 1)))
    started()
    for (;;) {
      acknowledge(0)
      array.clear()
      for (const part of parts) { array.extend(part); acknowledge(array.length) }
    }`,
    // Whatever happens between clear() and the end of the last extend() is under way.
    (left) => expectPrefix(left, 500_000),
  ],
  [
    'append to a reserved file: every element whose call returned, and zeros behind them',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+', capacity: 1000 })
    started()
    for (let n = 1; ; n++) {
      array.append(element(n))
      if (n % 16 === 0) acknowledge(n)
    }`,
    ({ size, numbers, acknowledged }) => {
      expect(size % 8).toBe(0)
      const zeros = numbers.indexOf(0)
      const data = zeros < 0 ? numbers : numbers.slice(0, zeros)
      expect(firstWrong(data, (number, at) => number === at + 1)).toBe(-1)
      expect(data.length).toBeGreaterThanOrEqual(acknowledged)
      expect(firstWrong(numbers.slice(data.length), (number) => number === 0)).toBe(-1)
      // It grows by half.
      expect(numbers.length).toBeLessThanOrEqual(Math.max(1000, 1.5 * (data.length + 1)))
    },
  ],
  [
    'insert: whole elements, each the old or the new one of its place',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    array.extend(elements(1, ${HELD}).reverse())
    started()
    for (let n = 1; ; n++) { array.insert(0, element(${HELD} + n)); acknowledge(n) }`,
    ({ size, numbers, acknowledged }) => {
      const { length } = numbers
      expect(size % 8).toBe(0)
      expect([acknowledged, acknowledged + 1]).toContain(length - HELD)
      const isWhole = length - HELD === acknowledged
      const isRight = (number, at) => number === length - at || (!isWhole && number === length - 1 - at)
      expect(firstWrong(numbers, isRight)).toBe(-1)
      expect(numbers.at(-1)).toBe(1)
    },
  ],
  [
    'pop: whole elements, each the old or the new one of its place',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    array.extend(elements(1, ${HELD}))
    started()
    for (let n = 1; n < ${HELD}; n++) { array.pop(0); acknowledge(n) }`,
    ({ size, numbers, acknowledged }) => {
      const gone = HELD - numbers.length
      expect(size % 8).toBe(0)
      expect([acknowledged, acknowledged + 1]).toContain(gone)
      const isRight = (number, at) => number === gone + 1 + at || (gone === acknowledged && number === gone + 2 + at)
      expect(firstWrong(numbers, isRight)).toBe(-1)
      expect(numbers.at(-1)).toBe(HELD)
    },
  ],
  [
    'setSlice of the same size: whole elements, each the old or the new one',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    const [one, two] = [elements(1, ${HELD}), elements(${HELD} + 1, ${2 * HELD})]
    array.extend(one)
    started()
    for (;;) { array.setSlice(two); array.setSlice(one) }`,
    ({ size, numbers }) => {
      expect(size).toBe(8 * HELD)
      expect(firstWrong(numbers, (number, at) => number === at + 1 || number === HELD + at + 1)).toBe(-1)
    },
  ],
  [
    'sort and reverse: whole elements, each the old or the new one of its place',
    `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
    array.extend(elements(1, ${HELD}))
    started()
    for (;;) { array.reverse(); array.sort(); array.reverse(); array.reverse() }`,
    ({ size, numbers }) => {
      expect(size).toBe(8 * HELD)
      expect(firstWrong(numbers, (number, at) => number === at + 1 || number === HELD - at)).toBe(-1)
    },
  ],
]

describe.each([
  ['a file', KILLS, (scope) => scope.path()],
  ['/dev/shm', KILLS / 2, (scope) => inMemory(scope)],
])('killed at a random moment, in %s', (_, kills, place) => {
  const scope = useScope()

  test.each(WRITERS)('%s', { timeout: 120_000 + 5_000 * KILLS }, async (_, body, expectLeft) => {
    for (let n = 0; n < kills; n += 2) {
      const [one, other] = [Math.random() * LONGEST, Math.random() * LONGEST]
      const kill = (delay) => runUntilKilled(scope, body, { delay, path: place(scope) })
      for (const left of await Promise.all([kill(one), kill(other)])) {
        expect({ code: left.code, signal: left.signal }).toEqual({ code: null, signal: 'SIGKILL' })
        expectLeft(left)
      }
    }
  })
})

let names = 0
function inMemory(scope) {
  const path = `/dev/shm/mmap-array-test-${process.pid}-${names++}`
  scope.atEnd(() => fs.rmSync(path, { force: true }))
  return path
}

// Everything that ends a process but a normal end is a kill: nothing of ours runs.
describe('a process ends so that nothing of it runs any more', () => {
  const scope = useScope()
  const ends = [
    ['SIGTERM, which nothing handles', "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)", 'SIGTERM'],
    ['SIGINT, which nothing handles', "process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000)", 'SIGINT'],
    ['process.abort()', 'process.abort()', 'SIGABRT'],
  ]
  const open = (options) => `
    const element = (n) => (BigInt(~n >>> 0) << 32n) | BigInt(n)
    const array = MmapArray.open(process.argv[1], 'Q', { flags: 'w+'${options} })
    for (let n = 1; n <= 7; n++) array.append(element(n))
    // What was taken away does not come back.
    array.pop()
    array.deleteSlice(5)
    `

  test.each(ends)('%s: an exact file is its elements, a reserved one keeps its zeros', async (_, end, signal) => {
    for (const [options, room] of [
      ['', 0],
      [', capacity: 1000', 995],
    ]) {
      const path = scope.path()
      const result = await runNode(open(options) + end, { args: [path] })
      expect({ code: result.code, signal: result.signal }).toEqual({ code: null, signal })
      expect(leftIn(path).numbers).toEqual([1, 2, 3, 4, 5, ...Array(room).fill(0)])
    }
  })

  test.skipIf(!process.execve)('process.execve: the same, for the program that was', async () => {
    const path = scope.path()
    const end = "process.execve('/bin/true', ['true'], {})"
    const result = await runNode(open(', capacity: 1000') + end, { args: [path] })
    expect({ code: result.code, signal: result.signal }, result.stderr).toEqual({ code: 0, signal: null })
    expect(leftIn(path).numbers).toEqual([1, 2, 3, 4, 5, ...Array(995).fill(0)])
  })
})
