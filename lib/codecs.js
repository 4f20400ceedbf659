// The codec of each type.

import { scalarCodec } from './elements.js'
import { complexCodec, recordCodec } from './object-elements.js'
import { TYPECODES } from './typecodes.js'

const makeCodec = (type) => (type.isObject ? complexCodec(type) : scalarCodec(type))

const CODECS = new Map(TYPECODES.map((type) => [type, makeCodec(type)]))

const RECORD_CODECS = new WeakMap()

/** The codec of a row of the typecode table or of a record type. */
export function codecFor(type) {
  const codec = CODECS.get(type) ?? RECORD_CODECS.get(type)
  if (codec !== undefined) return codec
  const made = recordCodec(type)
  RECORD_CODECS.set(type, made)
  return made
}
