// What the ways to open a file have in common: options, and the typecode, which a .npy file says itself.

import { npyTypecode } from '../native.js'
import * as args from './arguments.js'
import { outOfRange } from './errors.js'
import { typeOf } from './typecodes.js'

const OPTIONS = ['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format']
const FORMATS = ['raw', 'npy']

/** The format asked for, or that a path's ending means. */
function toFormat(format, path) {
  const isNpy = path !== undefined && Buffer.from(path).toString('latin1').endsWith('.npy')
  const wanted = args.toOptionalString(format, 'options.format') ?? (isNpy ? 'npy' : 'raw')
  if (FORMATS.includes(wanted)) return wanted
  throw outOfRange('options.format', `one of ${FORMATS.map((name) => `'${name}'`).join(', ')}`, `'${wanted}'`)
}

const toDetails = ({ mode, offset, length, capacity, advice }) => ({
  mode: args.toMode(mode),
  offset: args.toOptionalCount(offset, 'options.offset'),
  length: args.toOptionalCount(length, 'options.length'),
  capacity: args.toOptionalCount(capacity, 'options.capacity'),
  advice: args.toOptionalString(advice, 'options.advice'),
})

/** What the core is told to open: where (one of the three) and how, checked. */
export function toOrigin({ path, shm, fd }, typecode, options) {
  const { flags, mode, offset, length, capacity, advice, format } = args.toOptions(options, OPTIONS)
  const origin = {
    path,
    shm,
    fd,
    typecode: undefined,
    flags: args.toOptionalString(flags, 'options.flags'),
    details: options === undefined ? undefined : toDetails({ mode, offset, length, capacity, advice }),
    format: toFormat(format, path),
  }
  const own = typecode === undefined && origin.format === 'npy' ? npyTypecode(origin) : undefined
  origin.typecode = typeOf(own ?? typecode).code
  return origin
}
