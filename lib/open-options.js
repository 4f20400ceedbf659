// Open options: what the constructor and the ways to open a file tell the core. A .npy file says its typecode itself.

import { npyTypecode } from '../native.js'
import * as args from './arguments.js'
import { outOfRange } from './errors.js'
import { toType } from './typecodes.js'

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

/** The options that most calls do not give. */
function toRareOptions({ mode, offset, length, capacity, advice }, { shm, fd }) {
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

/** What the core is told to make: a new array in memory. */
export function toMemoryOptions(typecode, options) {
  const { capacity } = args.toOptions(options, ['capacity'])
  const rare = { capacity: args.toOptionalCount(capacity, 'options.capacity') }
  return { typecode: toType(typecode).code, rare }
}

/** What the core is told to open: where (one of the three) and how, checked. */
export function toOpenOptions({ path, shm, fd }, typecode, options) {
  const isPlain = options === undefined && path !== undefined
  const { flags, format, ...rare } = isPlain ? {} : args.toOptions(options, OPTIONS)
  const openOptions = {
    path,
    typecode: undefined,
    flags: args.toOptionalString(flags, 'options.flags'),
    rare: isPlain ? undefined : toRareOptions(rare, { shm, fd }),
    format: toFormat(format, path),
  }
  const isToldByFile = typecode === undefined && openOptions.format === 'npy'
  const own = isToldByFile ? npyTypecode(path, openOptions.flags, openOptions.rare) : undefined
  openOptions.typecode = toType(own ?? typecode).code
  return openOptions
}
