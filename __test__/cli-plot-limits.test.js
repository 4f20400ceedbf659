// plot: numbers at the limits of doubles, and files that do not go together.
import { expect, test } from 'vitest'
import { makeNpy } from './support/shaped-npy.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const plot = (...words) => printed(['plot', ...words])

test('plot of more elements than columns whose x is never finite shows nothing', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', new Float64Array(1000)), make(scope, 'x.f64', 'd', Array(1000).fill(NaN))]
  const expected = 'without elements whose x is not a number\nnothing to show\n'
  expect(await plot(y, '--x', x)).toContain(expected)
  expect(await plot(y, '--x', x, '--x-type', 'time')).toContain(expected)
  expect(await plot(y, '--x', x, '--svg', '-', '--width', '200')).toMatch(/^<svg /)
})

test('plot of a file in C order together with one in Fortran order throws', async () => {
  const elements = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  const c = makeNpy(scope, 'c.npy', { typecode: 'd', shape: [2, 4] }, elements)
  const f = makeNpy(scope, 'f.npy', { typecode: 'd', shape: [2, 4], fortranOrder: true }, elements)
  const said = 'f.npy is in Fortran order and c.npy is in C order'
  expect(await failure(4, ['plot', c, '--flatten', '--x', f])).toContain(said)
  expect(await failure(4, ['plot', f, c, '--flatten'])).toContain(said)
  const cube = makeNpy(scope, 'c.npy', { typecode: 'd', shape: [2, 2, 2] }, elements)
  const other = makeNpy(scope, 'f.npy', { typecode: 'd', shape: [2, 2, 2], fortranOrder: true }, elements)
  expect(await failure(4, ['plot', cube, '--x', other])).toContain(said)
  expect(await plot(f, '--flatten', '--x', f)).toContain('f.npy')
  // One dimension has no order.
  const row = makeNpy(scope, 'row.npy', { typecode: 'd', shape: [1, 8], fortranOrder: true }, elements)
  expect(await plot(cube, row)).toContain('row.npy')
})

test('plot of elements that are no real numbers names the file', async () => {
  const [y, x] = [
    make(scope, 'y.f64', 'd', [1, 2]),
    makeNpy(scope, 'text.npy', { typecode: 'w', shape: [2] }, Uint32Array.of(65, 66)),
  ]
  expect(await failure(4, ['plot', y, '--x', x])).toContain('the elements of text.npy are characters')
})

test('plot of a matrix of numbers whose sum is beyond doubles shows their means', async () => {
  const huge = makeNpy(scope, 'huge.npy', { typecode: 'd', shape: [40, 200] }, new Float64Array(8000).fill(1.7e308))
  expect(await plot(huge)).toContain('all cells: 1.7e+308')
  const largest = new Float64Array(8000).fill(Number.MAX_VALUE)
  expect(await plot(makeNpy(scope, 'm.npy', { typecode: 'd', shape: [40, 200] }, largest))).toContain('1.798e+308')
  const tenths = new Float64Array(8000).fill(0.1)
  expect(await plot(makeNpy(scope, 't.npy', { typecode: 'd', shape: [40, 200] }, tenths))).toContain('all cells: 0.1')
  // The left half is the least, the right half the greatest.
  const ends = Float64Array.from({ length: 8000 }, (_, n) => (n % 200 < 100 ? -1.7e308 : 1.7e308))
  const text = await plot(makeNpy(scope, 'ends.npy', { typecode: 'd', shape: [40, 200] }, ends), '--width', '32')
  expect(text).toMatch(/│ {10}█{10}\n/)
  expect(text).toContain('-1.7e+308  ░▒▓█ 1.7e+308')
})

test('plot --histogram of integers beyond 2^53 counts each of them', async () => {
  const few = make(
    scope,
    'few.i64',
    'q',
    [0n, 1n, 2n, 3n].map((n) => 2n ** 53n + n),
  )
  const lines = (await plot(few, '--histogram')).split('\n').slice(1, -1)
  expect(lines.map((line) => line.replace(/│█+/, ''))).toEqual([0n, 1n, 2n, 3n].map((n) => `${2n ** 53n + n}  1`))
  const hundred = make(
    scope,
    'hundred.u64',
    'Q',
    Array.from({ length: 100 }, (_, n) => 2n ** 60n + BigInt(n)),
  )
  const bars = (await plot(hundred, '--histogram')).split('\n').slice(1, -1)
  expect(bars).toHaveLength(20)
  expect(bars[0]).toMatch(/^1152921504606846976 … 1152921504606846981 │█+ 5$/)
  for (const bar of bars) expect(bar).toMatch(/ 5$/)
  const svg = await plot(hundred, '--histogram', '--svg', '-')
  expect(svg).toContain('value, from 1152921504606846976')
  expect(svg.match(/<rect /g).length).toBeGreaterThanOrEqual(50)
  const all = make(scope, 'all.i64', 'q', [-(2n ** 63n), 0n, 2n ** 63n - 1n])
  const wide = (await plot(all, '--histogram', '--bins', '2')).split('\n').slice(1, -1)
  expect(wide.map((line) => line.replace(/│█+▌?/, ''))).toEqual(['-9.223e+18 … 0  1', ' 0 … 9.223e+18  2'])
})

test.each(Array.from({ length: 21 }, (_, n) => 20 + n))(
  'plot --width %d has spaces between the labels of x',
  async (width) => {
    const y = make(scope, 'y.f64', 'd', new Float64Array(2_000_000))
    const label = (await plot(y, '--width', String(width), '--height', '3')).split('\n')[5]
    expect(label.length).toBeLessThanOrEqual(width)
    expect(['0', '1000000', '1999999']).toEqual(expect.arrayContaining(label.trim().split(/ +/)))
    expect(label.endsWith('1999999')).toBe(width > 20)
  },
)

test('plot of one time is as wide as it may be', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', [1]), make(scope, 'x.i64', 'q', [1_796_060_574n])]
  const lines = (await plot(y, '--x', x, '--x-type', 'time', '--width', '24')).split('\n')
  expect(lines.at(-3)).toBe(' 2026-11-30 17:42:54.000')
})

test('plot over integers that doubles round says so if the picture shows it', async () => {
  const y = make(scope, 'y.f64', 'd', [1, 2, 3])
  const times = (step) =>
    make(
      scope,
      `t${step}.i64`,
      'q',
      [0n, 1n, 2n].map((n) => 1_796_060_574_000_000_000n + n * step),
    )
  expect(await plot(y, '--x', times(100n))).toContain('y.f64: 3 × float64, x is rounded to multiples of 256\n')
  expect(await plot(y, '--x', times(100n), '--x-type', 'time')).toContain('x is rounded to multiples of 256')
  expect(await plot(y, '--x', times(1_000_000n), '--x-type', 'time')).not.toContain('rounded')
})

test('plot to a TARGET that cannot be, and of no file, says what is wrong', async () => {
  const y = make(scope, 'y.f64', 'd', [1, 2])
  expect(await failure(2, ['plot', y, '--png', ''])).toBe('the name of TARGET is empty')
  const folder = scope.path('nowhere')
  const said = await failure(3, ['plot', y, '--png', `${folder}/x.png`])
  expect(said).toContain(`'${folder}'`)
  expect(said).not.toContain('unfinished')
  expect(await failure(2, ['plot', '.'])).toBe('. is a directory; the tool needs a file')
  expect(await failure(2, ['plot', y, '--x', '/dev/zero'])).toBe(
    '/dev/zero is a pipe or a device; the tool needs a file',
  )
})
