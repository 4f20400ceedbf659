// The page of the viewer: a plot, a strip that shows where one is, and the keys and gestures that move it.

/* global uPlot */
import { Range } from './range.js'

const element = (id) => document.getElementById(id)
const number = new Intl.NumberFormat('en')
const place = element('plot')
const strip = element('overview')
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const OVERVIEW_HEIGHT = 64
/** Up to so many elements are drawn with a dot each. */
const DOTS = 200

const info = await (await fetch('info')).json()
const range = new Range(info.length)
let columns
let state = info

document.title = `${info.name} – mmap-array`
element('name').textContent = info.name

const plot = makePlot(place, { height: place.clientHeight, axes: true })
const overview = makePlot(strip, { height: OVERVIEW_HEIGHT, axes: false })

function makePlot(parent, { height, axes }) {
  const axis = {
    stroke: () => css('--quiet'),
    grid: { stroke: () => css('--rule'), width: 1 },
    ticks: { stroke: () => css('--rule') },
  }
  const ends = { stroke: () => css('--line'), width: 1, spanGaps: false, points: { show: false } }
  const options = {
    width: parent.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: axes, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false }, y: { range: roomy } },
    axes: axes
      ? [
          { ...axis, space: 110, values: (_, ticks) => ticks.map(tick) },
          { ...axis, size: 76 },
        ]
      : [{ show: false }, { show: false }],
    padding: axes ? [8, 8, 0, 0] : [2, 0, 2, 0],
    series: [{}, ends, ends],
    bands: [{ series: [1, 2], fill: () => css('--fill') }],
  }
  return new uPlot(options, [[], [], []], parent)
}

/** An axis with no tick between two elements. */
const tick = (at) => (Number.isInteger(at) ? number.format(at) : '')

/** Some room above and below; a constant is in the middle. */
function roomy(_, min, max) {
  if (min === null || min === undefined) return [0, 1]
  const room = max > min ? (max - min) * 0.04 : Math.abs(max) * 0.1 || 1
  return [min - room, max + room]
}

/** Asks for the columns of a range. */
async function ask({ start, stop, count }, signal) {
  const response = await fetch(`data?start=${start}&stop=${stop}&count=${count}`, { signal })
  if (!response.ok) throw new Error(await response.text())
  const doubles = new Float64Array(await response.arrayBuffer())
  const length = doubles.length / 3
  const part = (index) => doubles.subarray(index * length, (index + 1) * length)
  return { at: part(0), min: part(1), max: part(2), isWhole: length === stop - start }
}

/** uPlot takes null for a missing value. */
const withGaps = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null))

let asking
async function refresh() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  showRange()
  plot.setScale('x', { min: range.start, max: Math.max(range.stop - 1, range.start + 1) })
  const { start, stop } = range.toIndices()
  try {
    const found = await ask({ start, stop, count: Math.max(Math.round(plot.bbox.width), 1) }, signal)
    columns = found
    const isDotted = found.isWhole && found.at.length <= DOTS
    plot.series[1].points.show = () => isDotted
    plot.setData([Array.from(found.at), withGaps(found.max), withGaps(found.min)], false)
    plot.setScale('x', { min: range.start, max: Math.max(range.stop - 1, range.start + 1) })
    showPointer()
    place.dataset.shown = `${start}:${stop}:${found.at.length}`
  } catch (error) {
    if (error.name !== 'AbortError') showProblem(error.message)
  }
}

let askingOverview
async function refreshOverview() {
  // A late answer must not replace a newer one.
  askingOverview?.abort()
  askingOverview = new AbortController()
  const count = Math.max(Math.round(overview.bbox.width), 1)
  if (range.length === 0) return overview.setData([[], [], []])
  try {
    const found = await ask({ start: 0, stop: range.length, count }, askingOverview.signal)
    overview.setData([Array.from(found.at), withGaps(found.max), withGaps(found.min)], false)
    overview.setScale('x', { min: 0, max: Math.max(range.length - 1, 1) })
  } catch (error) {
    if (error.name !== 'AbortError') showProblem(error.message)
  }
  return undefined
}

function showRange() {
  const { start, stop } = range.toIndices()
  const isAll = range.isAll ? 'all' : `${number.format(start)} … ${number.format(Math.max(stop - 1, start))}`
  element('range').textContent = range.length > 0 ? isAll : 'no elements'
  element('facts').textContent = `${number.format(range.length)} × ${info.type}`
  const box = element('window')
  box.style.left = `${(range.start / Math.max(range.length, 1)) * 100}%`
  box.style.width = `${(range.span / Math.max(range.length, 1)) * 100}%`
}

function showProblem(message) {
  element('problem').hidden = !message
  element('problem').textContent = message ?? ''
}

function showProgress({ built, length }) {
  const share = length > 0 ? Math.floor((built / length) * 100) : 100
  const bar = element('progress')
  bar.hidden = built >= length
  bar.setAttribute('aria-valuenow', share)
  bar.firstElementChild.style.width = `${share}%`
}

/** The exact element under the pointer, or the bounds of a column. */
let asked = 0
async function showPointer() {
  const index = plot.cursor.idx
  const told = element('pointer')
  asked += 1
  if (index === null || index === undefined || !columns || index >= columns.at.length) {
    told.textContent = ''
    return
  }
  const first = columns.at[index]
  if (!columns.isWhole) {
    const last = (columns.at[index + 1] ?? range.toIndices().stop) - 1
    told.textContent = `${number.format(first)} … ${number.format(last)}: ${columns.min[index]} … ${columns.max[index]}`
    return
  }
  const mine = asked
  try {
    const response = await fetch(`value?index=${first}`)
    const text = await response.text()
    if (mine === asked && response.ok) told.textContent = `${number.format(first)}: ${text}`
  } catch (error) {
    showProblem(error.message)
  }
}

/** One refresh a frame, however many events there are. */
let isScheduled = false
function schedule() {
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    refresh()
  })
}

const elementAt = (event) => plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x')

place.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault()
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      range.moveTo(range.start + (event.deltaX / plot.over.clientWidth) * range.span)
    else range.zoom(1.0015 ** event.deltaY, elementAt(event))
    schedule()
  },
  { passive: false },
)

/** Calls `move` with the distance of the pointer, in pixels, until it is released. */
function onDrag(target, begin) {
  target.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    const move = begin(event)
    target.setPointerCapture(event.pointerId)
    const onMove = (moved) => move(moved)
    target.addEventListener('pointermove', onMove)
    target.addEventListener('lostpointercapture', () => target.removeEventListener('pointermove', onMove), {
      once: true,
    })
  })
}

onDrag(place, (event) => {
  const { start, span } = range
  return ({ clientX }) => {
    range.moveTo(start - ((clientX - event.clientX) / plot.over.clientWidth) * span)
    schedule()
  }
})

onDrag(strip, (event) => {
  const center = ({ clientX }) => {
    const { left, width } = strip.getBoundingClientRect()
    range.moveTo(((clientX - left) / width) * range.length - range.span / 2)
    schedule()
  }
  center(event)
  return center
})

place.addEventListener('dblclick', () => {
  range.showAll()
  schedule()
})

const KEYS = {
  '+': () => range.zoom(0.5),
  '=': () => range.zoom(0.5),
  '-': () => range.zoom(2),
  0: () => range.showAll(),
  ArrowLeft: () => range.moveTo(range.start - range.span / 8),
  ArrowRight: () => range.moveTo(range.start + range.span / 8),
  PageUp: () => range.moveTo(range.start - range.span),
  PageDown: () => range.moveTo(range.start + range.span),
  Home: () => range.moveTo(0),
  End: () => range.moveToEnd(),
}
addEventListener('keydown', (event) => {
  const act = KEYS[event.key]
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  act()
  schedule()
})

plot.over.addEventListener('mousemove', () => showPointer())
plot.over.addEventListener('mouseleave', () => showPointer())

new ResizeObserver(() => {
  plot.setSize({ width: place.clientWidth, height: place.clientHeight })
  overview.setSize({ width: strip.clientWidth, height: OVERVIEW_HEIGHT })
  schedule()
  refreshOverview()
}).observe(place)

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  plot.redraw()
  overview.redraw()
})

const events = new EventSource('events')
events.addEventListener('message', ({ data }) => {
  const before = state
  state = JSON.parse(data)
  showProblem(state.problem)
  showProgress(state)
  if (state.length === before.length && state.built === before.built) return
  range.setLength(state.length)
  schedule()
  refreshOverview()
})
events.addEventListener('error', () => showProblem('The viewer has ended.'))
events.addEventListener('open', () => showProblem())

showProgress(info)
schedule()
refreshOverview()
