// Opens a FILE of the command line as a read-only array.

import { fstatSync, openSync, closeSync, statSync } from 'node:fs'
import { MmapArray } from '../index.js'
import { toWhole } from './command-line.js'
import { DataError, UsageError } from './failures.js'
import { note } from './notes.js'
import { fieldOf } from './fields.js'
import { hasArrayAt, readHeader } from './npy/header.js'
import { isRecordType, toType } from './record-types.js'
import { requireTypecodeOfPath } from './type-names.js'

/** The options of every command that opens a file. */
export const OPENING = {
  type: {
    type: 'string',
    short: 't',
    description: 'type of the elements: d, float64, f64 or <f8; fields of records: time:i64,gain:f32[3]',
  },
  align: { type: 'boolean', description: 'places the fields of a record --type where a C compiler does' },
  offset: { type: 'string', value: 'BYTES', description: 'skips this many bytes at the start of a raw file' },
  format: {
    type: 'string',
    value: 'raw|npy',
    description: 'format of the file; default npy if its name ends in .npy, else raw',
  },
  field: {
    type: 'string',
    value: 'NAME',
    description: 'shows only this field of records; gain[0] is the first of its values',
  },
}

/** @returns {MmapArray | import('./fields.js').FieldElements} the elements, or one field of them if `field` names it */
export function open(path, { field, ...values }) {
  const { elements, isReserved } = openLive(path, { field, ...values })
  if (!isReserved) return elements
  wholeOf(elements).close()
  throw new DataError(
    `a program has ${path} reserved, so the file is longer than its elements; try again after the program has trimmed or closed it`,
  )
}

/** The same for a command that can do without the elements of a file that is reserved: `{ elements, isReserved }`. */
export function openLive(path, { field, ...values }) {
  const array = openWhole(path, values)
  try {
    const isReserved = hasUnknownLength(array)
    return { elements: field === undefined ? array : fieldOf(array, field), isReserved }
  } catch (error) {
    array.close()
    throw error
  }
}

/**
 * Whether an array has the file reserved, so that its size does not tell how many elements it has. If it was reserved when it was opened,
 * and trimmed since, it is shorter by now, which is an error; if it was reserved again, the second question tells.
 */
function hasUnknownLength(array) {
  if (array.format === 'npy') return false
  if (array.isReserved) return true
  array.check()
  return array.isReserved
}

function openWhole(path, { type, align, offset, format }) {
  const isNpy = toFormat(format) === 'npy' || (format === undefined && path.toLowerCase().endsWith('.npy'))
  if (format === undefined) requireNoText(path)
  const typecode = toType(type, { align }) ?? (isNpy ? undefined : requireTypecodeOfPath(path))
  if (align && !isRecordType(typecode)) throw new UsageError('--align needs a record --type')
  if (typecode === undefined && !isNpy) {
    requireFile(path)
    if (statSync(path).isDirectory()) throw new UsageError(`${path} is a directory; the tool needs a file`)
    throw new UsageError(
      `the name ${path} does not end in a type: give --type, such as --type f64, or --type time:f64,status:u16 for records`,
    )
  }
  if (isNpy && offset !== undefined) throw new UsageError('--offset needs a raw file')
  requireFile(path)
  const options = { format: isNpy ? 'npy' : 'raw', offset: toWhole(offset, 'offset') }
  const array = MmapArray.open(path, typecode, options)
  if (isNpy) noteFurtherArrays(path, readHeader(path).dataStart + array.byteLength)
  return array
}

/** Tells the user that another array follows in a .npy file. */
export function noteFurtherArrays(path, end) {
  if (hasArrayAt(path, end)) note(`${path} holds more than one array: only the first is read`)
}

/** Refuses text whose name says so: its bytes are no elements. */
function requireNoText(path) {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1].toLowerCase()
  const [name, advice] = TEXTS.get(ending) ?? []
  if (name === undefined) return
  statSync(path)
  throw new UsageError(
    `${path} is ${name} by its name: ${advice(path)}. If it holds raw elements, give --format raw and --type`,
  )
}

const convertFirst = (path) =>
  `convert it first, as with mmap-array convert ${path} ${path.replace(/\.[^.]+$/, '.npy')}`
const TEXTS = new Map([
  ['csv', ['CSV', convertFirst]],
  ['tsv', ['TSV', convertFirst]],
  ['jsonl', ['JSON lines', convertFirst]],
  ['ndjson', ['JSON lines', convertFirst]],
  ['json', ['JSON', () => 'write it as JSON lines, with a value on each line, and convert that']],
])

function toFormat(format) {
  if (format === undefined || format === 'raw' || format === 'npy') return format
  throw new UsageError(`--format takes raw or npy, not '${format}'`)
}

/** A pipe cannot be mapped, and opening it would block. */
function requireFile(path) {
  const stats = statSync(path)
  if (stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice()) {
    throw new UsageError(`${path} is a pipe or a device; the tool needs a file`)
  }
}

/** Refuses a file that ends in the middle of an element. */
export function requireWhole(elements, offset) {
  const array = wholeOf(elements)
  const bytes = bytesBehind(array, offset)
  if (bytes === 0) return
  const { path } = array
  array.close()
  throw new DataError(`${path}: the last ${bytes} bytes are not a whole element`)
}

/** Tells the user that a file ends in the middle of an element: its type may be another one. */
export function noteRest(elements, offset) {
  const { path, itemsize } = wholeOf(elements)
  const bytes = bytesBehind(elements, offset)
  if (bytes > 0)
    note(`${path}: the last ${bytes} bytes are not a whole element of ${itemsize} bytes; check the type if you gave it`)
}

/** The array of which elements may be one field. */
const wholeOf = (elements) => elements.records ?? elements

/** How many bytes at the end of a file are not a whole element. Others may have appended whole ones since it was opened. */
export function bytesBehind(elements, offset) {
  const array = wholeOf(elements)
  if (array.format === 'npy') return 0
  const descriptor = openSync(array.path)
  try {
    return Math.max(fstatSync(descriptor).size - Number(offset ?? 0) - array.byteLength, 0) % array.itemsize
  } finally {
    closeSync(descriptor)
  }
}
