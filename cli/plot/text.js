// A picture as lines of text.

import { histogramLines } from './bars.js'
import { legendLines, plotLines } from './terminal.js'
import { cellsIn, heatMapLines } from './terminal-heat-map.js'

/** @param {object} picture from `pictureOf` */
export async function textOf(picture, { isColoured, hasAllColours }) {
  const legend = legendLines(picture.names, isColoured)
  const heading =
    legend.length > 0 ? [...legend, picture.note] : [[picture.title, picture.note].filter(Boolean).join(', ')]
  const colourOf = picture.map && isColoured && hasAllColours ? (await import('./chart.js')).heatColours() : undefined
  return [...heading.filter(Boolean), ...linesOf(picture, { isColoured, colourOf })].join('\n')
}

function linesOf(picture, { isColoured, colourOf }) {
  if (!picture.extent) return ['nothing to show']
  const scale = picture.isLog ? Math.log : (value) => value
  if (picture.bins) return histogramLines({ ...picture, isColoured })
  if (!picture.map) return plotLines({ ...picture, scale, rows: picture.height, isColoured })
  const most = cellsIn(picture.width, picture.height, Boolean(colourOf))
  return heatMapLines(picture.map, { most, scale, colourOf })
}
