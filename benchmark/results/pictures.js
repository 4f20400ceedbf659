// The pictures of a run, as SVG.
import { createDocument } from '@mixmark-io/domino'
import * as Plot from '@observablehq/plot'
import { BOUND, bestPeer, tableOf } from './cells.js'

const OURS = 'MmapArray'
const WIDTH = 960
const AHEAD = '#2a7f4f'
const BEHIND = '#c0392b'
const TYPE_NAMES = { i: "int32 ('i')", d: "float64 ('d')" }
const document = createDocument()

/** Each operation: how many times as fast as the best peer we are, and as the bound in C. */
export function speedPicture(report) {
  const rows = tableOf(report).filter(({ typecode }) => typecode in TYPE_NAMES)
  const points = rows.flatMap((row) => {
    const best = bestPeer(row)
    const shared = { title: row.title, type: TYPE_NAMES[row.typecode] }
    return best ? [{ ...shared, peer: best.peer, speed: 1 / best.ratio, isAhead: best.ratio <= 1.05 }] : []
  })
  const bounds = rows
    .filter(({ cells }) => cells[BOUND])
    .map(({ title, typecode, cells }) => ({ title, type: TYPE_NAMES[typecode], speed: 1 / cells[BOUND].ratio }))
  const titles = [...new Set(rows.map(({ title }) => title))]
  const chart = Plot.plot({
    document,
    width: WIDTH,
    height: 90 + titles.length * 21,
    marginLeft: 240,
    marginRight: 90,
    marginBottom: 50,
    style: { fontSize: '12px', background: 'white', color: '#222' },
    x: {
      type: 'log',
      label: 'times as fast as the best peer (1: the same) →',
      labelOffset: 42,
      tickFormat: 'g',
      grid: true,
      nice: true,
    },
    y: { domain: titles, label: null },
    fx: { label: null, domain: Object.values(TYPE_NAMES) },
    marks: [
      Plot.ruleX([1], { stroke: '#222' }),
      Plot.ruleY(points, {
        fx: 'type',
        y: 'title',
        x1: 1,
        x2: 'speed',
        strokeWidth: 9,
        stroke: ({ isAhead }) => (isAhead ? AHEAD : BEHIND),
      }),
      Plot.tickX(bounds, { fx: 'type', y: 'title', x: 'speed', stroke: '#222', strokeWidth: 2 }),
      Plot.text(points, {
        fx: 'type',
        y: 'title',
        x: ({ speed }) => Math.max(speed, 1),
        text: ({ peer }) => peer,
        textAnchor: 'start',
        dx: 5,
        fontSize: 10,
        fill: '#555',
      }),
    ],
  })
  return picture('Speed of each operation against the best peer', chart, [
    { text: `${OURS} is faster`, color: AHEAD },
    { text: 'the named peer is faster', color: BEHIND },
    { text: 'black tick: against C, -O3 -march=native', color: '#222' },
  ])
}

/** What an element costs, by the size of the array. */
export function sizePicture({ rows }) {
  const points = rows
    .filter(({ bySize }) => bySize)
    .map(({ match, bySize }) => ({ ...bySize, title: match.split(' by size')[0] }))
  const peers = [...new Set(points.map(({ peer }) => peer))]
  const sizes = [...new Set(points.map(({ n }) => n))]
  const colors = ['#c0392b', '#2471a3', '#7d3c98', '#d68910', '#229954', '#222222', '#7f8c8d']
  const color = (peer) => colors[peers.indexOf(peer) % colors.length]
  const channels = { x: 'n', y: 'nanoseconds', fx: 'title', stroke: ({ peer }) => color(peer) }
  const chart = Plot.plot({
    document,
    width: WIDTH,
    height: 440,
    marginLeft: 55,
    marginTop: 45,
    marginBottom: 55,
    style: { fontSize: '12px', background: 'white', color: '#222' },
    x: { type: 'log', label: 'elements →', labelOffset: 45, ticks: sizes, tickFormat: power, grid: true },
    y: { type: 'log', label: '↑ nanoseconds an element', tickFormat: 'g', grid: true },
    fx: { label: null, domain: [...new Set(points.map(({ title }) => title))] },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.line(points, { ...channels, z: 'peer', strokeWidth: ({ peer }) => (peer === OURS ? 3 : 1.5) }),
      Plot.dot(points, { ...channels, fill: ({ peer }) => color(peer), r: 2.5 }),
    ],
  })
  return picture(
    "Time of an element by the size of the array, typecode 'i'",
    chart,
    peers.map((text) => ({ text, color: color(text) })),
  )
}

const DIGITS = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const power = (n) => `10${[...String(Math.round(Math.log10(n)))].map((digit) => DIGITS[digit]).join('')}`

/** A chart with a heading and a legend above it; Plot's own legends are HTML. */
function picture(title, chart, legend) {
  const height = Number(chart.getAttribute('height'))
  const key = Plot.plot({
    document,
    width: WIDTH,
    height: 34,
    margin: 8,
    marginLeft: 20,
    style: { fontSize: '13px', background: 'white', color: '#222' },
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.dot(legend, { x: (_, i) => i / legend.length, y: 0.5, fill: 'color', symbol: 'square', r: 6 }),
      Plot.text(legend, { x: (_, i) => i / legend.length, y: 0.5, text: 'text', textAnchor: 'start', dx: 12 }),
    ],
  })
  const heading = `<text x="20" y="26" font-family="system-ui, sans-serif" font-size="17" font-weight="600" fill="#222">${title}</text>`
  const nested = (svg, y) => svg.outerHTML.replace('<svg ', `<svg y="${y}" `)
  const all = height + 80
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${WIDTH}" height="${all}" viewBox="0 0 ${WIDTH} ${all}">
<rect width="100%" height="100%" fill="white"/>
${heading}
${nested(key, 36)}
${nested(chart, 74)}
</svg>
`
}
