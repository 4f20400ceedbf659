// Opens what a picture shows: one or more series of numbers, and their x values.

import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { isPlaces } from '../axes.js'
import { isComplex, isText } from '../blocks.js'
import { ChosenElements } from '../chosen-elements.js'
import { DataError, UsageError, printable } from '../failures.js'
import { fieldNames, fieldOf, requireNoRecords } from '../fields.js'
import { noteRest, open } from '../opening.js'
import { holdsRecords } from '../record-types.js'
import { typecodeOfPath } from '../type-names.js'

/** How many series one picture has. Their colours must be told apart. */
const MOST = 10

/** The words of a command line: files, and the indices and slices that choose elements of each of them. */
export function toPathsAndPlaces(words) {
  const places = words.filter((word) => isPlaces(word) && !existsSync(word))
  return { paths: words.filter((word) => !places.includes(word)), places }
}

/**
 * @param {string[]} paths
 * @param {string[]} places indices and slices. Each of them makes a series of each file; without any, a series has all elements
 * @returns {{ series: Array<{ name: string, path: string, elements: object }>, x?: { name: string, elements: object }, close(): void }}
 */
export function openInputs(paths, values, places = []) {
  const opened = []
  const close = () => opened.forEach((array) => array.close())
  const openWhole = (path, options) => {
    const array = open(path, { ...options, field: undefined })
    opened.push(array)
    noteRest(array, options.offset)
    return array
  }
  try {
    const nameOf = namesOf(paths)
    const series = paths.flatMap((path) =>
      seriesIn(openWhole(path, values), { path, name: nameOf(path) }, values.field).flatMap((one) =>
        chosen(one, places),
      ),
    )
    if (series.length > MOST)
      throw new UsageError(`a picture has at most ${MOST} series, and these are ${series.length}`)
    for (const one of series) requireNumbers(one)
    nameApart(series)
    const x = xOf(openWhole, series, { ...values, places })
    requireSameOrder(x ? [...series, x] : series)
    return { series, x, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Numbers series of the same name: a legend and the colours go by it. */
function nameApart(series) {
  const counts = new Map()
  for (const one of series) {
    const count = (counts.get(one.name) ?? 0) + 1
    counts.set(one.name, count)
    if (count > 1) one.name += ` (${count})`
  }
}

/** The name of each file, with its folder if two names are the same. */
function namesOf(paths) {
  const names = [...new Set(paths)].map((path) => basename(path))
  return (path) => printable(names.filter((name) => name === basename(path)).length > 1 ? path : basename(path))
}

function seriesIn(array, { path, name }, field) {
  if (field === undefined) return [{ name, path, elements: array }]
  return fieldsIn(array, field).map((one) => ({
    name: `${name}, ${printable(one)}`,
    field: printable(one),
    path,
    elements: fieldOf(array, one),
  }))
}

/** A series for each index or slice. */
function chosen(series, places) {
  if (places.length === 0) return [series]
  requireNoRecords(series.elements)
  return places.map((word) => ({
    ...series,
    name: `${series.name}[${printable(word)}]`,
    whole: series.elements,
    elements: new ChosenElements(series.elements, word),
  }))
}

/** The names in --field: one name, or several with commas between them. */
function fieldsIn(array, text) {
  const isOne = !text.includes(',') || (holdsRecords(array) && array.typecode.fields.some(({ name }) => name === text))
  return isOne ? [text] : text.split(',')
}

function xOf(openWhole, series, values) {
  const { x: path, 'x-field': field, places } = values
  if (path === undefined && field === undefined) return undefined
  const paths = new Set(series.map((one) => one.path))
  if (path === undefined && paths.size > 1) throw new UsageError('--x-field without --x is for one FILE')
  if (path === undefined && places.length > 1) throw new UsageError('--x-field without --x is for one index or slice')
  const [{ elements, whole = elements }] = series
  if (path !== undefined) requireFileOfX(path, whole.records ?? whole)
  const array = path === undefined ? (whole.records ?? whole) : openWhole(path, optionsOfX(path, values))
  if (field === undefined && holdsRecords(array))
    throw new UsageError(`${path} holds records: --x-field takes one of ${fieldNames(array.typecode.fields)}`)
  const name = path === undefined ? field : [basename(path), field].filter(Boolean).join(', ')
  const all = field === undefined ? array : fieldOf(array, field)
  const isSameFile = path === undefined && places.length > 0
  const x = { name: printable(name), elements: isSameFile ? new ChosenElements(all, places[0]) : all }
  requireNumbers(x)
  return x
}

/** A field that is given as a file is a likely mistake. */
function requireFileOfX(path, array) {
  const isField = holdsRecords(array) && array.typecode.fields.some(({ name }) => name === path)
  if (isField && !existsSync(path))
    throw new UsageError(`there is no file '${path}', which is a field of ${array.path}: write --x-field ${path}`)
}

/** The options of FILE say nothing about the file of x values, but --type does if nothing else says its type. */
function optionsOfX(path, { type, align }) {
  const isNamed = path.toLowerCase().endsWith('.npy') || typecodeOfPath(path) !== undefined
  return isNamed ? {} : { type, align }
}

function requireNumbers({ name, elements }) {
  requireNoRecords(elements)
  if (isText(elements)) throw new DataError(`a picture needs numbers, and the elements of ${name} are characters`)
  if (isComplex(elements)) throw new DataError(`a picture needs real numbers, and the elements of ${name} are complex`)
}

/** Refuses files in C order together with files in Fortran order: elements at the same place in them have different indices. */
function requireSameOrder(inputs) {
  const several = inputs.filter(({ elements }) => hasOrder(elements))
  const other = several.find(({ elements }) => elements.order !== several[0].elements.order)
  if (other === undefined) return
  const [fortran, c] = other.elements.order === 'F' ? [other, several[0]] : [several[0], other]
  throw new DataError(
    `${fortran.name} is in Fortran order and ${c.name} is in C order, so elements at the same place have different indices; save both in one order`,
  )
}

/** Whether the order of the dimensions decides where an element lies. */
function hasOrder({ shape, perRecord }) {
  const dimensions = perRecord === undefined ? shape : shape.slice(0, -1)
  return dimensions.filter((length) => length !== 1).length > 1
}

/** Refuses x values that are fewer or more than the elements. */
export function requireSameLength(series, x) {
  for (const { name, elements } of series) {
    if (elements.length === x.elements.length) continue
    const [many, few] = [x, { elements, name }].map((one) => one.elements.length.toLocaleString('en'))
    throw new DataError(
      `${x.name} has ${many} x values, and ${name} has ${few} elements: each element needs one x value`,
    )
  }
}
