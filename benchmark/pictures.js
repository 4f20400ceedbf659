// The pictures of a run, as SVG.
import { createDocument } from '@mixmark-io/domino'
import * as Plot from '@observablehq/plot'
import { digits } from './comparison.js'
import { GROUPS } from './operations.js'
import { NO_COMPETITORS, isLost, tableOf } from './results.js'
import { BOUND, OURS } from './subjects.js'

const WIDTH = 1080
const [AHEAD, BEHIND, BLUE, BLACK] = ['#2a7f4f', '#c0392b', '#2471a3', '#222']
const COLORS = ['#c0392b', '#2471a3', '#7d3c98', '#d68910', '#229954', '#222222', '#7f8c8d']
const TYPE_NAMES = { i: "int32 ('i')", d: "float64 ('d')" }
const STYLE = { fontSize: '12px', background: 'white', color: BLACK }
const plot = (options) => Plot.plot({ document: createDocument(), width: WIDTH, style: STYLE, ...options })

/** Subjects that no Node.js program can use instead: marks beside the bars. */
const PYTHON = ['array', 'mmap_backed_array', 'NumPy', 'np.memmap']

/** Rows outside the table that the picture shows, by the names of their lines. */
const SHARING = {
  'attach / a copy': { title: 'attach 64 MiB in a thread', subject: 'a copy' },
  'wait and notify / process.send': { title: 'wake another process', subject: 'process.send' },
}

/** The scale ends here. Longer bars are cut: their labels, in the room to the right, say how long they are. */
const [SLOWEST, FASTEST, LABELS_END] = [0.2, 30, 4600]

/**
 * The speeds that the picture shows, as multiples of a subject's: `bars` against the fastest of what a Node.js program would
 * otherwise use, `python` against the fastest of Python's, `bounds` against C.
 */
function speedsOf(report) {
  const table = tableOf(report).filter(({ typecode }) => typecode in TYPE_NAMES)
  const pointOf = ({ title, typecode }, { subject, ratio }) => {
    return { title, type: TYPE_NAMES[typecode], subject, speed: 1 / ratio, color: isLost({ ratio }) ? BEHIND : AHEAD }
  }
  const fastest = (isWanted) =>
    table.flatMap((row) => {
      const cells = Object.values(row.cells).filter(({ subject }) => isWanted(subject))
      return cells.length === 0 ? [] : [pointOf(row, cells.toSorted((a, b) => b.ratio - a.ratio)[0])]
    })
  const sharing = report.lines
    .filter(({ name, measured }) => name in SHARING && measured)
    .map(({ name, measured }) => {
      const { title, subject } = SHARING[name]
      return pointOf({ title, typecode: 'i' }, { subject, ratio: measured.ratio })
    })
  return {
    bars: [...fastest((name) => ![...NO_COMPETITORS, ...PYTHON].includes(name)), ...sharing],
    python: fastest((name) => PYTHON.includes(name)),
    bounds: fastest((name) => name === BOUND),
  }
}

/** The groups of operations, with the titles that the picture shows. */
function groupsOf(shown) {
  return Object.entries({
    ...Object.fromEntries(Object.entries(GROUPS).map(([name, rows]) => [name, rows.map(({ title }) => title)])),
    'Threads and processes': Object.values(SHARING).map(({ title }) => title),
  })
    .map(([name, titles]) => ({ name, titles: titles.filter((title) => shown.has(title)) }))
    .filter(({ titles }) => titles.length > 0)
}

/**
 * For each operation: how many times as fast we are as the fastest of what a Node.js program would otherwise use, with marks for the
 * fastest of Python's and for C.
 */
export function speedPicture(report) {
  const { bars, python, bounds } = speedsOf(report)
  const shown = new Set([...bars, ...python].map(({ title }) => title))
  const groups = groupsOf(shown)
  const lines = groups.flatMap(({ name, titles }) => [name, ...titles])
  const [int, double] = Object.values(TYPE_NAMES)
  const headings = groups.map(({ name }) => ({ name, type: int }))
  const place = { fx: 'type', y: 'title', x: ({ speed }) => Math.min(Math.max(speed, SLOWEST), FASTEST) }
  const label = { ...place, x: () => FASTEST, textAnchor: 'start', dx: 9, fontSize: 11, fill: 'color' }
  const chart = plot({
    ...{ height: 60 + lines.length * 18, marginLeft: 290, marginRight: 8, marginBottom: 25 },
    x: {
      type: 'log',
      domain: [SLOWEST, LABELS_END],
      ticks: [0.2, 0.5, 1, 2, 5, 10, 20],
      tickFormat: 'g',
      grid: true,
      label: null,
    },
    y: { domain: lines, axis: null },
    fx: { label: null, domain: [int, double] },
    marks: [
      Plot.axisY(
        lines.filter((title) => shown.has(title)),
        { fx: () => int, label: null, tickSize: 0 },
      ),
      Plot.text(headings, {
        fx: 'type',
        y: 'name',
        text: 'name',
        frameAnchor: 'left',
        dx: -286,
        textAnchor: 'start',
        fontWeight: 600,
        fontSize: 13,
      }),
      Plot.ruleX([1], { stroke: BLACK }),
      Plot.ruleY(bars, { fx: 'type', y: 'title', x1: 1, x2: place.x, strokeWidth: 10, stroke: 'color' }),
      Plot.tickX(bounds, { ...place, stroke: BLACK, strokeWidth: 2 }),
      Plot.dot(python, { ...place, r: 3.5, fill: 'white', stroke: BLUE, strokeWidth: 2 }),
      Plot.text(bars, { ...label, text: ({ speed, subject }) => `${digits(speed)} × ${subject}` }),
    ],
  })
  return picture('How many times as fast: mmap-array against what a Node.js program would otherwise use', chart, [
    { text: 'bar: against the fastest alternative', color: AHEAD },
    { text: 'the alternative is faster', color: BEHIND },
    { text: 'circle: against Python and NumPy', color: BLUE },
    { text: 'tick: against C (-O3)', color: BLACK },
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

/** The room of a key's colour, in letters. */
const KEY_LETTERS = 5

/** A chart with a heading and a legend above it; Plot's own legends are HTML. */
function picture(title, chart, legend) {
  const height = Number(chart.getAttribute('height')) + 80
  const letters = legend.reduce((sum, { text }) => sum + text.length + KEY_LETTERS, 0)
  let before = 0
  const keyOf = ({ text, color }) => {
    const x = 28 + (before / letters) * (WIDTH - 28)
    before += text.length + KEY_LETTERS
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
