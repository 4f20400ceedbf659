// Every member of the class in every state an array can be in: a value or an error with a code, never a crash, and where
// it fails the array and its file are as they were. The table is support/members.js, the rules are support/misuse.js.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { ROWS, memberNames } from './support/members.js'
import { STATES, detach, expectation, run } from './support/misuse.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

test('every member has a row, and every row a member', () => {
  const rows = new Set(ROWS.map(({ member }) => String(member)))
  expect([...rows].toSorted()).toEqual([...memberNames()].map(String).toSorted())
})

describe.each(STATES)('%s', (state) => {
  test.each(ROWS)('$name', async (row) => {
    expect(await run(state, row, scope.directory)).toEqual(expectation(state, row))
  })
})

test('a process that went through all of it is still there', async () => {
  const result = await runNode(
    `const { runAll } = await import(${JSON.stringify(new URL('support/misuse.js', import.meta.url).href)})
     const { cells, wrong } = await runAll(process.argv[1])
     global.gc()
     console.log(JSON.stringify({ cells, wrong }))`,
    { args: [scope.directory], nodeOptions: ['--expose-gc'], timeout: 100_000 },
  )
  expectExit(result)
  expect(JSON.parse(result.stdout)).toEqual({ cells: ROWS.length * STATES.length, wrong: [] })
})

// Memory that was an array's, and was taken away before it is handed to another one.
const TAKEN = {
  'by close': (array) => array.close(),
  'by a cut': (array) => array.clear(),
  'by a transfer': (_, { buffer }) => detach(buffer),
}
const TAKERS = {
  extend: [(array, view) => array.extend(view), 'ERR_INVALID_ARG_TYPE'],
  frombytes: [(array, view) => array.frombytes(view), 'ERR_INVALID_ARG_TYPE'],
  'frombytes of a buffer': [(array, { buffer }) => array.frombytes(buffer), 'ERR_INVALID_ARG_TYPE'],
  setSlice: [(array, view) => array.setSlice(view, 0, 2), 'ERR_INVALID_ARG_TYPE'],
  concat: [(array, view) => array.concat(view), 'ERR_INVALID_ARG_TYPE'],
  constructor: [(_, view) => new MmapArray('i', view), 'ERR_INVALID_ARG_TYPE'],
  'constructor of another type': [(_, view) => new MmapArray('d', view), 'ERR_INVALID_ARG_TYPE'],
  equals: [(array, view) => array.equals(view), false],
  compare: [(array, view) => array.compare(view), 1],
}

describe.each(Object.keys(TAKEN))('a view that was taken away %s', (how) => {
  test.each(Object.keys(TAKERS))('and is given to %s', (name) => {
    const owner = scope.keep(new MmapArray('i', [5, 6]))
    owner.handle()
    const { view } = owner
    const array = scope.keep(new MmapArray('i', [3, 1, 2]))
    TAKEN[how](owner, view)
    expect(view.length).toBe(0)
    const [call, outcome] = TAKERS[name]
    if (typeof outcome === 'string') expectError(outcome, () => call(array, view), name)
    else expect(call(array, view)).toBe(outcome)
    expect(array.tolist()).toEqual([3, 1, 2])
  })
})
