// The page of the viewer: a plot, a strip that shows where one is, and the keys and gestures that move it.

import { makePlot } from './chart.js'
import { askAll, columnAt, elementAt, endsOf, joined } from './columns.js'
import { Range } from './range.js'

const element = (id) => document.getElementById(id)
const number = new Intl.NumberFormat('en')
const place = element('plot')
const strip = element('overview')
const OVERVIEW_HEIGHT = 64
/** Up to so many elements are drawn with a dot each. */
const DOTS = 200
/** How often what is visible is read again, in milliseconds: others may store to any element. */
const REREAD = 1000

const info = await (await fetch('info')).json()
const range = new Range(info.length)
/** What is visible: columns of each series. */
let found = []
let state = info

document.title = `${info.name} – mmap-array`
element('name').textContent = info.name

const plot = makePlot(place, info, { height: plotHeight(), axes: true })
const overview = makePlot(strip, info, { height: OVERVIEW_HEIGHT, axes: false })

/** The room for the plot. A legend is below it. */
function plotHeight() {
  return place.clientHeight - (place.querySelector('.u-legend')?.offsetHeight ?? 0)
}

let asking
async function refresh() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  showRange()
  if (!info.x) showFrom(range.start, range.stop - 1)
  const { start, stop } = range.toIndices()
  try {
    found = await askAll(
      { ...info, lengths: state.lengths },
      { start, stop, count: Math.max(Math.round(plot.bbox.width), 1) },
      signal,
    )
    const areDotted = found.map(({ isWhole, at }) => isWhole && at.length <= DOTS)
    for (const [index, isDotted] of areDotted.entries()) plot.series[1 + 2 * index].points.show = () => isDotted
    plot.setData(joined(found), false)
    if (!info.x) showFrom(range.start, range.stop - 1)
    else if (stop > start) showFrom(...endsOf(found))
    if (!state.problem) showProblem()
    showPointer()
    place.dataset.shown = `${start}:${stop}:${Math.max(...found.map(({ at }) => at.length))}`
  } catch (error) {
    if (error.name !== 'AbortError') showProblem(error.message)
  }
}

/** Shows a part of the x axis, which cannot be empty. */
function showFrom(min, max) {
  plot.setScale('x', { min, max: max > min ? max : min + 1 })
}

let askingOverview
async function refreshOverview() {
  // A late answer must not replace a newer one.
  askingOverview?.abort()
  askingOverview = new AbortController()
  const count = Math.max(Math.round(overview.bbox.width), 1)
  if (range.length === 0) return overview.setData([[], ...info.series.flatMap(() => [[], []])])
  try {
    const all = await askAll(
      { ...info, lengths: state.lengths },
      { start: 0, stop: range.length, count },
      askingOverview.signal,
    )
    // The strip is as wide as all elements, whatever their x values.
    overview.setData(
      joined(all, ({ at }) => Array.from(at)),
      false,
    )
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

/** The exact element of each series under the pointer, or the bounds of its column. */
let asked = 0
async function showPointer() {
  const index = plot.cursor.idx
  const told = element('pointer')
  asked += 1
  const mine = asked
  const at = index === null || index === undefined ? undefined : plot.data[0][index]
  if (at === undefined) {
    told.textContent = ''
    return
  }
  try {
    const texts = await Promise.all(found.map((one, series) => pointerText(one, series, at)))
    if (mine === asked) told.textContent = texts.filter(Boolean).join(';  ')
  } catch (error) {
    showProblem(error.message)
  }
}

/** What one series has at a place on the x axis; undefined if it has nothing there. */
async function pointerText({ at, min, max, places, end, isWhole }, series, place) {
  if (at.length === 0 || place < places[0] || place > end) return undefined
  const column = columnAt(places, place)
  const name = info.series.length > 1 ? `${info.series[series]}, ` : ''
  const x = info.x ? ` at ${xText(places[column])}` : ''
  if (!isWhole) {
    const last = (at[column + 1] ?? range.toIndices().stop) - 1
    return `${name}${number.format(at[column])} … ${number.format(last)}${x}: ${min[column]} … ${max[column]}`
  }
  const response = await fetch(`value?index=${at[column]}&series=${series}`)
  return response.ok ? `${name}${number.format(at[column])}${x}: ${await response.text()}` : undefined
}

const xText = (at) => (info.x.isTime ? new Date(at * 1000).toISOString().replace('T', ' ') : String(at))

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

/** The element under the pointer, not rounded. */
function elementUnder(event) {
  const at = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x')
  return info.x ? elementAt(found, at) : at
}

place.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault()
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      range.moveTo(range.start + (event.deltaX / plot.over.clientWidth) * range.span)
    else range.zoom(1.0015 ** event.deltaY, elementUnder(event))
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

onDrag(plot.over, (event) => {
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
  plot.setSize({ width: place.clientWidth, height: plotHeight() })
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
  if (['length', 'built', 'changes'].every((name) => state[name] === before[name])) return
  range.setLength(state.length)
  schedule()
  refreshOverview()
})
events.addEventListener('error', () => showProblem('The viewer has ended.'))
events.addEventListener('open', () => showProblem())

setInterval(() => {
  if (!document.hidden) schedule()
}, REREAD)

showProgress(info)
schedule()
refreshOverview()
