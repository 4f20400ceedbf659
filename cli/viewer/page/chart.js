// The plots of the page: one with axes and a legend, and a strip without them.

/* global uPlot */

const number = new Intl.NumberFormat('en')
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
/** The colours of several series, from the style sheet. */
const SERIES = 10
const INK = 0x55
/** The least seconds between two ticks, their label, and the second line where the year or the day changes. */
const TIMES = [
  [31_536_000, '{YYYY}'],
  [2_419_200, '{YYYY}-{MM}'],
  [86_400, '{YYYY}-{MM}-{DD}'],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', '\n{YYYY}-{MM}-{DD}'],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', '\n{YYYY}-{MM}-{DD}'],
  [0.001, '{HH}:{mm}:{ss}.{fff}', '\n{YYYY}-{MM}-{DD}', '\n{YYYY}-{MM}-{DD}'],
].map(([least, label, year = null, day = null]) => [least, label, year, null, day, null, null, null, 1])

/**
 * @param {{ series: string[], x?: { label: string, isTime: boolean } }} info
 * @param {{ height: number, axes: boolean }} options
 */
export function makePlot(parent, { series, x }, { height, axes }) {
  const axis = {
    stroke: () => css('--quiet'),
    grid: { stroke: () => css('--rule'), width: 1 },
    ticks: { stroke: () => css('--rule') },
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 20,
  }
  const isOne = series.length === 1
  const colourOf = (index) => css(isOne ? '--line' : `--series-${index % SERIES}`)
  const isWithX = axes && x !== undefined
  const isTime = isWithX && x.isTime
  const options = {
    width: parent.clientWidth,
    height,
    legend: { show: axes && !isOne, live: false },
    cursor: { show: axes, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: isTime }, y: { range: roomy } },
    ...(isTime && { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') }),
    axes: axes
      ? [
          {
            ...axis,
            space: 110,
            label: isWithX ? x.label : 'index',
            ...(!isWithX && { values: indices }),
            ...(isTime && { values: TIMES }),
          },
          { ...axis, size: 76, label: 'value' },
        ]
      : [{ show: false }, { show: false }],
    padding: axes ? [8, 8, 0, 0] : [2, 0, 2, 0],
    series: [{}, ...series.flatMap((name, index) => endsOf(name, () => colourOf(index)))],
    bands: series.map((_, index) => ({
      series: [1 + 2 * index, 2 + 2 * index],
      fill: () => colourOf(index) + INK.toString(16),
    })),
    hooks: { setSeries: [showBoth] },
  }
  return new uPlot(options, [[], ...series.flatMap(() => [[], []])], parent)
}

/** The greatest of each column, which the legend names, and the least. */
function endsOf(label, stroke) {
  const ends = { label, stroke, width: 1, spanGaps: false, points: { show: false } }
  return [ends, { ...ends, class: 'least' }]
}

/** A click in the legend shows or hides both ends of a series. */
function showBoth(plot, index, { show }) {
  if (show === undefined || index === null || index % 2 === 0 || plot.series[index + 1].show === show) return
  plot.setSeries(index + 1, { show })
}

/** An axis with no tick between two elements. */
const indices = (_, ticks) => ticks.map((at) => (Number.isInteger(at) ? number.format(at) : ''))

/** Some room above and below; a constant is in the middle. */
function roomy(_, min, max) {
  if (min === null || min === undefined) return [0, 1]
  const room = max > min ? (max - min) * 0.04 : Math.abs(max) * 0.1 || 1
  return [min - room, max + room]
}
