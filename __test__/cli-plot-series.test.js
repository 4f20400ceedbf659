// plot: x values from a file, several series, records by field.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { failure, make, printed, tool } from './support/tool.js'

const scope = useScope()
const plot = (...words) => printed(['plot', ...words])
const circlesOf = (svg) =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
/** The characters of each row of a terminal picture, without labels. */
const rowsOf = (text) =>
  text
    .split('\n')
    .filter((line) => /[┤│]/.test(line))
    .map((line) => line.slice(line.search(/[┤│]/) + 1))
/** The columns of characters in which something is drawn. */
const inkOf = (rows, isInk) =>
  new Set(rows.flatMap((row) => [...row].flatMap((cell, column) => (isInk(cell) ? [column] : []))))

test('plot with x values draws each element at its x', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', [1, 2, 3, 4]), make(scope, 'x.i32', 'i', [0, 10, 20, 100])]
  const svg = await plot(y, '--x', x, '--svg', '-')
  expect(svg).toContain('aria-label="line"')
  const circles = circlesOf(svg)
  expect(circles).toHaveLength(4)
  const width = circles[3].x - circles[0].x
  expect(circles.map((circle) => Math.round(((circle.x - circles[0].x) / width) * 100))).toEqual([0, 10, 20, 100])
})

test('plot with x values of more elements than columns shows every peak at its x', async () => {
  const length = 100_000
  const y = new Float64Array(length)
  // The index is far from the x: two thirds of the elements lie in the first tenth.
  const at = Float64Array.from({ length }, (_, n) => (n < 66_000 ? n / 66_000 : 1 + ((n - 66_000) / 34_000) * 9))
  y[66_000 + 34_000 / 2] = 100
  const files = [make(scope, 'y.f64', 'd', y), make(scope, 'x.f64', 'd', at)]
  const rows = rowsOf(await plot(files[0], '--x', files[1], '--width', '112', '--height', '8'))
  expect([...inkOf(rows.slice(0, 1), (cell) => cell !== '\u2800')]).toEqual([55])
})

test('plot with x values in any order shows them and says so, without lines between them', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', [1, 2, 3]), make(scope, 'x.f64', 'd', [3, 1, 2])]
  const svg = await plot(y, '--x', x, '--svg', '-')
  expect(svg).toContain('x is not in ascending order')
  expect(circlesOf(svg)).toHaveLength(3)
  expect(svg).not.toContain('aria-label="line"')
  expect(await plot(y, '--x', x)).toContain('y.f64: 3 × float64, x is not in ascending order')
  const length = 10_000
  const shuffled = Float64Array.from({ length }, (_, n) => (n * 7919) % length)
  const many = [make(scope, 'v.f64', 'd', shuffled), make(scope, 'w.f64', 'd', shuffled)]
  const rows = rowsOf(await plot(many[0], '--x', many[1], '--width', '52', '--height', '4'))
  // A diagonal: the lower left and the upper right are drawn, the other corners are empty.
  const isBlank = (row, column) => [...rows[row]][column] === '\u2800'
  expect([isBlank(0, 0), isBlank(3, 39), isBlank(3, 0), isBlank(0, 39)]).toEqual([true, true, false, false])
})

test('plot with another number of x values throws', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', [1, 2, 3]), make(scope, 'x.f64', 'd', [1, 2])]
  expect(await failure(4, ['plot', y, '--x', x])).toBe(
    'x.f64 has 2 x values, and y.f64 has 3 elements: each element needs one x value',
  )
  expect(await failure(3, ['plot', y, '--x', scope.path('none.f64')])).toContain('ENOENT')
})

test('plot leaves out elements whose x is NaN or infinite, and says so', async () => {
  const y = make(scope, 'y.f64', 'd', [1, 2, 3, NaN])
  const x = make(scope, 'x.f64', 'd', [0, NaN, 5, 6])
  const svg = await plot(y, '--x', x, '--svg', '-')
  expect(circlesOf(svg)).toHaveLength(2)
  expect(svg).toContain('without NaN and infinities, without elements whose x is not a number')
  expect(await plot(y, '--x', make(scope, 'n.f64', 'd', [NaN, NaN, NaN, Infinity]))).toContain('nothing to show')
})

test.each([
  ['s', 'd', [1_700_000_000, 1_700_086_400]],
  ['ms', 'q', [1_700_000_000_000n, 1_700_086_400_000n]],
  ['us', 'q', [1_700_000_000_000_000n, 1_700_086_400_000_000n]],
  ['ns', 'q', [1_700_000_000_000_000_000n, 1_700_086_400_000_000_000n]],
])('plot --x-type time tells %s by their size', async (unit, typecode, times) => {
  const [y, x] = [
    make(scope, 'y.f64', 'd', [1, 2]),
    make(scope, `t.${typecode === 'd' ? 'f64' : 'i64'}`, typecode, times),
  ]
  const text = await plot(y, '--x', x, '--x-type', 'time')
  expect(text).toMatch(/ 2023-11-14 22:13 +2023-11-15 10:13 +2023-11-15 22:13\n/)
  expect(await plot(y, '--x', x, '--x-type', 'time', '--x-unit', unit)).toBe(text)
  const svg = await plot(y, '--x', x, '--x-type', 'time', '--svg', '-')
  expect(svg).toContain('(UTC), 2023-11-14')
  expect(svg).toMatch(/>00:00<\/tspan><tspan[^>]*>2023-11-15</)
})

test('plot --x-unit takes units that cannot be told by their size', async () => {
  const [y, x] = [make(scope, 'y.f64', 'd', [1, 2]), make(scope, 't.i32', 'i', [19_000, 20_000])]
  expect(await plot(y, '--x', x, '--x-type', 'time', '--x-unit', 'D')).toMatch(/ 2022-01-08 +2023-05-23 +2024-10-04\n/)
  expect(await failure(4, ['plot', y, '--x', make(scope, 'b.f64', 'd', [0, 1e300]), '--x-type', 'time'])).toContain(
    'beyond the last date',
  )
})

test('plot of several files draws each with a legend, whatever their lengths', async () => {
  const files = [
    make(
      scope,
      'a.f64',
      'd',
      Float64Array.from({ length: 1000 }, () => 3),
    ),
    make(
      scope,
      'b.i32',
      'i',
      Int32Array.from({ length: 500 }, () => 2),
    ),
    make(scope, 'c.u8', 'B', [1]),
    make(scope, 'none.f32', 'f', []),
  ]
  const text = await plot(...files, '--width', '52', '--height', '5')
  const lines = text.split('\n')
  expect(lines.slice(0, 4)).toEqual([
    '* a.f64: 1,000 × float64',
    '+ b.i32: 500 × int32',
    'o c.u8: 1 × uint8',
    'x none.f32: 0 × float32',
  ])
  const rows = rowsOf(text)
  expect(rows[0]).toBe('*'.repeat(40))
  expect(rows[2]).toBe('+'.repeat(20) + ' '.repeat(20))
  expect(rows[4]).toBe('o'.padEnd(40))
  const svg = await plot(...files, '--svg', '-')
  for (const name of ['a.f64', 'b.i32', 'c.u8', 'none.f32'])
    expect(svg).toMatch(new RegExp(`<text[^>]*>${name}</text>`))
  const colours = new Set([...svg.matchAll(/fill="(#[\da-f]{6})"/g)].map(([, colour]) => colour))
  for (const colour of ['#4e79a7', '#f28e2c', '#e15759', '#76b7b2']) expect([...colours]).toContain(colour)
})

test('plot of files with one name in two folders names the folders', async () => {
  const first = make(scope, 'a.f64', 'd', [1])
  const text = await plot(first, `${scope.directory}/./a.f64`)
  expect(text).toContain(`* ${first}: 1 × float64\n+ ${scope.directory}/./a.f64: 1 × float64\n`)
})

test('plot of several fields draws them over another field', async () => {
  const path = scope.path('day.rec')
  const records = scope.keep(MmapArray.open(path, { time: 'q', low: 'f', 'a,b': 'd', gain: ['d', 2] }, { flags: 'w+' }))
  records.extend([0n, 10n, 100n].map((time, n) => ({ time, low: n, 'a,b': 5 - n, gain: [n, 2 * n] })))
  const type = 'time:i64,low:f32,"a,b":f64,gain:f64[2]'
  const svg = await plot(path, '--type', type, '--field', 'low,gain[1]', '--x-field', 'time', '--svg', '-')
  const circles = circlesOf(svg)
  expect(circles).toHaveLength(6)
  expect(Math.round(((circles[1].x - circles[0].x) / (circles[2].x - circles[0].x)) * 100)).toBe(10)
  expect(circles[2].y - circles[0].y).toBeCloseTo((circles[5].y - circles[3].y) / 2, 3)
  // A name with a comma is one field.
  expect(await plot(path, '--type', type, '--field', 'a,b')).toContain('day.rec, a,b: 3 × float64')
  expect(await failure(2, ['plot', path, '--type', type, '--field', 'low,no'])).toContain("no field 'no' among")
  expect(await failure(2, ['plot', path, '--type', type, '--x-field', 'time'])).toContain('--field takes one of')
  expect(await failure(4, ['plot', path, '--type', type, '--field', 'gain', '--x-field', 'time'])).toContain('x values')
})

test.each([20, 21, 47, 80, 155, 300])('plot --width %d is as wide as that', async (width) => {
  const wave = Float64Array.from({ length: 5000 }, (_, n) => Math.sin(n / 300) * 1e300)
  const [y, x] = [
    make(scope, 'y.f64', 'd', wave),
    make(
      scope,
      'x.f64',
      'd',
      wave.map((_, n) => n * 1e-9),
    ),
  ]
  for (const words of [[y], [y, '--x', x], [y, x]]) {
    const lines = (await plot(...words, '--width', String(width))).split('\n').filter((line) => /[┤│└]/.test(line))
    expect(new Set(lines.map((line) => [...line].length))).toEqual(new Set([width]))
  }
})

test('plot of images has no tick that reads 0k, and axes with names', async () => {
  const file = make(
    scope,
    'y.f64',
    'd',
    Float64Array.from({ length: 300_000 }, (_, n) => (n % 2) * 20_000),
  )
  for (const words of [[], ['--histogram']]) {
    const svg = await plot(file, ...words, '--svg', '-')
    const texts = [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text)
    expect(texts).toContain(words.length > 0 ? 'elements' : 'value')
    expect(texts).toContain(words.length > 0 ? 'value' : 'index')
    expect(texts.filter((text) => text.endsWith('k'))).toEqual([])
    expect(texts).toContain('20,000')
  }
})

test('plot shows colours on a terminal only', async () => {
  const file = make(scope, 'y.f64', 'd', [1, 2, 3])
  const { stdout } = await tool(['plot', file, file])
  expect(stdout).not.toContain('\x1b')
})

test('plot of one file twice names two series', async () => {
  const file = make(scope, 'y.f64', 'd', [1, 2, 3])
  expect(await plot(file, file)).toContain('* y.f64: 3 × float64\n+ y.f64 (2): 3 × float64\n')
})
