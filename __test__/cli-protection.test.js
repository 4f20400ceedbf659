// The tool keeps the files that it reads, tells failures by its exit code, and prints a word without regard to its neighbours.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { valuesOf } from '../cli/blocks.js'
import { MmapArray } from '../index.js'
import { run } from './support/processes.js'
import { useScope } from './support/scope.js'
import { TOOL, failure, make, printed, read } from './support/tool.js'

const scope = useScope()

test.each([
  [['diff', 'none.f64', 'none.f64'], 3],
  [['head', 'none.f64'], 3],
  [['head', '--nothing'], 2],
])('%j has its exit code even if the standard error cannot be written', async (words, code) => {
  const script = '"$0" "$@" 2>/dev/full'
  expect(await run('bash', ['-c', script, process.execPath, TOOL, ...words])).toMatchObject({ code, signal: null })
})

test('plot --force does not replace a file that it reads, nor another file of elements', async () => {
  const file = make(scope, 'picture.png', 'd', [1, 2])
  const [link, x, other] = [scope.path('link'), make(scope, 'x.svg', 'd', [3, 4]), make(scope, 'b.f64', 'd', [5])]
  fs.symlinkSync(file, link)
  const type = ['--type', 'f64', '--force']
  expect(await failure(2, ['plot', file, '--png', file, ...type])).toContain(`is the file of elements ${file}`)
  expect(await failure(2, ['plot', link, '--png', file, ...type])).toContain(`is the file of elements ${link}`)
  expect(await failure(2, ['plot', file, '--x', x, '--svg', x, ...type])).toContain(`is the file of elements ${x}`)
  expect(await failure(2, ['plot', file, '--png', other, ...type])).toContain('is a file of elements by its name')
  expect([file, x, other].map((path) => read(path, 'd'))).toEqual([[1, 2], [3, 4], [5]])
})

function npy(name, descr, shape, bytes) {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape.join(', ')}), }`
  const header = Buffer.from(`\x93NUMPY\x01\x00vv${text.padEnd(117)}\n`, 'latin1')
  header.writeUInt16LE(118, 8)
  return scope.file(Buffer.concat([header, bytes]), name)
}

test('get prints each word as it prints the word alone', async () => {
  const file = npy('m.npy', "'|u1'", [2, 2], Buffer.of(1, 2, 3, 4))
  expect(await printed(['get', file, '0,:', ':2,:2', '1,1'])).toBe('1\n2\n1\t2\n3\t4\n4\n')
  expect(await printed(['get', file, '...'])).toBe('1\t2\n3\t4\n')
})

test('get --json nests the rows of records', async () => {
  const file = npy('records.npy', "[('a', '|u1')]", [2, 2], Buffer.of(1, 2, 3, 4))
  expect(JSON.parse(await printed(['get', file, ':2,:2', '--json']))).toEqual([
    [{ a: 1 }, { a: 2 }],
    [{ a: 3 }, { a: 4 }],
  ])
})

test('get says that an index is empty, and counts one index as one', async () => {
  const file = npy('m.npy', "'|u1'", [2, 2], Buffer.of(1, 2, 3, 4))
  expect(await failure(2, ['get', file, '1,,0'])).toBe("'1,,0' has an empty index: write : for a whole dimension")
  const scalar = npy('scalar.npy', "'|u1'", [], Buffer.of(1))
  expect(await failure(4, ['get', scalar, '0,'])).toContain("'0,' has 1 index,")
})

test('head -5 names the option for a number of elements', async () => {
  const file = make(scope, 'a.f64', 'd', [1])
  expect(await failure(2, ['head', '-5', file])).toBe('unknown option -5: write -n 5; see mmap-array head --help')
  expect(await failure(2, ['info', '-5', file])).toContain('unknown option -5; see')
})

test('reading a file that is truncated meanwhile names it', () => {
  const path = make(scope, 'a.f64', 'd', new Float64Array(100_000))
  const array = scope.keep(MmapArray.open(path, 'd'))
  fs.truncateSync(path, 0)
  expect(() => valuesOf(array, 90_000, 90_010)).toThrow(`${path} was truncated while it was read`)
})
