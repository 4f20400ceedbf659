// What the ways to open a file have in common: options, and the typecode, which a .npy file says itself.

import { npyTypecode } from '../native.js'
import * as args from './arguments.js'
import { outOfRange } from './errors.js'
import { typeOf } from './typecodes.js'

const OPTIONS = ['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format']
const FORMATS = ['raw', 'npy']

/** Whether a path ends in '.npy', in capitals too. */
const endsInNpy = (path) => path.length >= 4 && path.subarray(-4).latin1Slice().toLowerCase() === '.npy'

/** The format asked for, or that a path's ending means. */
function toFormat(format, path) {
  if (format === undefined) return path !== undefined && endsInNpy(path) ? 'npy' : 'raw'
  if (FORMATS.includes(args.toOptionalString(format, 'options.format'))) return format
  throw outOfRange('options.format', `one of ${FORMATS.map((name) => `'${name}'`).join(', ')}`, `'${format}'`)
}

/** What most opens are without. */
function toDetails({ mode, offset, length, capacity, advice }, { shm, fd }) {
  return {
    shm,
    fd,
    mode: args.toMode(mode),
    offset: args.toOptionalCount(offset, 'options.offset'),
    length: args.toOptionalCount(length, 'options.length'),
    capacity: args.toOptionalCount(capacity, 'options.capacity'),
    advice: args.toOptionalString(advice, 'options.advice'),
  }
}

/** What the core is told to open: where (one of the three) and how, checked. */
export function toOrigin({ path, shm, fd }, typecode, options) {
  const isPlain = options === undefined && path !== undefined
  const { flags, format, ...details } = isPlain ? {} : args.toOptions(options, OPTIONS)
  const origin = {
    path,
    typecode: undefined,
    flags: args.toOptionalString(flags, 'options.flags'),
    details: isPlain ? undefined : toDetails(details, { shm, fd }),
    format: toFormat(format, path),
  }
  const isToldByFile = typecode === undefined && origin.format === 'npy'
  const own = isToldByFile ? npyTypecode(path, origin.flags, origin.details) : undefined
  origin.typecode = typeOf(own ?? typecode).code
  return origin
}
