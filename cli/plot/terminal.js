// Plots made of characters.

import { ACROSS, Braille, DOWN } from './braille.js'
import { LABEL, shortNumber } from './labels.js'
import { axisLabels } from './x-axis.js'

const ROWS = 16
/** What stands to the left of the picture: a label, a space and the axis. */
const MARGIN = LABEL + 2
const BLANK = '\u2800'
/** The colours of series, and the characters that show them without colours. */
const COLOURS = [36, 33, 35, 32, 31, 34, 96, 93, 95, 92]
const MARKS = ['*', '+', 'o', 'x', '#', '@', '%', '=', '~', '&']

/** How many columns of characters a picture of a width has beside its labels. */
export const columnsIn = (width) => Math.max(width - MARGIN, 4)
/** How many columns of dots that is. */
export const dotsIn = (width) => columnsIn(width) * ACROSS

/**
 * A plot between the least and the greatest of all series.
 * @param {{ series: Array<{ columns: Array<{ at: number, min: number, max: number }>, isWhole: boolean, isSorted: boolean }>,
 *   axis: object, extent: [number, number], scale(value: number): number, width: number, rows?: number, isColoured: boolean }} picture
 *   `scale` gives what rises evenly up the picture
 */
export function plotLines({ series, axis, extent, scale, width, rows = ROWS, isColoured }) {
  const canvas = new Braille(columnsIn(width), rows)
  const rowOf = rowsOf(extent, scale, rows * DOWN)
  for (const [owner, one] of series.entries()) draw(canvas, one, { axis, rowOf, owner })
  const labels = labelsOf(extent, rows, scale)
  const paint = painter(series.length, isColoured)
  const lines = canvas
    .toLines(paint)
    .map((line, row) => `${labels[row].padStart(LABEL)} ${labels[row] ? '┤' : '│'}${line}`)
  return [...lines, ...axisLines(axisLabels(axis), axis.label, columnsIn(width))]
}

/** A line that names each series, as its colour or its mark does in the picture. */
export function legendLines(names, isColoured) {
  if (names.length < 2) return []
  return names.map((name, owner) => `${isColoured ? painter(2, true)('⣿', owner) : MARKS[owner]} ${name}`)
}

/** Shows which series drew something: by colours, or by marks if there are no colours and several series. */
function painter(count, isColoured) {
  if (isColoured) return (text, owner) => `\x1b[${COLOURS[owner]}m${text}\x1b[39m`
  if (count === 1) return (text) => text
  return (text, owner) => text.replaceAll(/./gu, (cell) => (cell === BLANK ? ' ' : MARKS[owner]))
}

/** @returns {(value: number) => number} the row of dots of a value; row 0 is the upper one */
function rowsOf(extent, scale, count) {
  const [low, high] = extent.map(scale)
  const dots = count - 1
  // Far ends may be further apart than the largest double.
  const part = Number.isFinite(high - low) ? 1 : 1 / 2
  const height = high * part - low * part
  return (value) =>
    height > 0 ? Math.round(dots * (1 - (scale(value) * part - low * part) / height)) : Math.floor(dots / 2)
}

function draw(canvas, { columns, isWhole, isSorted = true }, { axis, rowOf, owner }) {
  const dots = canvas.columns * ACROSS
  const placeOf = axis.isIndex ? placesOfIndices(axis, dots, isWhole) : placesOfNumbers(axis, dots)
  let before
  for (let index = 0; index < columns.length; index++) {
    const { at, min, max } = columns[index]
    if (Number.isNaN(min)) {
      before = undefined
      continue
    }
    const here = { x: placeOf(at), bottom: rowOf(min), top: rowOf(max) }
    if (axis.isIndex) steps(canvas, { before, here, end: endOf(columns, index, axis, placeOf) }, owner)
    else slope(canvas, { before: isSorted ? before : undefined, here }, owner)
    before = here
  }
}

/** A column of dots for elements: the first one of whole elements, as each of them is at least as wide as a dot. */
function placesOfIndices({ domain: [first, last] }, dots, isWhole) {
  const length = last - first
  return (at) => {
    const place = isWhole
      ? Math.floor(((at - first) * dots) / length)
      : Math.ceil(((at - first + 1) * dots) / length) - 1
    return Math.min(Math.max(place, 0), dots - 1)
  }
}

const placesOfNumbers =
  ({ domain: [first, last] }, dots) =>
  (at) =>
    last > first
      ? Math.min(Math.floor(((at / 2 - first / 2) / (last / 2 - first / 2)) * dots), dots - 1)
      : Math.floor(dots / 2)

/** Where the columns end that show one column of elements. */
function endOf(columns, index, { domain: [, last] }, placeOf) {
  if (index + 1 < columns.length) return placeOf(columns[index + 1].at)
  const width = index > 0 ? columns[index].at - columns[index - 1].at : 1
  const end = columns[index].at + width
  return end >= last ? placeOf(Infinity) + 1 : placeOf(end)
}

/** Elements are steps. */
function steps(canvas, { before, here: { x, bottom, top }, end }, owner) {
  // Up to the column before, so that a steep line has no holes.
  const joined = before === undefined ? [bottom, top] : [Math.max(bottom, before.top), Math.min(top, before.bottom)]
  canvas.line(x, ...joined, owner)
  for (let dot = x + 1; dot < end; dot++) canvas.line(dot, bottom, top, owner)
}

/** A straight line from the point before. */
function slope(canvas, { before, here: { x, bottom, top } }, owner) {
  canvas.line(x, bottom, top, owner)
  if (before === undefined) return
  const middle = (one) => (one.bottom + one.top) / 2
  const [from, to] = [middle(before), middle({ bottom, top })]
  const rowAt = (dot) => Math.round(from + ((to - from) * (dot - before.x)) / Math.max(x - before.x, 1))
  for (let dot = before.x + 1; dot <= x; dot++) {
    if (dot < x) canvas.line(dot, rowAt(dot - 1 / 2), rowAt(dot + 1 / 2), owner)
    // Up to the point, so that a steep line has no holes.
    else canvas.line(dot, rowAt(dot - 1 / 2), Math.round(to), owner)
  }
}

/** A label for the first, the last and the middle row, as far as the values there are known. */
function labelsOf([least, greatest], rows, scale) {
  const labels = Array.from({ length: rows }, () => '')
  if (least === greatest) {
    labels[Math.floor((rows - 1) / 2)] = shortNumber(least)
    return labels
  }
  labels[0] = shortNumber(greatest)
  labels[rows - 1] = shortNumber(least)
  const isLinear = scale(4) - scale(3) === scale(3) - scale(2)
  const middle = isLinear ? least / 2 + greatest / 2 : Math.sqrt(least) * Math.sqrt(greatest)
  // Ends like -20 and 20.0001 have a middle of 0.
  const isNothing = isLinear && Math.abs(middle) < (greatest / 2 - least / 2) * 1e-4
  labels[Math.floor(rows / 2)] = shortNumber(isNothing ? 0 : middle)
  return labels
}

/** The axis, labels for its ends and its middle as far as there is room, and its name. */
export function axisLines(labels, title, across) {
  const margin = ' '.repeat(MARGIN)
  return [`${' '.repeat(MARGIN - 1)}└${'─'.repeat(across)}`, labelLine(labels, across), margin + named()]

  function named() {
    const short = title.length > across ? `${title.slice(0, across - 1)}…` : title
    return short.padStart(Math.floor((across + short.length) / 2))
  }
}

/** Labels with a space between them. The last one goes before the middle one. */
function labelLine([first, middle, last], across) {
  // A label that is longer than the axis begins below the margin.
  const left = (' '.repeat(MARGIN) + first).slice(-Math.max(MARGIN + across, first.length))
  const end = MARGIN + across
  if (first === last || left.length + 1 + last.length > end) return left
  const start = MARGIN + Math.floor(across / 2) - Math.floor(middle.length / 2)
  const isShown = ![first, last].includes(middle) && left.length < start && start + middle.length < end - last.length
  const begun = isShown ? left.padEnd(start) + middle : left
  return begun + last.padStart(end - begun.length)
}
