// Open options: the arguments of the constructor, `open` and the like, checked for the core. The typecode of a .npy file is in
// its header.

import { npyTypecode } from '../native.js'
import * as args from './arguments.js'
import { outOfRange } from './errors.js'
import { toType } from './typecodes.js'

const OPTIONS = ['flags', 'mode', 'offset', 'length', 'capacity', 'advice', 'format']
const FORMATS = ['raw', 'npy']

/** Whether a path ends in '.npy', in lower or upper case. */
const endsInNpy = (path) => path.length >= 4 && path.subarray(-4).latin1Slice().toLowerCase() === '.npy'

/** The format that is given, or that the extension of the path means. */
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

/** The options of a new array in memory. */
export function toMemoryOptions(typecode, options) {
  const { capacity } = args.toOptions(options, ['capacity'])
  const rare = { capacity: args.toOptionalCount(capacity, 'options.capacity') }
  return { typecode: toType(typecode).code, rare }
}

/** The options of an open by path, by name of shared memory or by descriptor. */
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
  const isInHeader = typecode === undefined && openOptions.format === 'npy'
  const found = isInHeader ? npyTypecode(path, openOptions.flags, openOptions.rare) : undefined
  openOptions.typecode = toType(found ?? typecode).code
  return openOptions
}
