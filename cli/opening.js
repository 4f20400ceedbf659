// A FILE of the command line as an array that is read and never written.

import { fstatSync, openSync, closeSync, statSync } from 'node:fs'
import { MmapArray } from '../index.js'
import { toWhole } from './command-line.js'
import { DataError, UsageError } from './failures.js'
import { note } from './notes.js'
import { hasArrayAt, readHeader } from './npy/header.js'
import { requireTypecodeOfPath, toTypecode } from './type-names.js'

/** The options of every command that opens a file. */
export const OPENING = {
  type: {
    type: 'string',
    short: 't',
    description: 'of the elements: a typecode (d), or float64, f64, Float64Array, <f8',
  },
  offset: { type: 'string', value: 'BYTES', description: 'where the elements begin, for raw files' },
  format: { type: 'string', value: 'raw|npy', description: 'how to read the file; npy where its name ends in .npy' },
}

/** @returns {MmapArray} */
export function open(path, { type, offset, format }) {
  const isNpy = toFormat(format) === 'npy' || (format === undefined && path.toLowerCase().endsWith('.npy'))
  const typecode = toTypecode(type) ?? (isNpy ? undefined : requireTypecodeOfPath(path))
  if (typecode === undefined && !isNpy) {
    statSync(path)
    throw new UsageError(`${path} does not say what its elements are: give --type, such as --type f64`)
  }
  if (isNpy && offset !== undefined) throw new UsageError('--offset goes with raw files')
  requireFile(path)
  const options = { format: isNpy ? 'npy' : 'raw', offset: toWhole(offset, 'offset') }
  const array = MmapArray.open(path, typecode, options)
  if (isNpy) noteFurtherArrays(path, readHeader(path).dataStart + array.byteLength)
  return array
}

/** Says that a .npy file goes on with an array that is not read. */
export function noteFurtherArrays(path, end) {
  if (hasArrayAt(path, end)) note(`${path} holds more than one array: only the first is read`)
}

function toFormat(format) {
  if (format === undefined || format === 'raw' || format === 'npy') return format
  throw new UsageError(`--format takes raw or npy, not '${format}'`)
}

/** A pipe would be waited for, and cannot be mapped. */
function requireFile(path) {
  const stats = statSync(path)
  if (stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice()) {
    throw new UsageError(`${path} is no file that can be mapped`)
  }
}

/** Refuses a file that ends in the middle of an element. */
export function requireWhole(array, offset) {
  const bytes = bytesBehind(array, offset)
  if (bytes === 0) return
  const { path } = array
  array.close()
  throw new DataError(`${path}: ${bytes} bytes at the end are no whole element`)
}

/** Bytes at the end of a file that are no whole element; whole ones may have been appended since it was opened. */
export function bytesBehind(array, offset) {
  if (array.format === 'npy') return 0
  const descriptor = openSync(array.path)
  try {
    return Math.max(fstatSync(descriptor).size - Number(offset ?? 0) - array.byteLength, 0) % array.itemsize
  } finally {
    closeSync(descriptor)
  }
}
