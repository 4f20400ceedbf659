// The labels of axes: times of 24 hours, numbers that can be told apart, names of fields.
import { expect, test } from 'vitest'
import { timeTick } from '../cli/plot/time-ticks.js'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { make, printed } from './support/tool.js'

const scope = useScope()

const TYPE = ['--type', 'time:i64,duration:f32']
/** Requests, a minute apart, from 17:42:54. */
function requests() {
  const path = scope.path('requests.rec')
  const records = scope.keep(MmapArray.open(path, { time: 'q', duration: 'f' }, { flags: 'w+' }))
  records.extend(Array.from({ length: 30 }, (_, n) => ({ time: 1_796_060_574n + BigInt(60 * n), duration: n })))
  return path
}

test('plot of times after noon labels them with 24 hours', async () => {
  const words = [requests(), ...TYPE, '--field', 'duration', '--x-field', 'time', '--x-type', 'time']
  const svg = await printed(['plot', ...words, '--svg', '-'])
  expect(svg).toContain('>18:00<')
  expect(svg).not.toMatch(/>6:00|PM/)
  expect(svg).toContain('time (UTC), 2026-11-30 17:42:54 to 2026-11-30 18:11:54')
})

test('plot of a field names it at the y axis', async () => {
  const svg = await printed(['plot', requests(), ...TYPE, '--field', 'duration', '--svg', '-'])
  expect(svg).toContain('>duration</text>')
  const both = await printed(['plot', requests(), ...TYPE, '--field', 'duration,time', '--svg', '-'])
  expect(both).toContain('>value</text>')
})

test('plot with x values of a narrow range labels them with digits that differ', async () => {
  const file = requests()
  const text = await printed(['plot', file, ...TYPE, '--field', 'duration', '--x-field', 'time', '--width', '80'])
  expect(text).toMatch(/ 1796060574 +1796061444 +1796062314\n/)
  const [y, x] = [make(scope, 'y.f64', 'd', [1, 2]), make(scope, 'x.f64', 'd', [5, 5])]
  expect(await printed(['plot', y, '--x', x])).toMatch(/ 5\n/)
})

test.each([
  [
    ['2026-11-30T17:00', '2026-11-30T18:00'],
    ['17:00\n2026-11-30', '18:00'],
  ],
  [
    ['2026-11-30T18:00', '2026-12-01T00:00', '2026-12-01T06:00'],
    ['18:00\n2026-11-30', '00:00\n2026-12-01', '06:00'],
  ],
  [
    ['2026-11-30T17:00:30', '2026-11-30T17:01:00'],
    ['17:00:30\n2026-11-30', '17:01:00'],
  ],
  [
    ['2026-11-30T17:00:30', '2026-11-30T17:00:30.5'],
    ['17:00:30.000\n2026-11-30', '17:00:30.500'],
  ],
  [
    ['2026-11-30', '2026-12-01'],
    ['2026-11-30', '2026-12-01'],
  ],
  [
    ['2026-11-01', '2026-12-01'],
    ['2026-11', '2026-12'],
  ],
  [
    ['2025-01-01', '2026-01-01'],
    ['2025', '2026'],
  ],
])('ticks of %j', (texts, labels) => {
  const ticks = texts.map((text) => new Date(text.includes('T') ? `${text}Z` : text))
  expect(ticks.map((tick, index) => timeTick(tick, index, ticks))).toEqual(labels)
})
