// What the tool says about likely mistakes: another file, another type, another option than was meant.
import { expect, test } from 'vitest'
import { nearestName } from '../cli/nearest-name.js'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { failure, make, printed, tool } from './support/tool.js'

const scope = useScope()

test.each([
  [['head', 'a.f64', '--fields', 'x'], 'did you mean --field? See mmap-array head --help'],
  [['head', 'a.f64', '--types', 'd'], 'did you mean --type?'],
  [['convert', 'a.f64', 'b.npy', '--forcee=1'], 'did you mean --force?'],
])('%j: names the option that was probably meant', async (words, text) => {
  expect(await failure(2, words)).toContain(text)
})

test('an option like no other gets no suggestion', async () => {
  expect(await failure(2, ['head', 'a.f64', '--nothing'])).toBe(
    "Unknown option '--nothing'; see mmap-array head --help",
  )
})

test.each([
  ['fields', 'field'],
  ['fielld', 'field'],
  ['typ', 'type'],
  ['x', undefined],
  ['out', undefined],
  ['offsets-of', undefined],
])('nearestName of %s is %s', (given, name) => {
  expect(nearestName(given, ['type', 'field', 'offset', 'svg', 'log'])).toBe(name)
})

test.each([
  ['a.csv', 'is CSV by its name: convert it first, as with mmap-array convert'],
  ['a.TSV', 'is TSV by its name'],
  ['a.jsonl', 'is JSON lines by its name'],
  ['a.json', 'is JSON by its name: write it as JSON lines'],
])('a text file %s is no file of elements, whatever the type', async (name, text) => {
  const path = scope.file(Buffer.from('12345678'), name)
  for (const words of [
    ['info', path],
    ['head', path, '--type', 'f64'],
    ['diff', make(scope, 'one.f64', 'd', [1]), path, '--type', 'f64'],
  ])
    expect(await failure(2, words)).toContain(text)
  expect(await printed(['head', path, '--format', 'raw', '--type', 'u8', '-n', '1'])).toBe('49\n')
})

test('a text file that does not exist is an error of the system', async () => {
  expect(await failure(3, ['head', scope.path('none.csv')])).toContain('ENOENT')
})

test('a file without a type in its name gets examples of both kinds of types', async () => {
  const path = scope.file(Buffer.alloc(10), 'requests.rec')
  expect(await failure(2, ['info', path])).toContain(
    'give --type, such as --type f64, or --type time:f64,status:u16 for records',
  )
})

test('a record type without colons gets an example of one', async () => {
  const path = make(scope, 'a.f64', 'd', [1])
  for (const type of ['time f64, status u16', 'f64,u16'])
    expect(await failure(2, ['head', path, '--type', type])).toContain('NAME:TYPE, such as time:f64,status:u16')
})

test('a type that leaves bytes over is noted, and the whole elements are printed', async () => {
  const path = make(scope, 'a.u8', 'B', [1, 0, 0, 0, 2, 0, 0, 0, 3, 0])
  const stderr = `mmap-array: ${path}: the last 2 bytes are not a whole element of 4 bytes; check the type if you gave it\n`
  for (const words of [
    ['head', path],
    ['tail', path],
    ['get', path, ':'],
  ])
    expect(await tool([...words, '--type', 'i32'])).toMatchObject({ code: 0, stdout: '1\n2\n', stderr })
  expect(await tool(['plot', path, '--type', 'i32'])).toMatchObject({ code: 0, stderr })
})

test('plot --x with the name of a field names --x-field', async () => {
  const path = scope.path('day.rec')
  const records = scope.keep(MmapArray.open(path, { time: 'q', low: 'f' }, { flags: 'w+' }))
  records.append({ time: 1n, low: 2 })
  const words = ['plot', path, '--type', 'time:i64,low:f32', '--field', 'low']
  expect(await failure(2, [...words, '--x', 'time'])).toBe(
    `there is no file 'time', which is a field of ${path}: write --x-field time`,
  )
  expect(await failure(3, [...words, '--x', scope.path('none.f64')])).toContain('ENOENT')
})

test('plot --png into a file with the name of another format says so', async () => {
  const [file, target] = [make(scope, 'y.f64', 'd', [1, 2]), scope.path('x.jpg')]
  expect(await tool(['plot', file, '--png', target])).toMatchObject({
    code: 0,
    stderr: `mmap-array: ${target} gets PNG, whatever its name says\n`,
  })
  expect(await printed(['plot', file, '--svg', scope.path('x.svg')])).toBe('')
})
