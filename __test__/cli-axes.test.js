// get: an index or a slice for each dimension, as NumPy takes them.
import { expect, test } from 'vitest'
import { makeNpy } from './support/shaped-npy.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const get = (...words) => printed(['get', ...words])
/** Elements 0 to 19 in four rows of five. */
const matrix = () =>
  makeNpy(
    scope,
    'm.npy',
    { typecode: 'i', shape: [4, 5] },
    Int32Array.from({ length: 20 }, (_, n) => n),
  )

test.each([
  ['3,:', '15\n16\n17\n18\n19\n'],
  ['3,', '15\n16\n17\n18\n19\n'],
  ['-1,:', '15\n16\n17\n18\n19\n'],
  [':,1', '1\n6\n11\n16\n'],
  [':,-1', '4\n9\n14\n19\n'],
  ['...,0', '0\n5\n10\n15\n'],
  ['0,...', '0\n1\n2\n3\n4\n'],
  ['2,3', '13\n'],
  ['-4,-5', '0\n'],
  ['::-1,0', '15\n10\n5\n0\n'],
  ['0,::-2', '4\n2\n0\n'],
  ['1:3,-2:', '8\t9\n13\t14\n'],
  ['::-2,::3', '15\t18\n5\t8\n'],
  ['-100:2,3:100', '3\t4\n8\t9\n'],
  ['1:1,:', ''],
])('get m.npy %s', async (word, text) => {
  expect(await get(matrix(), word)).toBe(text)
})

test('get takes elements of Fortran order by their coordinates', async () => {
  const elements = Float64Array.of(0, 3, 1, 4, 2, 5)
  const file = makeNpy(scope, 'f.npy', { typecode: 'd', shape: [2, 3], fortranOrder: true }, elements)
  expect(await get(file, ':,:')).toBe('0\t1\t2\n3\t4\t5\n')
  expect(await get(file, '1,:')).toBe('3\n4\n5\n')
  expect(await get(file, ':,::-2')).toBe('2\t0\n5\t3\n')
})

test('get of three dimensions, and as JSON', async () => {
  const file = makeNpy(
    scope,
    'c.npy',
    { typecode: 'h', shape: [2, 2, 3] },
    Int16Array.from({ length: 12 }, (_, n) => n),
  )
  expect(await get(file, ':,:,:')).toBe('0\t1\t2\n3\t4\t5\n\n6\t7\t8\n9\t10\t11\n')
  expect(await get(file, ':,1')).toBe('3\t4\t5\n9\t10\t11\n')
  expect(await get(file, ':,1,0', '--json')).toBe('[3, 9]\n')
  expect(JSON.parse(await get(file, ':,:,1:', '--json'))).toEqual([
    [
      [1, 2],
      [4, 5],
    ],
    [
      [7, 8],
      [10, 11],
    ],
  ])
  expect(await get(file, ':,0:0', '--json')).toBe('[[], []]\n')
})

test('get of rows that are longer than a block', async () => {
  const [rows, columns] = [2, 100_000]
  const file = makeNpy(
    scope,
    'long.npy',
    { typecode: 'f', shape: [rows, columns] },
    Float32Array.from({ length: rows * columns }, (_, n) => n),
  )
  const lines = (await get(file, ':,:')).trimEnd().split('\n')
  expect(lines.map((line) => line.split('\t').length)).toEqual([columns, columns])
  expect(lines[1].split('\t').at(-1)).toBe('199999')
  expect(JSON.parse(await get(file, '::-1,99998:', '--json'))).toEqual([
    [199_998, 199_999],
    [99_998, 99_999],
  ])
})

test('get of booleans and of records by dimension', async () => {
  const booleans = makeNpy(scope, 'b.npy', { typecode: 'B', shape: [2, 2], isBoolean: true }, Uint8Array.of(1, 0, 2, 0))
  expect(await get(booleans, ':,:')).toBe('1\t0\n1\t0\n')
  expect(await get(booleans, ':,0')).toBe('1\n1\n')
})

test('get of an index that the file does not have throws', async () => {
  const file = matrix()
  expect(await failure(4, ['get', file, '4,:'])).toBe('there is no element 4 in dimension 0: there are 4')
  expect(await failure(4, ['get', file, ':,-6'])).toBe('there is no element -6 in dimension 1: there are 5')
  expect(await failure(4, ['get', file, '1,2,3'])).toBe("'1,2,3' has 3 indices, and the file has 2 dimensions: 4 × 5")
  expect(await failure(4, ['get', make(scope, 'raw.f64', 'd', [1]), '0,:'])).toContain('the file has 1 dimension: 1')
  expect(await failure(2, ['get', file, ':,:', '0', '--json'])).toContain('--json prints one array')
})
