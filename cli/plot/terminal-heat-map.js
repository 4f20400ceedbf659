// A heat map made of characters: two cells a character in colours, or one cell a character in shades.

import { axisLines, columnsIn } from './terminal.js'
import { axisLabels } from './x-axis.js'
import { LABEL, shortNumber } from './labels.js'

const SHADES = [' ', '░', '▒', '▓', '█']
const ROWS = 16

/** How many cells a picture has. */
export const cellsIn = (width, lines = ROWS, isColoured = false) => ({
  columns: columnsIn(width),
  rows: isColoured ? 2 * lines : lines,
})

/**
 * @param {{ rows: number, columns: number, means: Float64Array, extent: [number, number], start: number, stop: number, width: number }} map
 *   `start` and `stop` are rows of the matrix, `width` is how many columns it has
 * @param {{ most: { rows: number, columns: number }, scale(value: number): number,
 *   colourOf?: (share: number) => [number, number, number] }} options `most` cells fit; without `colourOf` the map is in shades
 */
export function heatMapLines({ rows, columns, means, extent, start, stop, width }, { most, scale, colourOf }) {
  const [low, high] = extent.map(scale)
  const shareOf = (row, column) => {
    const value = row < rows ? means[row * columns + column] : NaN
    // Far ends may be further apart than the largest double.
    return high > low ? (scale(value) / 2 - low / 2) / (high / 2 - low / 2) : value - value
  }
  // A small map is drawn larger.
  const [down, across] = [most.rows / rows, most.columns / columns].map((times) => Math.max(Math.floor(times), 1))
  const size = { rows: rows * down, columns: columns * across }
  const shareAt = (row, column) => shareOf(Math.floor(row / down), Math.floor(column / across))
  const lines = colourOf ? inColours(shareAt, { ...size, colourOf }) : inShades(shareAt, size)
  const labels = rowLabels(lines.length, start, stop)
  const shown = lines.map((line, at) => `${labels[at].padStart(LABEL)} │${line}`)
  const axis = axisLabels({ isIndex: true, domain: [0, width] })
  return [...shown, ...axisLines(axis, 'column', size.columns), ' '.repeat(LABEL + 2) + keyOf(extent, colourOf)]
}

function inShades(shareOf, { rows, columns }) {
  const shadeOf = (share) =>
    Number.isNaN(share) ? '·' : SHADES[Math.min(Math.floor(share * SHADES.length), SHADES.length - 1)]
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => shadeOf(shareOf(row, column))).join(''),
  )
}

/** The upper half of each character is its ink, and the lower half its background. */
function inColours(shareOf, { rows, columns, colourOf }) {
  const code = (share, ground) => (Number.isNaN(share) ? `${ground + 1}` : `${ground};2;${colourOf(share).join(';')}`)
  return Array.from({ length: Math.ceil(rows / 2) }, (_, line) => {
    const cells = Array.from({ length: columns }, (__, column) => {
      const [upper, lower] = [shareOf(2 * line, column), shareOf(2 * line + 1, column)]
      if (Number.isNaN(upper)) return `\x1b[${code(lower, 38)};49m${Number.isNaN(lower) ? ' ' : '▄'}`
      return `\x1b[${code(upper, 38)};${code(lower, 48)}m▀`
    })
    return `${cells.join('')}\x1b[0m`
  })
}

/** The first row and the last. */
function rowLabels(lines, start, stop) {
  const labels = Array.from({ length: lines }, () => '')
  labels[lines - 1] = String(stop - 1)
  labels[0] = String(start)
  return labels
}

/** Which values the darkest and the brightest cells have. */
function keyOf([least, greatest], colourOf) {
  const ramp = colourOf
    ? `${Array.from({ length: 16 }, (_, at) => `\x1b[38;2;${colourOf(at / 15).join(';')}m█`).join('')}\x1b[0m`
    : SHADES.join('')
  return least === greatest
    ? `all cells: ${shortNumber(least)}`
    : `${shortNumber(least)} ${ramp} ${shortNumber(greatest)}`
}
