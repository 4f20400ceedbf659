// Errors that users meet are in index.d.ts: what calls throw in each state is compared with what the declaration names.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { readDeclarations } from './support/declarations.js'
import { PAGE } from './support/pages.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const declarations = readDeclarations()
const described = (name) => declarations.find((entry) => entry.of === 'MmapArray' && entry.name === name)

/** An array in a file of two pages. */
const open = (options) => scope.keep(MmapArray.open(scope.file(Buffer.alloc(2 * PAGE)), 'i', options))

const STATES = {
  closed() {
    const array = open({ flags: 'r+' })
    array.close()
    return array
  },
  'read-only': () => open({ flags: 'r' }),
  'copy-on-write': () => open({ flags: 'c' }),
  'of fixed length': () => open({ flags: 'r+', length: 2 }),
  ragged: () => scope.keep(MmapArray.open(scope.file(Buffer.alloc(9)), 'i', { flags: 'r+' })),
  'empty, or without the value': () => scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' })),
  'in use by an asynchronous call'() {
    const array = open({ flags: 'r+' })
    array.sortAsync().catch(() => {})
    return array
  },
  'in a truncated file'() {
    const array = open({ flags: 'r+' })
    const { view, path } = array
    expect(spawnSync('truncate', ['-s', `${PAGE}`, path]).status).toBe(0)
    expect(view[PAGE / 4]).toBe(0)
    return array
  },
  'whose file became larger by a part of an element'() {
    const array = open({ flags: 'r+' })
    fs.appendFileSync(array.path, 'x')
    return array
  },
}

const CALLS = {
  pop: (array) => array.pop(),
  remove: (array) => array.remove(0),
  clear: (array) => array.clear(),
  append: (array) => array.append(1),
  extend: (array) => array.extend([1]),
  insert: (array) => array.insert(0, 1),
}
/** The others name some of their errors, and the class the rest. */
const NAME_ALL = new Set(['pop', 'remove', 'clear'])

describe.each(Object.keys(CALLS))('%s', (name) => {
  test.each(Object.keys(STATES))('of an array %s throws nothing that is not declared', (state) => {
    const array = STATES[state]()
    let code
    try {
      CALLS[name](array)
    } catch (error) {
      code = error.code
    }
    if (code === undefined) return expect(state).toContain('empty')
    const inClass = declarations.find((entry) => entry.name === 'MmapArray' && entry.of === undefined).prose
    const texts = NAME_ALL.has(name) ? described(name).throws : [...described(name).throws, inClass]
    expect(texts.join('\n')).toMatch(new RegExp(`\\b${code}\\b`))
  })
})

test('the class names the errors that all of its members share', () => {
  const { prose } = declarations.find((entry) => entry.name === 'MmapArray' && entry.of === undefined)
  for (const code of ['ERR_CLOSED', 'ERR_MEMORY_FAULT', 'ERR_BUSY', 'ERR_LOCKED', 'System errors']) {
    expect(prose).toContain(code)
  }
})
