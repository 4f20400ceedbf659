// The pictures of a run, as SVG.
import { createDocument } from '@mixmark-io/domino'
import * as Plot from '@observablehq/plot'
import { isLost, tableOf } from './results.js'
import { BOUND, OURS } from './subjects.js'

const WIDTH = 960
const AHEAD = '#2a7f4f'
const BEHIND = '#c0392b'
const COLORS = ['#c0392b', '#2471a3', '#7d3c98', '#d68910', '#229954', '#222222', '#7f8c8d']
const TYPE_NAMES = { i: "int32 ('i')", d: "float64 ('d')" }
const document = createDocument()

/** For each operation: how many times as fast as the fastest competitor we are, and as the bound in C. */
export function speedPicture(report) {
  const rows = tableOf(report).filter(({ typecode }) => typecode in TYPE_NAMES)
  const pointOf = ({ title, typecode }, { subject, ratio }) => {
    return { title, type: TYPE_NAMES[typecode], subject, speed: 1 / ratio, color: isLost({ ratio }) ? BEHIND : AHEAD }
  }
  const points = rows.filter(({ best }) => best).map((row) => pointOf(row, row.best))
  const bounds = rows.filter(({ cells }) => cells[BOUND]).map((row) => pointOf(row, row.cells[BOUND]))
  const titles = [...new Set(rows.map(({ title }) => title))]
  const label = 'times as fast as the fastest competitor (1: the same) →'
  const chart = plot({
    height: 90 + titles.length * 21,
    marginLeft: 240,
    marginRight: 90,
    marginBottom: 50,
    x: { type: 'log', label, labelOffset: 42, tickFormat: 'g', grid: true, nice: true },
    y: { domain: titles, label: null },
    fx: { label: null, domain: Object.values(TYPE_NAMES) },
    marks: [
      Plot.ruleX([1], { stroke: '#222' }),
      Plot.ruleY(points, { fx: 'type', y: 'title', x1: 1, x2: 'speed', strokeWidth: 9, stroke: 'color' }),
      Plot.tickX(bounds, { fx: 'type', y: 'title', x: 'speed', stroke: '#222', strokeWidth: 2 }),
      Plot.text(points, {
        fx: 'type',
        y: 'title',
        x: ({ speed }) => Math.max(speed, 1),
        text: 'subject',
        textAnchor: 'start',
        dx: 5,
        fontSize: 10,
        fill: '#555',
      }),
    ],
  })
  return picture('Speed of each operation against the fastest competitor', chart, [
    { text: `${OURS} is faster`, color: AHEAD },
    { text: 'the named competitor is faster', color: BEHIND },
    { text: 'black tick: against C, -O3 -march=native', color: '#222' },
  ])
}

/** The time of an element, by the size of the array. */
export function sizePicture({ lines }) {
  const points = lines.flatMap(({ bySize }) => bySize ?? [])
  const subjects = [...new Set(points.map(({ subject }) => subject))]
  const sizes = [...new Set(points.map(({ n }) => n))]
  const color = (subject) => COLORS[subjects.indexOf(subject) % COLORS.length]
  const channels = { x: 'n', y: 'nanoseconds', fx: 'operation', stroke: ({ subject }) => color(subject) }
  const power = (n) => `10${[...String(Math.round(Math.log10(n)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('')}`
  const chart = plot({
    height: 440,
    marginLeft: 55,
    marginTop: 45,
    marginBottom: 55,
    x: { type: 'log', label: 'elements →', labelOffset: 45, ticks: sizes, tickFormat: power, grid: true },
    y: { type: 'log', label: '↑ nanoseconds an element', tickFormat: 'g', grid: true },
    fx: { label: null, domain: [...new Set(points.map(({ operation }) => operation))] },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.line(points, { ...channels, z: 'subject', strokeWidth: ({ subject }) => (subject === OURS ? 3 : 1.5) }),
      Plot.dot(points, { ...channels, fill: ({ subject }) => color(subject), r: 2.5 }),
    ],
  })
  const legend = subjects.map((text) => ({ text, color: color(text) }))
  return picture("Time of an element by the size of the array, typecode 'i'", chart, legend)
}

function plot(options) {
  return Plot.plot({
    document,
    width: WIDTH,
    style: { fontSize: '12px', background: 'white', color: '#222' },
    ...options,
  })
}

/** A chart with a heading and a legend above it; Plot's own legends are HTML. */
function picture(title, chart, legend) {
  const x = (_, i) => i / legend.length
  const key = plot({
    height: 34,
    margin: 8,
    marginLeft: 20,
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.dot(legend, { x, y: 0.5, fill: 'color', symbol: 'square', r: 6 }),
      Plot.text(legend, { x, y: 0.5, text: 'text', textAnchor: 'start', dx: 12, fontSize: 13 }),
    ],
  })
  const nested = (svg, y) => svg.outerHTML.replace('<svg ', `<svg y="${y}" `)
  const height = Number(chart.getAttribute('height')) + 80
  const font = 'font-family="system-ui, sans-serif" font-size="17" font-weight="600"'
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="26" ${font} fill="#222">${title}</text>
${nested(key, 36)}
${nested(chart, 74)}
</svg>
`
}
