// Handles. They are plain JSON, so anybody may have made or changed one.

import { isArray } from './core-array.js'
import { emptyHandle, handleVersion, invalidArgType } from './errors.js'
import { lengthsIn } from './shape.js'

/** Goes up when a handle's fields change their names or their meaning; a new field that may be absent needs no new version. */
const VERSION = 1

const FIELDS = {
  typecode: 'string',
  flags: 'string',
  pid: 'number',
  started: 'string',
  mapping: 'number',
  descriptor: 'number',
  path: 'string',
  identity: 'string',
  offset: 'number',
  length: 'number',
  format: 'string',
  pidNamespace: 'string',
  record: 'object',
  rowShape: 'object',
}
/** `record` has the layout of records, and `typecode` that of other elements. `rowShape` is the shape of each row. */
const OPTIONAL = new Set(['typecode', 'path', 'length', 'format', 'pidNamespace', 'record', 'rowShape'])

const HINT_FOR_TEXT = 'Open a path with MmapArray.open(path, typecode), and a handle in JSON after JSON.parse'

const FLAGS = new Set(['r', 'r+', 'w+', 'wx+', 'a+', 'c'])

function isValid(name, value) {
  if (value === undefined || value === null) return OPTIONAL.has(name)
  if (name === 'pid' || name === 'descriptor') return Number.isInteger(value) && value >= 0 && value <= 0x7fffffff
  if (name === 'rowShape')
    return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length > 0)
  if (name === 'flags') return FLAGS.has(value)
  return typeof value === FIELDS[name]
}

/** A handle of the fields that the core gave. */
export function handleOf(type, fields) {
  if (type.meaning !== 'record') return { version: VERSION, ...fields }
  const { typecode: _, ...others } = fields
  return { version: VERSION, ...others, record: { fields: type.code.fields, itemsize: type.itemsize } }
}

/** The fields of a handle, each read once and of the right kind. */
export function handleFields(handle) {
  const expected = 'the result of handle()'
  const unchanged = 'as handle() returned it'
  if (isArray(handle)) throw invalidArgType('handle', expected, handle, 'Attach array.handle()')
  if (typeof handle === 'string') throw invalidArgType('handle', expected, handle, HINT_FOR_TEXT)
  if (typeof handle !== 'object' || handle === null) throw invalidArgType('handle', expected, handle)
  // First: in another version the other fields may be different ones.
  const { version } = handle
  if (version === undefined && Reflect.ownKeys(handle).length === 0) throw emptyHandle()
  if (!Number.isInteger(version) || version < 1) {
    throw invalidArgType('handle.version', unchanged, version)
  }
  if (version !== VERSION) throw handleVersion(version, VERSION)
  const fields = Object.fromEntries(
    Object.keys(FIELDS).map((name) => {
      const given = handle[name]
      const value = Array.isArray(given) ? lengthsIn(given) : given
      if (!isValid(name, value)) throw invalidArgType(`handle.${name}`, unchanged, value)
      return [name, value ?? undefined]
    }),
  )
  if ((fields.typecode === undefined) !== (fields.record === undefined)) return fields
  throw invalidArgType('handle.typecode', unchanged, fields.typecode)
}
