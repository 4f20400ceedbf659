// The range of elements that the viewer's page shows: zoomed, panned, and following the end.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Range } from '../cli/viewer/page/range.js'

test('zooms around an element, and back', () => {
  const range = new Range(1000)
  range.zoom(0.1, 300)
  expect([range.start, range.stop]).toEqual([270, 370])
  range.zoom(10, 300)
  expect(range.isAll).toBe(true)
  range.zoom(0.5)
  expect([range.start, range.stop]).toEqual([250, 750])
  range.zoom(0.5, 250)
  expect([range.start, range.stop]).toEqual([250, 500])
})

test('does not leave the array', () => {
  const range = new Range(100)
  range.zoom(0.1, 50)
  range.moveTo(-20)
  expect(range.toIndices()).toEqual({ start: 0, stop: 10 })
  range.moveTo(500)
  expect(range.toIndices()).toEqual({ start: 90, stop: 100 })
  range.zoom(1e-9)
  expect(range.span).toBe(8)
  range.zoom(1e9)
  expect(range.isAll).toBe(true)
})

test('follows the end where it was at the end, or showed all', () => {
  const all = new Range(100)
  all.setLength(150)
  expect(all.isAll).toBe(true)
  const end = new Range(100)
  end.zoom(0.2, 100)
  end.setLength(150)
  expect(end.toIndices()).toEqual({ start: 130, stop: 150 })
  const middle = new Range(100)
  middle.zoom(0.2, 50)
  middle.setLength(150)
  expect(middle.toIndices()).toEqual({ start: 40, stop: 60 })
  middle.setLength(45)
  expect(middle.toIndices()).toEqual({ start: 25, stop: 45 })
  middle.setLength(0)
  expect([middle.start, middle.stop]).toEqual([0, 0])
  middle.setLength(5)
  expect(middle.isAll).toBe(true)
})

test('whatever is done, it stays inside', () => {
  const step = fc.oneof(
    fc.record({
      zoom: fc.double({ min: 0.01, max: 100, noNaN: true }),
      at: fc.double({ min: -10, max: 1e6, noNaN: true }),
    }),
    fc.record({ move: fc.double({ min: -1e7, max: 1e7, noNaN: true }) }),
    fc.record({ length: fc.integer({ min: 1, max: 1e6 }) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.array(step), (length, steps) => {
      const range = new Range(length)
      for (const { zoom, at, move, length: other } of steps) {
        if (zoom !== undefined) range.zoom(zoom, Math.min(Math.max(at, range.start), range.stop))
        else if (move !== undefined) range.moveTo(move)
        else range.setLength(other)
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.stop).toBeLessThanOrEqual(range.length)
        const { start, stop } = range.toIndices()
        expect(start).toBeLessThan(stop)
        expect(stop).toBeLessThanOrEqual(range.length)
      }
    }),
  )
})
