// Opens an array: checks the arguments of the constructor, `open` and the like, and makes the core.

import { inspect } from 'node:util'
import { MmapArray as Core } from '../native.js'
import * as args from './arguments.js'
import { toType, toTypeBeforeOptions } from './element-types.js'
import { missingFile, outOfRange, partialRow } from './errors.js'
import { absolutePath } from './file-paths.js'
import { rowOfLayout } from './record-types.js'
import { axesOfCore, countOf, rowLengthOf, toShape } from './shape.js'

const OPTIONS = ['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format', 'tail', 'shape']
const FORMATS = ['raw', 'npy']
/** The flags that neither make a file nor truncate it. */
const FLAGS_OF_EXISTING = ['r', 'r+', 'c']

/** Whether a path ends in '.npy', in lower or upper case. */
const endsInNpy = (path) => path.length >= 4 && path.subarray(-4).latin1Slice().toLowerCase() === '.npy'

/** The format that is given, or that the extension of the path means. */
export function toFormat(format, path) {
  const given = args.toOptionalWord(format, 'options.format', FORMATS)
  return given ?? (path !== undefined && endsInNpy(path) ? 'npy' : 'raw')
}

/** The flags of a call that opens what is there already. `open` takes all flags, which the core checks. */
export const toFlagsOfExisting = (flags) => args.toOptionalWord(flags, 'options.flags', FLAGS_OF_EXISTING)

/** Whether the array may truncate a file that ends inside an element. */
function toCutTail(tail) {
  if (tail === undefined || args.toOptionalString(tail, 'options.tail') === 'cut') return tail === 'cut'
  throw outOfRange('options.tail', "'cut' or undefined", `'${tail}'`)
}

/** The options that most calls do not give. */
function toRareOptions({ mode, offset, length, capacity, advice, tail, shape }, { shm, fd }) {
  if (length !== undefined && shape !== undefined) {
    throw outOfRange('options.length', 'undefined if options.shape is given', inspect(length))
  }
  return {
    shm,
    fd,
    mode: args.toMode(mode),
    offset: args.toOptionalCount(offset, 'options.offset'),
    length: args.toOptionalCount(length, 'options.length'),
    capacity: args.toOptionalCount(capacity, 'options.capacity'),
    advice: args.toOptionalString(advice, 'options.advice'),
    cutTail: toCutTail(tail),
    shape: toShape(shape),
  }
}

/**
 * Where the file of an array was found, to find it again. Anonymous memory and descriptors have none.
 * @typedef {{ path?: Uint8Array, shm?: Uint8Array, options?: object }} Origin
 */

/**
 * An open array without an object. The object that is made adds itself.
 * `count` is the number of elements that the initializer must have.
 * @typedef {{
 *   core: Core,
 *   type: object,
 *   isCopyOnWrite: boolean,
 *   origin?: Origin,
 *   axes?: import('./shape.js').Axes,
 *   count?: number,
 *   array?: object,
 * }} Parts
 */

/** @returns {Parts} a new array in memory, of zeros if the initializer is a length or there is only a shape */
export function openMemory(typecode, init, options) {
  const { capacity, shape: given } = args.toOptions(options, ['capacity', 'shape'])
  const length = typeof init === 'number' ? args.toCount(init, 'init') : undefined
  const shape = toShape(given)
  const rare = { capacity: args.toOptionalCount(capacity, 'options.capacity') }
  if (shape === undefined) rare.length = length
  else rare.shape = init === undefined ? shape : [length === undefined ? 0 : rowsIn(length, shape), ...shape.slice(1)]
  const hint = isPath(typecode) ? 'To open a file, call MmapArray.open(path, typecode)' : undefined
  const type = toTypeBeforeOptions(typecode, 'new MmapArray(type, init, options)', hint)
  const core = new Core(type.code, undefined, undefined, undefined, rare)
  const count = shape === undefined || shape[0] < 0 ? undefined : countOf(shape)
  return { core, type, isCopyOnWrite: false, axes: shape && axesOfCore(core, type), count }
}

/** The rows that a number of zeros makes. */
function rowsIn(length, shape) {
  const row = rowLengthOf(shape)
  if (shape[0] < 0 && length % row !== 0) throw partialRow('init', row, length)
  if (shape[0] < 0 || length === countOf(shape)) return length / row
  throw outOfRange('init', `${countOf(shape)}, the number of elements in options.shape`, length)
}

/** @returns {Parts} a file, by path, by name of shared memory or by descriptor */
export function openFile({ path, shm, fd }, typecode, options) {
  const isPlain = options === undefined && path !== undefined
  const { flags: given, format: asked, ...others } = isPlain ? {} : args.toOptions(options, OPTIONS)
  const flags = args.toOptionalString(given, 'options.flags')
  const rare = isPlain ? undefined : toRareOptions(others, { shm, fd })
  const format = toFormat(asked, path)
  // The typecode of a .npy file is in its header, unless this call makes the file.
  const isInHeader = typecode === undefined && format === 'npy' && flags !== 'w+' && flags !== 'wx+'
  const type = isInHeader ? undefined : toTypeOfFile(typecode)
  const core = openCore(() => new Core(type?.code, path, flags, format, rare), flags)
  const origin =
    fd === undefined
      ? { path: path && absolutePath(path), shm, options: { ...others, shape: rare?.shape, format } }
      : undefined
  const opened = type ?? typeOfFile(core)
  const axes = format === 'npy' || rare?.shape !== undefined ? axesOfCore(core, opened) : undefined
  return { core, type: opened, isCopyOnWrite: flags === 'c', origin, axes }
}

/** Whether a value that is not a type is probably a path. */
const isPath = (value) => typeof value === 'string' && /[./]/.test(value)

/** The type of a file that has none in its header, or is to be made. */
function toTypeOfFile(typecode) {
  const hint = typecode === undefined ? 'Only a .npy file that exists has its type in its header' : undefined
  return toTypeBeforeOptions(typecode, 'open(path, type, options)', hint)
}

/** Opens a file. If it is missing, the error says how to make it. */
function openCore(open, flags) {
  try {
    return open()
  } catch (error) {
    if (error?.code === 'ENOENT' && (flags === undefined || FLAGS_OF_EXISTING.includes(flags))) throw missingFile(error)
    throw error
  }
}

/** The type that the header of a file says. */
function typeOfFile(core) {
  const found = core.elementType()
  return typeof found === 'string' ? toType(found) : rowOfLayout(found)
}

/** @returns {Parts} an array of another thread or process */
export function openHandle({ record, ...handle }, flags) {
  const type = record === undefined ? toType(handle.typecode) : rowOfLayout(record)
  const core = new Core(type.code, undefined, flags, undefined, { handle })
  const mayHaveAxes = handle.rowShape !== undefined || handle.format === 'npy'
  const axes = mayHaveAxes ? axesOfCore(core, type) : undefined
  return { core, type, isCopyOnWrite: (flags ?? handle.flags) === 'c', origin: originOfHandle(core, handle), axes }
}

/** Where the owner of a handle found the file. Memory without a name has no path, and handles leave out paths that are not UTF-8. */
function originOfHandle(core, { path, format, offset, length, rowShape }) {
  if (path === undefined || (core.path() ?? undefined) === undefined) return undefined
  // The header of a .npy file says where its elements begin.
  const placement = format === 'npy' ? {} : { offset: Number(offset), ...extentOf(length, rowShape) }
  return { path: Buffer.from(path), options: { ...placement, format } }
}

/** The options for as many elements as a handle says, or for all, in rows of a shape. */
function extentOf(length, rowShape) {
  if (rowShape === undefined) return { length }
  const rows = length === undefined ? -1 : length / countOf(rowShape)
  return { shape: [rows, ...rowShape] }
}
