// Whether the path of an array still leads to its file, and the array on what it leads to now.

import { coreOf, isClosed, originOf, typeOf } from './core-array.js'
import { closed, noPath } from './errors.js'
import { openFile } from './opening.js'

/** The file exists by now, and keeps its elements. */
const REOPENING_FLAGS = { 'w+': 'r+', 'wx+': 'r+' }

export function isReplaced(array) {
  const core = coreOf(array)
  if (isClosed(array)) throw closed()
  const origin = originOf(array)
  return origin !== undefined && core.isReplacedAt(origin.path ?? Buffer.from(core.path()))
}

/** Opens what the path of an array leads to now, with the options that the array was opened with. */
export function openAgain(array) {
  const core = coreOf(array)
  const origin = originOf(array)
  if (origin === undefined) throw noPath()
  const flags = core.flags()
  const { path, shm, options } = origin
  return openFile({ path, shm }, typeOf(array).code, { ...options, flags: REOPENING_FLAGS[flags] ?? flags })
}
