// Errors for calls that a newcomer makes: the message says which call was meant.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const array = () => scope.keep(new MmapArray('i', [1, 2, 3]))
const missing = () => scope.path('none')

/** What throws, its code, and what the message ends with. */
const HINTS = {
  'attach of an array': [
    () => MmapArray.attach(array()),
    'ERR_INVALID_ARG_TYPE',
    'Received an instance of MmapArray. Attach array.handle()',
  ],
  'attach of what a structured clone of an array is on Node.js 20': [
    () => MmapArray.attach({}),
    'ERR_INVALID_ARG_TYPE',
    'Received {}, which arrives if an MmapArray is serialized, or is posted on Node.js 20. Send array.handle()',
  ],
  'attach of a path': [
    () => MmapArray.attach('t.d'),
    'ERR_INVALID_ARG_TYPE',
    "Received type string ('t.d'). Open a path with MmapArray.open(path, typecode), and a handle in JSON after JSON.parse",
  ],
  'open with options in place of the type': [
    () => MmapArray.open('x', { flags: 'r+', shape: [-1, 2] }),
    'ERR_INVALID_RECORD_TYPE',
    'the names of its fields are those of options. The type comes before the options: open(path, type, options)',
  ],
  'open of a record type with a wrong field': [
    () => MmapArray.open('x', { flags: 'r+', price: 'd' }),
    'ERR_INVALID_RECORD_TYPE',
    "Received type string ('r+')",
  ],
  'the constructor with options in place of the type': [
    () => new MmapArray({ shape: [2, 3] }),
    'ERR_INVALID_RECORD_TYPE',
    'new MmapArray(type, init, options)',
  ],
  'open of a raw file without a type': [
    () => MmapArray.open(missing()),
    'ERR_INVALID_TYPECODE',
    'Received undefined. Only a .npy file that exists has its type in its header',
  ],
  'a new .npy file without a type': [
    () => MmapArray.open(scope.path('a.npy'), undefined, { flags: 'w+' }),
    'ERR_INVALID_TYPECODE',
    'Received undefined. Only a .npy file that exists has its type in its header',
  ],
  'the constructor with a path': [
    () => new MmapArray('file.d', 'd'),
    'ERR_INVALID_TYPECODE',
    'To open a file, call MmapArray.open(path, typecode)',
  ],
  'open of a missing file': [
    () => MmapArray.open(missing(), 'd'),
    'ENOENT',
    "none'. The option { flags: 'w+' } makes a new file",
  ],
}

describe('the error says what to do:', () => {
  test.each(Object.keys(HINTS))('%s', (name) => {
    const [call, code, end] = HINTS[name]
    const { message } = expectError(code, call)
    expect(message.slice(-end.length)).toBe(end)
  })
})

test('open with flags that make a file, in a missing directory, does not suggest them', () => {
  const { message } = expectError('ENOENT', () => MmapArray.open(scope.path('none/a'), 'd', { flags: 'w+' }))
  expect(message).not.toContain('flags')
})

test('a record type whose fields have names of options opens', () => {
  fs.writeFileSync(scope.path('r'), Buffer.alloc(12))
  expect(scope.keep(MmapArray.open(scope.path('r'), { offset: 'd', length: 'I' })).length).toBe(1)
})

test('a file that this process truncated is not said to be truncated by another one', () => {
  const path = scope.file(Buffer.alloc(12))
  const old = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
  scope.keep(MmapArray.open(path, 'i', { flags: 'w+' }))
  const { message } = expectError('ERR_MEMORY_FAULT', () => old.get(2))
  expect(message).toContain('the file was truncated')
  expect(message).not.toContain('another process')
})
