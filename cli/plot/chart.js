// Pictures for a page: SVG by Observable Plot, and PNG of it.

import { readFileSync } from 'node:fs'
import { Plot, createDocument } from '../../dist/plotting.js'
import { addCanvas, channelsOf } from './raster-canvas.js'
import { timeTick } from './time-ticks.js'
import { axisLabels } from './x-axis.js'

const INK = '#222'
const FILL = '#2471a3'
const QUIET = '#666'
const MARGINS = { marginTop: 52, marginLeft: 80, marginRight: 28, marginBottom: 44 }
/** The room for the names of several series, to the right of the plot. */
const LEGEND = 160
const RAMP = { width: 240, height: 44, marginLeft: 10, marginRight: 10 }
/** More room for the ramp and the note below the title. */
const HEAT_TOP = 64
/** Up to so many elements are drawn with a dot each. */
const DOTS = 60
const HEAT = 'viridis'
const CENTRED = { labelAnchor: 'center', labelArrow: 'none' }
const dist = (name) => readFileSync(new URL(`../../dist/${name}`, import.meta.url))

/** How many columns a picture of a width in pixels has. */
export const columnsOfImage = (width) => Math.max(width - MARGINS.marginLeft - MARGINS.marginRight, 50)
/** How many rows of cells a heat map of a height in pixels has. */
export const rowsOfImage = (height) => Math.max(height - HEAT_TOP - MARGINS.marginBottom, 50)

/**
 * @param {{ title: string, note?: string, width: number, height: number }} frame
 * @param {{ series?: object[], axis?: object, valueLabel?: string, isLog?: boolean, bins?: object[], map?: object }} data series,
 *   the bins of a histogram, or a heat map
 * @returns {string} SVG
 */
export function svgOf(frame, data) {
  const document = addCanvas(createDocument())
  const { marks, ...parts } = data.map ? heatMapParts(data) : data.bins ? histogramParts(data) : seriesParts(data)
  const chart = Plot.plot({
    document,
    width: frame.width,
    height: frame.height,
    ...MARGINS,
    style: { fontFamily: 'sans-serif', fontSize: '12px', background: 'white', color: INK },
    ...parts,
    marks: [...marks, ...headings(frame, data)],
  })
  if (data.map?.extent) chart.appendChild(rampOf(chart, frame, document))
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  chart.setAttribute('xmlns:xlink', 'http://www.w3.org/1999/xlink')
  return `${chart.outerHTML}\n`
}

/** The title, and the note to the right of it or, where a ramp of colours is, below it. */
function headings({ title, note = '', width }, { map }) {
  const left = { frameAnchor: 'top-left', dx: 14 - MARGINS.marginLeft, textAnchor: 'start' }
  const room = (map ? width - RAMP.width - 40 : width - 40 - note.length * 6) / 15
  const short = { lineWidth: Math.max(room, 5), textOverflow: 'ellipsis' }
  return [
    Plot.text([title], { ...left, ...short, dy: map ? 18 - HEAT_TOP : -34, fontSize: 15, fontWeight: 600 }),
    map
      ? Plot.text([note], { ...left, dy: 40 - HEAT_TOP, fill: QUIET })
      : Plot.text([note], { frameAnchor: 'top-right', dy: -34, fill: QUIET, textAnchor: 'end' }),
  ]
}

function seriesParts({ series, axis, valueLabel, isLog }) {
  const names = series.map(({ name }) => name)
  const isOne = series.length === 1
  const channels = { x: 'at', ...(isOne ? {} : { z: 'name' }) }
  const ink = isOne ? FILL : 'name'
  const drawn = series.flatMap((one) => marksOf(one, channels, ink))
  const legend = isOne ? [] : legendMarks(names)
  return {
    ...(isOne ? {} : { marginRight: LEGEND, color: { type: 'categorical', domain: names, scheme: 'tableau10' } }),
    // Times have dates below them.
    ...(axis.isTime && { marginBottom: 52 }),
    x: { ...xScale(axis), label: labelOf(axis), ...CENTRED, nice: false },
    y: {
      label: valueLabel,
      ...CENTRED,
      grid: true,
      tickFormat: numberText,
      ...(isLog ? { type: 'log' } : { zero: false }),
    },
    marks: [Plot.frame({ stroke: '#ddd' }), ...drawn, ...legend],
  }
}

/** The axis of times may show no year. */
function labelOf(axis) {
  if (!axis.isTime || axis.domain === undefined) return axis.label
  const [first, , last] = axisLabels(axis)
  return `${axis.label}, ${first} to ${last}`
}

function xScale({ isIndex, isTime, domain }) {
  if (isTime) return { type: 'utc', domain, tickFormat: timeTick }
  // The last element begins one before the end.
  const [first, last] = domain ?? [0, 1]
  return isIndex
    ? { domain: [first, Math.max(last - 1, first + 1)], tickFormat: indexText }
    : { domain: last > first ? [first, last] : [first - 1, first + 1], tickFormat: numberText }
}

/** Points that are elements are joined if their x values ascend; a column of many elements is an area. */
function marksOf({ name, columns, isWhole, isSorted = true }, channels, ink) {
  const data = columns.map((column) => ({ ...column, name }))
  const dots = () => Plot.dot(data, { ...channels, y: 'min', fill: ink, r: 2.5 })
  if (!isWhole)
    return [Plot.areaY(data, { ...channels, y1: 'min', y2: 'max', fill: ink, stroke: ink, strokeWidth: 0.8 })]
  if (!isSorted) return [dots()]
  const line = Plot.lineY(data, { ...channels, y: 'min', stroke: ink, strokeWidth: 1.4 })
  // A line of few elements shows where they are.
  return columns.length <= DOTS ? [line, dots()] : [line]
}

/** The legend as marks: that of the library is HTML, which no picture holds. */
function legendMarks(names) {
  return names.flatMap((name, index) => {
    const place = { frameAnchor: 'top-right', dy: 10 + 18 * index }
    return [
      Plot.dot([{ name }], { ...place, dx: 16, fill: 'name', r: 5, symbol: 'square', clip: false }),
      Plot.text([name], {
        ...place,
        dx: 28,
        textAnchor: 'start',
        lineAnchor: 'middle',
        lineWidth: (LEGEND - 40) / 12,
        textOverflow: 'ellipsis',
      }),
    ]
  })
}

function histogramParts({ bins: given, valueLabel }) {
  const { bins, label } = binsFromLeast(given, valueLabel)
  return {
    x: { label, ...CENTRED, tickFormat: numberText },
    y: { label: 'elements', ...CENTRED, grid: true, tickFormat: numberText },
    marks: [
      Plot.rectY(bins, { x1: 'from', x2: 'to', y: 'count', fill: FILL, insetLeft: 0.5, insetRight: 0.5 }),
      Plot.ruleY([0], { stroke: INK }),
    ],
  }
}

/** The axis of integers that doubles do not hold counts from the least of them. */
function binsFromLeast(bins, label) {
  const [{ from: least }] = bins
  if (typeof least !== 'bigint') return { bins, label }
  const numbers = bins.map(({ from, to, count }) => ({ from: Number(from - least), to: Number(to - least), count }))
  return { bins: numbers, label: `${label}, from ${least}` }
}

/** Row 0 is at the top, as a matrix is printed. */
function heatMapParts({ map: { rows, columns, means, extent, start, stop, width }, isLog }) {
  const bounds = { x1: 0, x2: width, y1: start, y2: stop }
  const cells = Plot.raster(means, {
    width: columns,
    height: rows,
    ...bounds,
    fill: (mean) => mean,
    imageRendering: 'optimizeSpeed',
  })
  return {
    marginTop: HEAT_TOP,
    x: { domain: [0, Math.max(width, 1)], label: 'column', ...CENTRED, tickFormat: indexText },
    y: {
      domain: [Math.max(stop, start + 1), start],
      label: 'row',
      ...CENTRED,
      tickFormat: indexText,
    },
    color: { type: isLog ? 'log' : 'linear', scheme: HEAT, ...(extent && { domain: extent }) },
    marks: [Plot.frame({ stroke: '#ddd' }), ...(extent ? [cells] : [])],
  }
}

/** Which value each colour is. */
function rampOf(chart, { width }, document) {
  const ramp = chart.scale('color')
  const legend = Plot.legend({ color: ramp, document, ...RAMP, ticks: 4, tickFormat: numberText, marginTop: 6 })
  legend.setAttribute('x', String(width - RAMP.width - MARGINS.marginRight))
  legend.setAttribute('y', '0')
  return legend
}

/** @returns {(share: number) => [number, number, number]} red, green and blue of a share from 0 to 1 */
export function heatColours() {
  const { apply } = Plot.scale({ color: { type: 'linear', scheme: HEAT, domain: [0, 1] } })
  return (share) => channelsOf(apply(share))
}

const grouped = new Intl.NumberFormat('en', { maximumSignificantDigits: 12 })
/** Only whole numbers are indices: other ticks have no label. */
const indexText = (index) => (Number.isInteger(index) ? grouped.format(index) : '')
function numberText(value) {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-4 || size >= 1e9) ? value.toExponential().replace('e+', 'e') : grouped.format(value)
}

/** @returns {Promise<Uint8Array>} the same as PNG */
export async function pngOf(svg, zoom) {
  const { Resvg, initWasm } = await import('../../dist/rasterizer.js')
  await initWasm(dist('rasterizer.wasm'))
  const font = { fontBuffers: [dist('font.ttf')], defaultFontFamily: 'Roboto', sansSerifFamily: 'Roboto' }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom }, background: 'white' }).render().asPng()
}
