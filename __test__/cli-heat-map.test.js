// plot of a matrix: a heat map that shows the elements where they are.
import { expect, test } from 'vitest'
import { makeNpy } from './support/shaped-npy.js'
import { decodePng } from './support/png.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const plot = (...words) => printed(['plot', ...words])
const rowsOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.includes('│'))
    .map((line) => line.slice(line.indexOf('│') + 1))

/** The colours of the cells in an SVG, by rows; undefined where a cell is not painted. */
function cellsOf(svg) {
  const [, base64] = /<image transform[^>]*xlink:href="data:image\/png;base64,([^"]+)"/.exec(svg)
  const { width, height, pixels } = decodePng(Buffer.from(base64, 'base64'))
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => {
      const at = (y * width + x) * 4
      return pixels[at + 3] === 0 ? undefined : pixels.subarray(at, at + 3).toString('hex')
    }),
  )
}

test('plot of a matrix paints a cell for each element, in C order and in Fortran order', async () => {
  const c = makeNpy(scope, 'c.npy', { typecode: 'i', shape: [2, 3] }, Int32Array.of(0, 1, 2, 2, 1, 0))
  const f = makeNpy(
    scope,
    'f.npy',
    { typecode: 'i', shape: [2, 3], fortranOrder: true },
    Int32Array.of(0, 2, 1, 1, 2, 0),
  )
  const cells = cellsOf(await plot(c, '--svg', '-'))
  const [[low, middle, high]] = cells
  expect(cells).toEqual([
    [low, middle, high],
    [high, middle, low],
  ])
  expect(new Set([low, middle, high]).size).toBe(3)
  expect([low, high]).toEqual(['440154', 'fde725'])
  expect(cellsOf(await plot(f, '--svg', '-'))).toEqual(cells)
  expect(rowsOf(await plot(c, '--width', '32', '--height', '4'))).toEqual(
    ['      ▒▒▒▒▒▒██████', '██████▒▒▒▒▒▒      '].flatMap((row) => [row, row]),
  )
})

test('plot of a matrix leaves out NaN, and takes rows of a range', async () => {
  const file = makeNpy(scope, 'm.npy', { typecode: 'd', shape: [3, 2] }, Float64Array.of(9, 9, 0, NaN, Infinity, 1))
  const svg = await plot(file, '--range', '1:', '--svg', '-')
  expect(svg).toContain('without NaN and infinities')
  expect(svg).toContain('m.npy: 2 × 2 × float64')
  expect(cellsOf(svg)).toEqual([
    ['440154', undefined],
    [undefined, 'fde725'],
  ])
})

test.each([
  ['as long as a recording', [3, 1_000_000]],
  ['as tall as a table', [1_000_000, 3]],
  ['of a square', [1000, 1000]],
])('plot of a matrix %s shows the mean of its elements in each cell', async (_, shape) => {
  const [rows, columns] = shape
  // The left half is 0, the right half alternates between 0 and 4.
  const elements = Float32Array.from({ length: rows * columns }, (__, n) =>
    (n % columns) * 2 < columns - 1 ? 0 : n % 2 ? 4 : 0,
  )
  const file = makeNpy(scope, 'm.npy', { typecode: 'f', shape }, elements)
  const cells = rowsOf(await plot(file, '--width', '52', '--height', '6'))
  expect(cells).toHaveLength(6)
  for (const row of cells) expect([...row][0]).toBe(' ')
  const cellsOfImage = cellsOf(await plot(file, '--svg', '-', '--width', '300', '--height', '200'))
  expect(cellsOfImage.length).toBeLessThanOrEqual(200)
  expect(new Set(cellsOfImage.map((row) => row[0]))).toEqual(new Set(['440154']))
  expect(cellsOfImage[0].at(-1)).not.toBe('440154')
  expect(await plot(file, '--svg', '-')).toContain('each cell is the mean of about')
})

test('plot of a matrix with one value, without elements, and flattened', async () => {
  const same = makeNpy(scope, 'same.npy', { typecode: 'd', shape: [2, 2] }, Float64Array.of(5, 5, 5, 5))
  expect(await plot(same)).toContain('all cells: 5')
  expect(cellsOf(await plot(same, '--svg', '-')).flat()).toHaveLength(4)
  const nothing = makeNpy(scope, 'nan.npy', { typecode: 'd', shape: [2, 2] }, Float64Array.of(NaN, NaN, NaN, NaN))
  expect(await plot(nothing)).toContain('nothing to show')
  expect(await plot(nothing, '--svg', '-')).toMatch(/^<svg /)
  expect(await plot(same, '--flatten')).toContain('same.npy: 4 × float64')
  expect(await plot(makeNpy(scope, 'row.npy', { typecode: 'd', shape: [1, 3] }, Float64Array.of(1, 2, 3)))).toContain(
    'index',
  )
})

test('plot of a matrix together with other files or x values throws', async () => {
  const file = makeNpy(scope, 'm.npy', { typecode: 'd', shape: [2, 2] }, Float64Array.of(1, 2, 3, 4))
  const other = make(scope, 'x.f64', 'd', [1, 2, 3, 4])
  expect(await failure(2, ['plot', file, other])).toContain('--flatten draws it as one series')
  expect(await failure(2, ['plot', file, '--x', other])).toContain('a heat map has no --x')
  expect(await plot(file, other, '--flatten')).toContain('* m.npy: 4 × float64')
})
