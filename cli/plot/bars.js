// A histogram made of characters.

import { shortNumber } from './labels.js'

const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const LEAST = 8

/** A bar for each bin. */
export function histogramLines({ bins, width, isInteger, isColoured }) {
  const textOf = hasShortEnds(bins) ? (end) => shortNumber(Number(end)) : String
  const labels = bins.map(({ from, to }) =>
    isInteger && Number(to - from) === 1 ? String(from) : `${textOf(from)} … ${textOf(to)}`,
  )
  const counts = bins.map(({ count }) => String(count))
  const margin = Math.max(...labels.map((label) => label.length))
  const room = Math.max(width - margin - 3 - Math.max(...counts.map((count) => count.length)), LEAST)
  const most = Math.max(...bins.map(({ count }) => count), 1)
  const paint = (bar) => (isColoured && bar ? `\x1b[36m${bar}\x1b[39m` : bar)
  return bins.map(({ count }, bin) => {
    const eighths = Math.round((count / most) * room * 8)
    const bar = '█'.repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? EIGHTHS[eighths % 8] : '')
    // A bin with elements has a visible bar.
    return `${labels[bin].padStart(margin)} │${paint(bar || (count > 0 ? EIGHTHS[1] : ''))} ${counts[bin]}`
  })
}

/** Whether short numbers tell the ends of the bins apart. */
function hasShortEnds(bins) {
  const ends = [...bins.map(({ from }) => from), bins.at(-1).to]
  return new Set(ends.map((end) => shortNumber(Number(end)))).size === new Set(ends).size
}
