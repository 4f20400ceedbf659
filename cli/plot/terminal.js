// Pictures made of characters.

import { ACROSS, Braille, DOWN } from './braille.js'
import { shortNumber } from './labels.js'

const ROWS = 16
const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** How many columns of dots a plot has beside labels of a width. */
export const dotsIn = (width) => Math.max(width - 12, 10) * ACROSS

/**
 * A plot of columns between the least and the greatest.
 * @param {{ columns: Array<{ at: number, min: number, max: number }>, extent: [number, number], start: number, stop: number,
 *   scale(value: number): number, width: number }} picture `scale` gives what rises evenly up the picture
 */
export function plotLines({ columns, extent, start, stop, scale, width, rows = ROWS }) {
  const across = dotsIn(width) / ACROSS
  const canvas = new Braille(across, rows)
  const [low, high] = extent.map(scale)
  const dots = rows * DOWN - 1
  // Far ends may be further apart than the largest double.
  const part = Number.isFinite(high - low) ? 1 : 1 / 2
  const height = high * part - low * part
  const rowOf = (value) =>
    height > 0 ? Math.round(dots * (1 - (scale(value) * part - low * part) / height)) : Math.floor(dots / 2)
  let before
  for (let index = 0; index < columns.length; index++) {
    const { min, max } = columns[index]
    // Few elements stand apart from each other, and are joined.
    const [x, next] = [index, index + 1].map((n) => Math.floor((n * across * ACROSS) / columns.length))
    if (Number.isNaN(min)) {
      before = undefined
      continue
    }
    const [bottom, top] = [rowOf(min), rowOf(max)]
    // Up to the column before, so that a steep line has no holes.
    const joined = before === undefined ? [bottom, top] : [Math.max(bottom, before.top), Math.min(top, before.bottom)]
    canvas.line(x, ...joined)
    for (let dot = x + 1; dot < next; dot++) canvas.line(dot, bottom, top)
    before = { bottom, top }
  }
  const labels = labelsOf(extent, rows, scale)
  const margin = Math.max(...labels.map((label) => label.length))
  const lines = canvas.toLines().map((line, row) => `${labels[row].padStart(margin)} ${labels[row] ? '┤' : '│'}${line}`)
  return [...lines, ...axisLines(start, stop, margin, across)]
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
  labels[Math.floor(rows / 2)] = shortNumber(
    isLinear ? least / 2 + greatest / 2 : Math.sqrt(least) * Math.sqrt(greatest),
  )
  return labels
}

/** The indices of the first element, the middle and the last. */
function axisLines(start, stop, margin, across) {
  const [first, middle, last] = [start, Math.floor((start + stop) / 2), Math.max(stop - 1, start)].map(String)
  const line = `${first}${middle.padStart(Math.max(Math.floor(across / 2) - first.length + Math.ceil(middle.length / 2), 1))}`
  const rest = last.padStart(Math.max(across - line.length, last.length + 1))
  const text =
    last === first
      ? first
      : middle === first || middle === last
        ? `${first}${last.padStart(across - first.length)}`
        : line + rest
  return [`${' '.repeat(margin)} └${'─'.repeat(across)}`, `${' '.repeat(margin + 2)}${text}`]
}

/** A bar for each bin. */
export function histogramLines({ bins, width, isInteger }) {
  const labels = bins.map(({ from, to }) =>
    isInteger && to - from === 1 ? String(from) : `${shortNumber(from)} … ${shortNumber(to)}`,
  )
  const counts = bins.map(({ count }) => String(count))
  const margin = Math.max(...labels.map((label) => label.length))
  const room = Math.max(width - margin - 3 - Math.max(...counts.map((count) => count.length)), 8)
  const most = Math.max(...bins.map(({ count }) => count), 1)
  return bins.map(({ count }, bin) => {
    const eighths = Math.round((count / most) * room * 8)
    const bar = '█'.repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? EIGHTHS[eighths % 8] : '')
    // A bin with elements has a visible bar.
    return `${labels[bin].padStart(margin)} │${bar || (count > 0 ? EIGHTHS[1] : '')} ${counts[bin]}`
  })
}
