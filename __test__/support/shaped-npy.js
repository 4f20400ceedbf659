// Writes .npy files of any shape, for tests.
import fs from 'node:fs'
import { headerOf } from '../../cli/npy/header.js'

/** A file of elements in the order of the file. */
export function makeNpy(scope, name, { typecode, shape, fortranOrder = false, isBoolean = false }, elements) {
  const bytes = Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength)
  const path = scope.path(name)
  fs.writeFileSync(path, Buffer.concat([headerOf({ typecode, shape, fortranOrder, isBoolean }), bytes]))
  return path
}
