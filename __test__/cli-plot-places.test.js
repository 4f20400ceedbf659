// plot: rows, columns and slices of a file, as get takes them.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { makeNpy } from './support/shaped-npy.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const plot = (...words) => printed(['plot', ...words])
const numbers = (length, Kind) => Kind.from({ length }, (_, n) => n)
/** Elements 0 to 19 in four rows of five. */
const matrix = (layout = {}) =>
  makeNpy(scope, 'm.npy', { typecode: 'i', shape: [4, 5], ...layout }, numbers(20, Int32Array))
/** The picture of the same elements in a file of their own, without its title. */
async function pictureOf(elements, ...words) {
  const [, ...lines] = (await plot(make(scope, 'same.f64', 'd', elements), ...words)).split('\n')
  return lines
}

test.each([
  ['3,:', [15, 16, 17, 18, 19]],
  ['-1,:', [15, 16, 17, 18, 19]],
  [':,-1', [4, 9, 14, 19]],
  ['0,::-2', [4, 2, 0]],
  ['2:6', [2, 3, 4, 5]],
  ['2,3', [13]],
])('plot m.npy %s draws those elements as a line', async (word, elements) => {
  const [title, ...lines] = (await plot(matrix(), word)).split('\n')
  expect(title).toBe(`m.npy[${word}]: ${elements.length} × int32`)
  expect(lines).toEqual(await pictureOf(elements))
})

test('plot of rows of Fortran order, of a range, and over x values takes the elements by their coordinates', async () => {
  const file = matrix({ fortranOrder: true })
  expect((await plot(file, '1,:')).split('\n').slice(1)).toEqual(await pictureOf([1, 5, 9, 13, 17]))
  expect((await plot(file, '1,:', '--range', '1:3')).split('\n').slice(1)).toEqual(
    await pictureOf([0, 5, 9], '--range', '1:3'),
  )
  const x = make(scope, 'x.f64', 'd', [1, 2, 4, 8, 16])
  expect((await plot(file, '1,:', '--x', x)).split('\n').slice(1)).toEqual(await pictureOf([1, 5, 9, 13, 17], '--x', x))
})

test('plot of several slices draws a series for each', async () => {
  const text = await plot(matrix(), '0,:', '3,:')
  expect(text).toContain('* m.npy[0,:]: 5 × int32\n+ m.npy[3,:]: 5 × int32\n')
})

test('plot of a part of a matrix is a heat map of it', async () => {
  const part = makeNpy(scope, 'p.npy', { typecode: 'i', shape: [2, 3] }, Int32Array.of(7, 8, 9, 12, 13, 14))
  const [title, ...lines] = (await plot(matrix(), '1:3,2:')).split('\n')
  expect(title).toBe('m.npy[1:3,2:]: 2 × 3 × int32')
  expect(lines).toEqual((await plot(part)).split('\n').slice(1))
})

test('plot of a long row shows its peaks', async () => {
  const elements = new Float32Array(300_000)
  elements[250_000] = 7
  const file = makeNpy(scope, 'long.npy', { typecode: 'f', shape: [2, 150_000] }, elements)
  expect((await plot(file, '1,:')).split('\n').slice(1)).toEqual(
    await pictureOf(Float64Array.from(elements.subarray(150_000))),
  )
})

test('plot of a slice of fields takes x of the same records', async () => {
  const path = scope.path('day.rec')
  const records = scope.keep(MmapArray.open(path, { time: 'q', low: 'f' }, { flags: 'w+' }))
  records.extend([0n, 10n, 20n, 100n].map((time, n) => ({ time, low: n })))
  const words = [path, '--type', 'time:i64,low:f32', '--field', 'low', '--x-field', 'time']
  const text = await plot(...words, '1:')
  expect(text).toContain('day.rec, low[1:]: 3 × float32')
  expect(text).toMatch(/ 10 +55 +100\n/)
  expect(await failure(2, ['plot', ...words, '1:', '2:'])).toContain('one index or slice')
})

test('plot of an index that the file does not have throws', async () => {
  expect(await failure(4, ['plot', matrix(), '4,:'])).toBe('there is no element 4 in dimension 0: there are 4')
  expect(await failure(2, ['plot', '3,:'])).toContain('FILE is missing')
})
