// Pictures for a page: SVG by Observable Plot, and PNG of it.

import { readFileSync } from 'node:fs'
import { Plot, createDocument } from '../../dist/plotting.js'

const INK = '#222'
const FILL = '#2471a3'
const dist = (name) => readFileSync(new URL(`../../dist/${name}`, import.meta.url))

/**
 * @param {{ title: string, note?: string, width: number, height: number }} frame
 * @param {{ columns?: Array<{ at: number, min: number, max: number }>, isWhole?: boolean, isLog?: boolean, bins?: object[] }} data
 * @returns {string} SVG
 */
export function svgOf(frame, { columns, isWhole, isLog, bins }) {
  const document = createDocument()
  const parts = bins ? histogramParts(bins) : seriesParts(columns, isWhole, isLog)
  const chart = Plot.plot({
    document,
    width: frame.width,
    height: frame.height,
    marginTop: 52,
    marginLeft: 74,
    marginRight: 28,
    marginBottom: 44,
    style: { fontFamily: 'sans-serif', fontSize: '12px', background: 'white', color: INK },
    ...parts,
    marks: [
      ...parts.marks,
      Plot.text([frame.title], {
        frameAnchor: 'top-left',
        dx: -62,
        dy: -34,
        fontSize: 15,
        fontWeight: 600,
        textAnchor: 'start',
      }),
      Plot.text([frame.note ?? ''], { frameAnchor: 'top-right', dy: -34, fill: '#666', textAnchor: 'end' }),
    ],
  })
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `${chart.outerHTML}\n`
}

function seriesParts(columns, isWhole, isLog) {
  const channels = { x: 'at' }
  const drawn = isWhole
    ? [Plot.lineY(columns, { ...channels, y: 'min', stroke: FILL, strokeWidth: 1.4 })]
    : [Plot.areaY(columns, { ...channels, y1: 'min', y2: 'max', fill: FILL, stroke: FILL, strokeWidth: 0.8 })]
  // A line of few elements shows where they are.
  if (isWhole && columns.length <= 60) drawn.push(Plot.dot(columns, { ...channels, y: 'min', fill: FILL, r: 2.5 }))
  return {
    x: { label: 'index', labelArrow: 'none', tickFormat: (at) => at.toLocaleString('en'), nice: false },
    y: { label: null, grid: true, ...(isLog ? { type: 'log' } : { zero: false }) },
    marks: [Plot.frame({ stroke: '#ddd' }), ...drawn],
  }
}

function histogramParts(bins) {
  return {
    x: { label: 'value', labelArrow: 'none' },
    y: { label: null, grid: true, tickFormat: '~s' },
    marks: [
      Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'count', fill: FILL, insetLeft: 0.5, insetRight: 0.5 }),
      Plot.ruleY([0], { stroke: INK }),
    ],
  }
}

/** @returns {Promise<Uint8Array>} the same as PNG, at twice the pixels */
export async function pngOf(svg) {
  const { Resvg, initWasm } = await import('../../dist/rasterizer.js')
  await initWasm(dist('rasterizer.wasm'))
  const font = { fontBuffers: [dist('font.ttf')], defaultFontFamily: 'Roboto', sansSerifFamily: 'Roboto' }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 }, background: 'white' }).render().asPng()
}
