// The pictures of a run, as SVG.
import { createDocument } from '@mixmark-io/domino'
import * as Plot from '@observablehq/plot'
import { isLost, tableOf } from './results.js'
import { BOUND, OURS } from './subjects.js'

const WIDTH = 960
const [AHEAD, BEHIND, BLACK] = ['#2a7f4f', '#c0392b', '#222']
const COLORS = ['#c0392b', '#2471a3', '#7d3c98', '#d68910', '#229954', '#222222', '#7f8c8d']
const TYPE_NAMES = { i: "int32 ('i')", d: "float64 ('d')" }
const STYLE = { fontSize: '12px', background: 'white', color: BLACK }
const plot = (options) => Plot.plot({ document: createDocument(), width: WIDTH, style: STYLE, ...options })

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
  const place = { fx: 'type', y: 'title', x: 'speed' }
  const beside = { ...place, x: ({ speed }) => Math.max(speed, 1), textAnchor: 'start', dx: 5, fontSize: 10 }
  const chart = plot({
    ...{ height: 90 + titles.length * 21, marginLeft: 240, marginRight: 90, marginBottom: 50 },
    x: { type: 'log', label, labelOffset: 42, tickFormat: 'g', grid: true, nice: true },
    y: { domain: titles, label: null },
    fx: { label: null, domain: Object.values(TYPE_NAMES) },
    marks: [
      Plot.ruleX([1], { stroke: BLACK }),
      Plot.ruleY(points, { fx: 'type', y: 'title', x1: 1, x2: 'speed', strokeWidth: 9, stroke: 'color' }),
      Plot.tickX(bounds, { ...place, stroke: BLACK, strokeWidth: 2 }),
      Plot.text(points, { ...beside, text: 'subject', fill: '#555' }),
    ],
  })
  return picture('Speed of each operation against the fastest competitor', chart, [
    { text: `${OURS} is faster`, color: AHEAD },
    { text: 'the named competitor is faster', color: BEHIND },
    { text: 'black tick: against C, -O3 -march=native', color: BLACK },
  ])
}

/** The time of an element, by the size of the array. */
export function sizePicture({ lines }) {
  const points = lines.flatMap(({ bySize }) => bySize ?? [])
  const subjects = [...new Set(points.map(({ subject }) => subject))]
  const ticks = [...new Set(points.map(({ n }) => n))]
  const color = (subject) => COLORS[subjects.indexOf(subject) % COLORS.length]
  const channels = { x: 'n', y: 'nanoseconds', fx: 'operation', stroke: ({ subject }) => color(subject) }
  const power = (n) => `10${[...String(Math.round(Math.log10(n)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('')}`
  const chart = plot({
    ...{ height: 440, marginLeft: 55, marginTop: 45, marginBottom: 55 },
    x: { type: 'log', label: 'elements →', labelOffset: 45, ticks, tickFormat: power, grid: true },
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

/** A chart with a heading and a legend above it; Plot's own legends are HTML. */
function picture(title, chart, legend) {
  const height = Number(chart.getAttribute('height')) + 80
  const keyOf = ({ text, color }, at) => {
    const x = 28 + (at * (WIDTH - 28)) / legend.length
    return `<rect x="${x - 5}" y="48" width="10" height="10" fill="${color}"/><text x="${x + 12}" y="58" font-size="13">${text}</text>`
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" fill="${BLACK}">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="26" font-size="17" font-weight="600">${title}</text>
${legend.map(keyOf).join('\n')}
${chart.outerHTML.replace('<svg ', '<svg y="74" ')}
</svg>
`
}
