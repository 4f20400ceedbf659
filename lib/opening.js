// Opens an array: checks the arguments of the constructor, `open` and the like, and makes the core.

import { MmapArray as Core } from '../native.js'
import * as args from './arguments.js'
import { toType } from './element-types.js'
import { outOfRange } from './errors.js'
import { absolutePath } from './file-paths.js'
import { rowOfLayout } from './record-types.js'

const OPTIONS = ['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format', 'tail']
const FORMATS = ['raw', 'npy']

/** Whether a path ends in '.npy', in lower or upper case. */
const endsInNpy = (path) => path.length >= 4 && path.subarray(-4).latin1Slice().toLowerCase() === '.npy'

/** The format that is given, or that the extension of the path means. */
export function toFormat(format, path) {
  if (format === undefined) return path !== undefined && endsInNpy(path) ? 'npy' : 'raw'
  if (FORMATS.includes(args.toOptionalString(format, 'options.format'))) return format
  throw outOfRange('options.format', `one of ${FORMATS.map((name) => `'${name}'`).join(', ')}`, `'${format}'`)
}

/** Whether the array may truncate a file that ends inside an element. */
function toCutTail(tail) {
  if (tail === undefined || args.toOptionalString(tail, 'options.tail') === 'cut') return tail === 'cut'
  throw outOfRange('options.tail', "'cut'", `'${tail}'`)
}

/** The options that most calls do not give. */
function toRareOptions({ mode, offset, length, capacity, advice, tail }, { shm, fd }) {
  return {
    shm,
    fd,
    mode: args.toMode(mode),
    offset: args.toOptionalCount(offset, 'options.offset'),
    length: args.toOptionalCount(length, 'options.length'),
    capacity: args.toOptionalCount(capacity, 'options.capacity'),
    advice: args.toOptionalString(advice, 'options.advice'),
    cutTail: toCutTail(tail),
  }
}

/**
 * Where the file of an array was found, to find it again. Anonymous memory and descriptors have none.
 * @typedef {{ path?: Uint8Array, shm?: Uint8Array, options?: object }} Origin
 */

/**
 * An open array without an object. The object that is made adds itself.
 * @typedef {{ core: Core, type: object, isCopyOnWrite: boolean, origin?: Origin, array?: object }} Parts
 */

/** @returns {Parts} a new array in memory, of zeros if the initializer is a length */
export function openMemory(typecode, init, options) {
  const { capacity } = args.toOptions(options, ['capacity'])
  const rare = {
    capacity: args.toOptionalCount(capacity, 'options.capacity'),
    length: typeof init === 'number' ? args.toCount(init, 'init') : undefined,
  }
  const type = toType(typecode)
  return { core: new Core(type.code, undefined, undefined, undefined, rare), type, isCopyOnWrite: false }
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
  const type = isInHeader ? undefined : toType(typecode)
  const core = new Core(type?.code, path, flags, format, rare)
  const origin =
    fd === undefined ? { path: path && absolutePath(path), shm, options: { ...others, format } } : undefined
  return { core, type: type ?? typeOfFile(core), isCopyOnWrite: flags === 'c', origin }
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
  return { core, type, isCopyOnWrite: (flags ?? handle.flags) === 'c', origin: originOfHandle(core, handle) }
}

/** Where the owner of a handle found the file. The core has no path for memory without a name. */
function originOfHandle(core, { path, format, offset, length }) {
  if (core.path() === undefined || core.path() === null) return undefined
  // The header of a .npy file says where its elements begin.
  const placement = format === 'npy' ? {} : { offset: Number(offset), length }
  return { path: Buffer.from(path), options: { ...placement, format } }
}
