// Decides which of a FILE's dimensions, order and booleans TARGET keeps. Losing one is an error.

import { toRange } from '../command-line.js'
import { UsageError } from '../failures.js'
import { countOf, shapeText } from '../layout.js'

const TITLES = { raw: 'a raw file', csv: 'CSV', jsonl: 'JSON lines' }

/**
 * @param {import('../npy/header.js').Layout | undefined} layout of FILE; undefined for text and the standard input
 * @param {string} format of TARGET
 * @param {{ flatten?: boolean, range?: string, isBoolean: boolean | undefined, areRecords: boolean }} wanted `isBoolean`: whether the
 *   wanted type is NumPy's boolean; undefined if no type is wanted
 * @returns {{ layout?: import('../npy/header.js').Layout, rows?: { start: number, stop: number } }} the layout of TARGET, if
 *   FILE has one; the rows to read; undefined for all rows in the order of FILE
 */
export function planOf(layout, format, { flatten, range, isBoolean: wantsBoolean, areRecords }) {
  if (layout === undefined) {
    if (flatten) throw new UsageError('--flatten needs a FILE that has dimensions')
    if (wantsBoolean) throw new UsageError('booleans are written from files of elements, not from text or a pipe')
    return {}
  }
  const isBoolean = wantsBoolean ?? layout.isBoolean
  if (isBoolean && wantsBoolean === undefined && format !== 'npy')
    throw new UsageError(`${TITLES[format]} has no booleans: --type u8 writes them as 0 and 1`)
  const rows = rowsOf(range, layout.shape)
  const shape = rows === undefined ? layout.shape : [rows.stop - rows.start, ...layout.shape.slice(1)]
  const all = rows ?? { start: 0, stop: layout.shape[0] ?? 1 }
  if (flatten) return { layout: { shape: [countOf(shape)], fortranOrder: false, isBoolean }, rows: all }
  if (shape.length === 1) return { layout: { shape, fortranOrder: false, isBoolean }, rows }
  if (areRecords)
    throw new UsageError(
      `records of several dimensions, ${shapeText(shape)}, are written as one row: --flatten does that`,
    )
  if (format === 'npy') {
    return { layout: { shape, fortranOrder: layout.fortranOrder && rows === undefined, isBoolean }, rows }
  }
  if (format === 'csv' && shape.length === 2 && countOf(shape) > 0)
    return { layout: { shape, fortranOrder: false, isBoolean }, rows: all }
  throw new UsageError(
    `${TITLES[format]} cannot keep the dimensions ${shapeText(shape)}: --flatten writes one row, the last index fastest`,
  )
}

function rowsOf(range, shape) {
  if (range === undefined) return undefined
  if (shape.length === 0) throw new UsageError('--range needs a dimension, and FILE is a single element without any')
  const [start, stop] = toRange(range, shape[0])
  return { start, stop }
}

/** A range of elements of a FILE whose length is not known before its end. */
export async function* ranged(blocks, { start, stop }) {
  let at = 0
  for await (const values of blocks) {
    yield values.slice(Math.max(start - at, 0), Math.max(stop - at, 0))
    at += values.length
    if (at >= stop) return
  }
}

/** Reads `--range` for such a FILE. */
export function streamRange(range) {
  const [start, stop] = toRange(range, Infinity)
  if ([start, stop].every((bound) => bound >= 0)) return { start, stop }
  throw new UsageError('--range cannot count from the end of text or of the standard input: their length is not known')
}
