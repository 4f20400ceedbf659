// What a picture shows, read from its files: series, a histogram or a heat map.

import { UsageError } from '../failures.js'
import { toRange } from '../command-line.js'
import { layoutOf } from '../layout.js'
import { progressOf } from '../progress.js'
import { isFloat, nameOf } from '../type-names.js'
import { pointsByX } from './by-x.js'
import { heatMapOf } from './heat-map.js'
import { histogramOf } from './histogram.js'
import { extentOf, seriesOf } from './series.js'
import { cellsIn } from './terminal-heat-map.js'
import { dotsIn } from './terminal.js'
import { indexAxis, xAxisOf } from './x-axis.js'

export const IMAGE = { width: 960, height: 480 }
/** The most characters, pixels or bins of a picture, in each direction. */
export const MOST = 8000

const isPositive = (value) => value > 0 && value < Infinity

/** @returns {Promise<object>} a picture, for `textOf` and `svgOf` */
export async function pictureOf(inputs, settings) {
  const matrix = matrixOf(inputs, settings)
  const { log: isLog, width, height } = settings
  const isShown = isLog ? isPositive : Number.isFinite
  const given = { ...settings, isShown }
  const {
    leftOut,
    isXLeftOut,
    notes = [],
    ...picture
  } = await (matrix ? heatMapPicture(matrix, given) : seriesPicture(inputs, given))
  if (leftOut) notes.push(isLog ? 'without numbers that are not positive' : 'without NaN and infinities')
  if (isXLeftOut) notes.push('without elements whose x is not a number')
  return { ...picture, isLog, note: notes.join(', '), width, height }
}

/** The matrix among the inputs, if there is one. */
function matrixOf({ series, x }, { histogram, flatten }) {
  const matrices = series.filter(({ elements: { perRecord, shape } }) => perRecord === undefined && isMatrix(shape))
  if (matrices.length === 0 || histogram || flatten) return undefined
  if (x)
    throw new UsageError(`${matrices[0].name} is a matrix, and a heat map has no --x; --flatten draws it as one series`)
  if (series.length > 1)
    throw new UsageError(
      `${matrices[0].name} is a matrix, and a heat map shows one file; --flatten draws it as one series`,
    )
  const [{ name, elements }] = matrices
  return { name, elements, layout: layoutOf(elements) }
}

const isMatrix = (shape) => shape.length === 2 && shape.every((length) => length > 1)

async function heatMapPicture({ name, elements, layout }, settings) {
  const [height, width] = layout.shape
  const [start, stop] = toRange(settings.range, height)
  const rows = Math.max(stop - start, 0)
  const title = `${name}: ${[rows, width].map(grouped).join(' × ')} × ${nameOf(elements.typecode)}`
  const most = await mostCells(settings)
  const onProgress = progressOf('reading', rows * width)
  const map = await heatMapOf({ elements, layout }, { start, stop, ...most, isShown: settings.isShown }, onProgress)
  const sizes = [rows / map.rows, width / map.columns].map((size) => grouped(Math.round(size)))
  const notes = map.isWhole ? [] : [`each cell is the mean of about ${sizes.join(' × ')} elements`]
  return { title, names: [], map: { ...map, start, stop, width }, extent: map.extent, notes, leftOut: map.leftOut }
}

const grouped = (number) => number.toLocaleString('en')

async function mostCells({ target, width, height, isColoured, hasAllColours }) {
  if (!target) return cellsIn(width, height, isColoured && hasAllColours)
  const { columnsOfImage, rowsOfImage } = await import('./chart.js')
  return { columns: columnsOfImage(width), rows: rowsOfImage(height) }
}

async function seriesPicture({ series: inputs, x }, settings) {
  const { range, width, target, isShown } = settings
  const longest = Math.max(...inputs.map(({ elements }) => elements.length))
  const [start, stop] = toRange(range, longest)
  const wanted = target ? Math.max(width - 100, 100) : dotsIn(width)
  const axis = x
    ? await xAxisOf(x, { start, stop, across: wanted }, settings, progressOf('reading x', stop - start))
    : indexAxis(start, stop)
  const series = []
  for (const { name, elements } of inputs) {
    const end = Math.max(Math.min(stop, elements.length), start)
    const onProgress = progressOf('reading', end - start)
    const bounds = { start, stop: end, isShown }
    const found = x
      ? await pointsByX({ x: x.elements, y: elements }, { ...bounds, columns: wanted, axis }, onProgress)
      : await seriesOf(elements, { ...bounds, columns: share(wanted, end - start, stop - start) }, onProgress)
    series.push({ name, title: titleOf(name, elements, end - start), ...found })
  }
  const extent = extentOf(series.flatMap(({ columns }) => columns))
  const bins = settings.histogram && extent ? await binsOf(inputs, { start, stop, extent }, settings) : undefined
  return {
    title: series.length === 1 ? series[0].title : series.map(({ name }) => name).join(', '),
    valueLabel: valueLabelOf(inputs),
    names: series.map(({ title }) => title),
    series,
    axis,
    extent: axis.domain && extent,
    bins,
    isInteger: !isFloat(inputs[0].elements.typecode),
    notes: notesOf(series, axis),
    leftOut: series.some(({ leftOut }) => leftOut),
    isXLeftOut: series.some(({ isXLeftOut }) => isXLeftOut),
  }
}

function notesOf(series, { note }) {
  const isSorted = series.every((one) => one.isSorted ?? true)
  return [!isSorted && 'x is not in ascending order', note].filter(Boolean)
}

/** The field, if the picture shows one. */
function valueLabelOf(inputs) {
  const fields = new Set(inputs.map(({ field }) => field))
  return (fields.size === 1 && inputs[0].field) || 'value'
}

/** The columns of a series that is shorter than the picture. */
const share = (columns, length, all) => (length === all ? columns : Math.max(Math.round((columns * length) / all), 1))

const titleOf = (name, { typecode }, length) => `${name}: ${grouped(length)} × ${nameOf(typecode)}`

function binsOf([{ elements }, ...others], { start, stop, extent }, { bins, target }) {
  if (others.length > 0) throw new UsageError('--histogram takes one field')
  const wanted = bins ?? (target ? 80 : 20)
  return histogramOf(elements, { start, stop, extent, bins: wanted }, progressOf('counting', stop - start))
}
