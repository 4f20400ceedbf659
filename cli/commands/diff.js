import { blocksOf, isText, truths } from '../blocks.js'
import { toFiles, toNumber } from '../command-line.js'
import { Differences } from '../differences.js'
import { DataError, EXIT, UsageError } from '../failures.js'
import { FieldElements, fieldNames, fieldOf } from '../fields.js'
import {
  blocksInRowOrder,
  coordinatesOf,
  countOf,
  kindOf,
  layoutOf,
  openWithLayout,
  placeText,
  rowIndexOf,
  shapeText,
} from '../layout.js'
import { OPENING, requireWhole } from '../opening.js'
import { progressOf } from '../progress.js'
import { holdsRecords } from '../record-types.js'
import { shortening } from '../shortest-digits.js'
import { isBeyondSafe, textOf } from '../text/numbers.js'

export default {
  name: 'diff',
  summary: 'compare two files; the exit code is 1 if they differ',
  usage: 'diff FILE OTHER [OPTIONS]',
  more: `
Elements are compared by value, whatever their types: 1 of an int32 equals 1.0 of a float64 and NumPy's True. Two NaNs are equal, and so
are -0 and 0. In files of several dimensions, elements with the same indices are compared; files of different shapes differ.
Records are compared field by field, by the names of the fields. --field compares one field with the same field of OTHER,
or with a file of numbers. With tolerances, two numbers differ if |a - b| is more than TOLERANCE and more
than RELATIVE * max(|a|, |b|).`,
  options: {
    ...OPENING,
    'other-type': {
      type: 'string',
      value: 'TYPE',
      description: 'type of the elements of OTHER; default the same as --type',
    },
    flatten: {
      type: 'boolean',
      description: 'compares all elements in the order of the rows, and ignores the shapes',
    },
    tolerance: { type: 'string', description: 'largest difference that counts as equal; default 0' },
    relative: { type: 'string', description: 'the same, as a fraction of the larger number; default 0' },
    json: { type: 'boolean', description: 'prints a JSON object; integers of 8 bytes become strings' },
  },
  examples: [
    ['mmap-array diff old.npy new.npy', ''],
    ['mmap-array diff a.f32 b.f64 --relative 1e-6', 'equal to the precision of float32'],
    ['mmap-array diff trades.npy price.f64 --field price', 'one field against a file of numbers'],
  ],

  async run({ values, positionals, output }) {
    const [path, otherPath] = toFiles(this, positionals, ['FILE', 'OTHER'])
    const tolerance = toTolerance(values.tolerance) ?? 0
    const relative = toNumber(values.relative, 'relative') ?? 0
    const one = openForDiff(path, values)
    try {
      const other = openForDiff(otherPath, { ...values, type: values['other-type'] ?? values.type })
      try {
        if (values.field !== undefined && ![one, other].some(({ elements }) => elements.field !== undefined))
          throw new UsageError('--field is for records, and neither file holds them')
        for (const { elements } of [one, other]) requireWhole(elements, values.offset)
        const settings = { tolerance, relative, flatten: values.flatten }
        const areRecords = [one, other].map(({ elements }) => holdsRecords(elements))
        if (areRecords[0] !== areRecords[1]) throw recordsAndNumbers(areRecords[0] ? one : other)
        const [compared, told] = areRecords[0] ? [compareRecords, sentencesOf] : [compare, sentenceOf]
        const facts = await compared(one, other, settings)
        try {
          await (values.json ? output.json(facts) : output.line(told(facts)))
        } catch (error) {
          // The exit code still answers if nobody reads the output.
          if (!output.isClosed) throw error
        }
        return facts.equal ? EXIT.done : EXIT.different
      } finally {
        other.elements.close()
      }
    } finally {
      one.elements.close()
    }
  },
}

/** Opens a file; of records, only the field that --field names. */
function openForDiff(path, { field, ...values }) {
  const opened = openWithLayout(path, values)
  if (field === undefined || !holdsRecords(opened.elements)) return opened
  try {
    const elements = fieldOf(opened.elements, field)
    return { elements, layout: layoutOf(elements) }
  } catch (error) {
    opened.elements.close()
    throw error
  }
}

function recordsAndNumbers({ elements }) {
  const names = fieldNames(elements.typecode.fields)
  return new DataError(`${elements.path} holds records, and the other file does not: --field takes one of ${names}`)
}

/** Compares each field with that of the same name. */
async function compareRecords(one, other, settings) {
  const [fields, others] = [one, other].map(({ elements }) => elements.typecode.fields)
  const facts = {
    equal: false,
    lengths: [one, other].map(({ elements }) => elements.length),
    types: [one, other].map(kindOf),
  }
  const isTheSame = (field) => others.some(({ name, count }) => name === field.name && count === field.count)
  if (fields.length !== others.length || !fields.every(isTheSame)) return facts
  const [shape, otherShape] = [one, other].map(({ layout }) => layout.shape)
  const areRows = shape.length === 1 && otherShape.length === 1
  if (!areRows && !haveTheSameLengths(shape, otherShape)) return { ...facts, shapes: [shape, otherShape] }
  const found = []
  for (const field of fields) {
    const counterpart = others.find(({ name }) => name === field.name)
    const both = [fieldIn(one, field), fieldIn(other, counterpart)]
    const { different, first, largest } = await compare(...both, { ...settings, areRows })
    found.push({ name: field.name, different, first, largest })
  }
  const isEqual = facts.lengths[0] === facts.lengths[1] && found.every(({ different }) => different === 0)
  return { ...facts, equal: isEqual, fields: found }
}

function fieldIn({ elements: records }, field) {
  const elements = new FieldElements(records, field)
  return { elements, layout: layoutOf(elements) }
}

/** A bigint keeps the digits that a double would round. */
function toTolerance(text) {
  const number = toNumber(text, 'tolerance')
  return /^\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number
}

async function compare(one, other, { flatten, areRows = false, ...settings }) {
  const both = [one, other]
  if (isText(one.elements) !== isText(other.elements)) throw new DataError('characters cannot be compared with numbers')
  const lengths = both.map(({ elements }) => elements.length)
  const shapes = both.map(({ layout }) => (flatten ? [countOf(layout.shape)] : layout.shape))
  const facts = {
    equal: false,
    lengths,
    ...(shapes.some(({ length }) => length !== 1) && { shapes }),
    types: both.map(kindOf),
  }
  const [shape, otherShape] = shapes
  const areOneDimensional = shape.length === 1 && otherShape.length === 1
  if (!areRows && !areOneDimensional && !haveTheSameLengths(shape, otherShape)) return facts
  const differences = await differencesOf(one, other, { ...settings, length: Math.min(...lengths) })
  const shortest = both.map(({ elements }) => shortening(elements.typecode))
  const told = (pair) => {
    if (pair === undefined) return undefined
    const values = pair.values.map((value, at) => shortest[at](value))
    // The fewest digits may be the same for a float32 and a float64 that differ.
    const told = values[0] != values[1] ? values : pair.values
    // Beside an integer of 8 bytes, JSON would have fewer digits of the double.
    const areBigInts = told.some((value) => typeof value === 'bigint')
    return {
      ...pair,
      index: coordinatesOf(shape, pair.index),
      values: areBigInts ? told.map((value) => (isBeyondSafe(value) ? BigInt(value) : value)) : told,
      ...('distance' in pair && { distance: shortDistance(pair.distance) }),
    }
  }
  return {
    ...facts,
    equal: differences.count === 0 && lengths[0] === lengths[1],
    different: differences.count,
    first: told(differences.first),
    largest: told(differences.largest),
  }
}

/** Compares the elements in the order of the rows, as far as both files go. */
async function differencesOf(one, other, { tolerance, relative, length }) {
  const { shape } = one.layout
  // If both have the same Fortran order, reading in the order of the files is faster.
  const areAlike = [one, other].every(({ layout }) => layout.fortranOrder && haveTheSameLengths(layout.shape, shape))
  const indexOf = areAlike ? (at) => rowIndexOf(shape, at) : undefined
  const blocks = areAlike ? ({ elements }) => blocksOf(elements) : (file) => blocksInRowOrder(file)
  const differences = new Differences({ tolerance, relative, indexOf })
  const onProgress = progressOf('comparing', length)
  let done = 0
  for await (const parts of inStep(blocks(one), blocks(other))) {
    const [values, others] = [one, other].map(({ layout }, at) => (layout.isBoolean ? truths(parts[at]) : parts[at]))
    differences.add(done, values, others)
    done += values.length
    onProgress(done)
  }
  return differences
}

const haveTheSameLengths = (shape, other) =>
  shape.length === other.length && shape.every((length, at) => length === other[at])

/** Parts of the same length of two sequences of blocks, until one ends. */
async function* inStep(...rows) {
  const rests = rows.map(() => [])
  for (;;) {
    for (const [at, row] of rows.entries()) {
      while (rests[at].length === 0) {
        const { done, value } = await row.next()
        if (done) return
        rests[at] = value.values
      }
    }
    const length = Math.min(...rests.map((rest) => rest.length))
    yield rests.map((rest) => (rest.length === length ? rest : rest.slice(0, length)))
    for (const [at, rest] of rests.entries()) rests[at] = rest.length === length ? [] : rest.slice(length)
  }
}

/** A distance in few digits. That of two doubles may be larger than any double. */
function shortDistance(distance) {
  if (typeof distance !== 'bigint' || isBeyondSafe(distance)) return distance
  if (Number.isFinite(Number(distance))) return Number(distance)
  const [digits, exponent] = String(Number(distance / 10n)).split('e')
  return `${digits}e+${Number(exponent) + 1}`
}

function sentenceOf({ equal, lengths: [length, otherLength], shapes, types, different, first, largest }) {
  const kinds = types[0] === types[1] ? '' : `, ${types.join(' and ')}`
  if (equal) return `equal: ${length} elements${kinds}`
  const lines = []
  if (different === undefined) return `shapes: ${shapes.map(shapeText).join(' and ')}`
  if (length !== otherLength) lines.push(`lengths: ${length} and ${otherLength}`)
  const common = Math.min(length, otherLength)
  const which = length === otherLength ? '' : ' that both have'
  lines.push(`different: ${different} of the ${common} elements${which}${kinds}`)
  if (first) lines.push(`first: at ${placeText(first.index)}, ${pair(first)}`)
  if (largest)
    lines.push(`largest: at ${placeText(largest.index)}, ${pair(largest)}, ${textOf(largest.distance)} apart`)
  return lines.join('\n')
}

function sentencesOf({ equal, lengths: [length, otherLength], shapes, types, fields }) {
  if (equal) return `equal: ${length} records`
  if (shapes !== undefined) return `shapes: ${shapes.map(shapeText).join(' and ')}`
  if (fields === undefined) return `fields: ${types.join(' and ')}`
  const common = Math.min(length, otherLength)
  const different = fields.filter((field) => field.different > 0)
  const rowOf = ({ index }) => (Array.isArray(index) ? index[0] : index)
  const [earliest] = different.toSorted((a, b) => rowOf(a.first) - rowOf(b.first))
  return [
    ...(length === otherLength ? [] : [`lengths: ${length} and ${otherLength}`]),
    `different: ${different.length} of the ${fields.length} fields of ${common} records`,
    ...(earliest ? [`first: at ${placeText(earliest.first.index)}, '${earliest.name}', ${pair(earliest.first)}`] : []),
    ...different.map(
      ({ name, different: count, largest }) =>
        `'${name}': ${count} different${largest ? `, largest at ${placeText(largest.index)}, ${pair(largest)}, ${textOf(largest.distance)} apart` : ''}`,
    ),
  ].join('\n')
}

const pair = ({ values }) =>
  values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : textOf(value))).join(' and ')
