// plot: what the pictures show is what is in the file.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePng } from './support/png.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const plot = (...words) => printed(['plot', ...words])
/** Which rows of dots a character of braille has set, upper one first. */
const ROWS_OF_DOTS = [0b1001, 0b10010, 0b100100, 0b11000000]

/** For each column of characters of a picture of `rows` lines: the uppermost and the lowest row of dots. */
function rangesOf(text, rows) {
  const lines = text
    .split('\n')
    .slice(1, 1 + rows)
    .map((line) => [...line.slice(line.search(/[┤│]/) + 1)])
  return lines[0].map((_, column) => {
    const set = lines.flatMap((line, row) =>
      ROWS_OF_DOTS.flatMap((bits, dot) => ((line[column].codePointAt(0) - 0x2800) & bits ? [row * 4 + dot] : [])),
    )
    return set.length > 0 ? [Math.min(...set), Math.max(...set)] : undefined
  })
}

describe('in the terminal', () => {
  test('a line from the lower left to the upper right', async () => {
    const text = await plot(
      make(
        scope,
        'rise.i32',
        'i',
        Array.from({ length: 1000 }, (_, n) => n),
      ),
      '--width',
      '52',
      '--height',
      '4',
    )
    const ranges = rangesOf(text, 4)
    expect(ranges).toHaveLength(40)
    expect([ranges[0][1], ranges.at(-1)[0]]).toEqual([15, 0])
    for (const [column, [top]] of ranges.entries())
      expect(Math.abs(top - 15 * (1 - (column + 0.5) / 40))).toBeLessThan(1.5)
    const lines = text.split('\n')
    expect(lines.map((line) => line.split(/[┤│└]/)[0].trim())).toEqual([
      'rise.i32: 1,000 × int32',
      '999',
      '',
      '499.5',
      '0',
      '',
      lines[6].trim(),
      'index',
      '',
    ])
    expect(lines[6].trim().split(/\s+/)).toEqual(['0', '500', '999'])
  })

  test('a peak of one element among a million is there', async () => {
    const items = new Float64Array(1_000_000)
    items[654_321] = 100
    items[123_456] = -50
    const ranges = rangesOf(await plot(make(scope, 'peak.f64', 'd', items), '--width', '112', '--height', '6'), 6)
    expect(ranges.findIndex(([top]) => top === 0)).toBe(65)
    expect(ranges.findIndex(([, bottom]) => bottom === 23)).toBe(12)
  })

  test('gaps where there is not a number', async () => {
    const items = Array.from({ length: 400 }, (_, n) => (n >= 100 && n < 200 ? NaN : n % 7 === 0 ? -Infinity : n))
    const text = await plot(make(scope, 'gaps.f32', 'f', items), '--width', '52')
    const ranges = rangesOf(text, 16)
    expect(ranges.map((range) => range === undefined).indexOf(true)).toBe(10)
    expect(ranges.filter((range) => range === undefined)).toHaveLength(10)
    expect(text).toContain('without NaN and infinities')
    expect(text).toMatch(/^\s+1 ┤/m)
  })

  test('one element, the same element, none, nothing that can be shown', async () => {
    expect(await plot(make(scope, 'one.f64', 'd', [7]), '--width', '40', '--height', '3')).toMatch(/^ {2}7? *[│┤]/m)
    const same = rangesOf(await plot(make(scope, 'same.f64', 'd', [5, 5, 5]), '--width', '40', '--height', '3'), 3)
    expect(new Set(same.map(String))).toEqual(new Set(['5,5']))
    expect(await plot(make(scope, 'none.f64', 'd', []))).toBe('none.f64: 0 × float64\nnothing to show\n')
    expect(await plot(make(scope, 'nan.f64', 'd', [NaN]))).toContain('nothing to show')
    expect(await plot(make(scope, 'none.f64', 'd', []), '--histogram')).toContain('nothing to show')
  })

  test('a range, and a logarithmic scale', async () => {
    const file = make(
      scope,
      'powers.f64',
      'd',
      Array.from({ length: 7 }, (_, n) => 10 ** n),
    )
    const ranges = rangesOf(await plot(file, '--log', '--width', '68', '--height', '4'), 4)
    // Each power is as far above the one before: the middle one is in the middle.
    expect(Math.abs(ranges[28][0] - 7.5)).toBeLessThan(2)
    expect(Math.abs(ranges[9][0] - 12.5)).toBeLessThan(2)
    const part = await plot(file, '--range', '-3:-1')
    expect(part).toContain('powers.f64: 2 ×')
    expect(part).toMatch(/1000 ┤|10000 ┤/)
    expect(await plot(make(scope, 'signs.f64', 'd', [-1, 0, 1, 10]), '--log')).toContain(
      'without numbers that are not positive',
    )
  })

  test('a histogram', async () => {
    const text = await plot(make(scope, 'few.i32', 'i', [3, 1, 3, 3, -1]), '--histogram', '--width', '20')
    expect(text).toBe(`few.i32: 5 × int32
-1 │████▋ 1
 0 │ 0
 1 │████▋ 1
 2 │ 0
 3 │██████████████ 3
`)
    const floats = await plot(make(scope, 'f.f64', 'd', [0, 0.5, 1, NaN, Infinity]), '--histogram', '--bins', '2')
    expect(
      floats
        .split('\n')
        .slice(1, 3)
        .map((line) => line.replace(/[█▏▎▍▌▋▊▉]+/, '')),
    ).toEqual(['0 … 0.5 │ 1', '0.5 … 1 │ 2'])
    const big = await plot(make(scope, 'big.i64', 'q', [2n ** 62n, -(2n ** 62n)]), '--histogram', '--bins', '2')
    expect(big.match(/ 1$/gm)).toHaveLength(2)
  })
})

test('ends that are as far apart, or as near, as doubles can be', async () => {
  const far = make(scope, 'far.f64', 'd', [-1.7e308, 0, 1.7e308])
  const counts = (text) => [...text.matchAll(/(\d+)$/gm)].map(([count]) => Number(count))
  const text = await plot(far, '--histogram', '--bins', '3')
  expect(counts(text).slice(-3)).toEqual([1, 1, 1])
  expect(text).toContain('-1.7e+308 … -5.67e+307')
  expect(await plot(far, '--width', '30')).toMatch(/ 0 ┤/)
  const near = await plot(make(scope, 'near.f64', 'd', [0, 5e-324]), '--histogram')
  expect(near).toContain('0 … 5e-324')
  expect(counts(near).at(-1)).toBe(2)
  const least = make(scope, 'least.f64', 'd', [0, 5e-324, 1e-323, 1.5e-323])
  expect(await plot(least, '--histogram', '--bins', '5')).toMatch(/\n *0 … 1\.5e-323 │█+ 4\n$/)
  expect(await plot(make(scope, 'big.f64', 'd', [1e200, 1e300]), '--log')).toContain('1e+250 ┤')
})

describe('as an image', () => {
  test('SVG holds a point for each element of few', async () => {
    const items = [3, 1, 4, 1, 5, 9]
    const file = make(scope, 'pi & <e>.i32', 'i', items)
    await plot(file, '--svg', scope.path('a.svg'))
    const svg = fs.readFileSync(scope.path('a.svg'), 'utf8')
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/)
    expect(svg).toContain('pi &amp; &lt;e&gt;.i32: 6 × int32')
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
    expect(dots).toHaveLength(6)
    // Up the page is down in numbers, and everything is evenly apart.
    const [[, high], [, low]] = [dots[5], dots[1]]
    for (const [index, [x, y]] of dots.entries()) {
      expect(y).toBeCloseTo(low + ((items[index] - 1) / 8) * (high - low), 3)
      expect(x).toBeCloseTo(dots[0][0] + (index / 5) * (dots[5][0] - dots[0][0]), 3)
    }
    expect(await plot(file, '--svg', '-')).toBe(svg)
    expect(await failure(2, ['plot', file, '--svg', scope.path('a.svg')])).toContain('--force')
  })

  test('PNG is a picture of its size, and not empty', async () => {
    const file = make(
      scope,
      'walk.f64',
      'd',
      Float64Array.from({ length: 100_000 }, (_, n) => Math.sin(n / 9000) * n),
    )
    await plot(file, '--png', scope.path('a.png'), '--width', '800', '--height', '400')
    const { width, height, pixels } = decodePng(fs.readFileSync(scope.path('a.png')))
    expect([width, height]).toEqual([800, 400])
    const isInk = (x, y) => pixels[(y * width + x) * 4] < 200
    const columns = Array.from({ length: width }, (_, x) =>
      Array.from({ length: height }, (_, y) => y).some((y) => isInk(x, y)),
    )
    // The title, the axis and the curve reach from the left to the right.
    expect(columns.filter(Boolean).length).toBeGreaterThan(500)
    // Letters are drawn: there is ink where the title is.
    const title = Array.from({ length: 30 * 200 }, (_, n) => isInk(24 + (n % 200), 14 + Math.floor(n / 200))).filter(
      Boolean,
    )
    expect(title.length).toBeGreaterThan(100)
  })

  test('a histogram, and nothing at all', async () => {
    const svg = await plot(make(scope, 'few.u8', 'B', [1, 2, 2, 3]), '--type', 'B', '--histogram', '--svg', '-')
    const heights = [...svg.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height))
    expect(heights).toHaveLength(3)
    expect(heights[1]).toBeCloseTo(2 * heights[0], 3)
    expect(await plot(make(scope, 'none.f64', 'd', []), '--svg', '-')).toContain('none.f64: 0 × float64')
  })
})
