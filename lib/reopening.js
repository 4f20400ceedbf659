// Whether the path of an array still leads to its file, and the array on what it leads to now.

import { coreOf, isClosed, originOf, typeOf } from './core-array.js'
import { closed, noPath } from './errors.js'
import { openFile } from './opening.js'

/** Flags that made the file. It exists by now, and keeps its elements. */
const REOPENING_FLAGS = { 'w+': 'r+', 'wx+': 'r+' }

/** The options without the length that the file was made with: the one that is there now may have another. */
const withoutLength = ({ shape, ...options }) => ({
  ...options,
  length: undefined,
  shape: shape && [-1, ...shape.slice(1)],
})

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
  const { path, shm, options = {} } = origin
  const flags = REOPENING_FLAGS[core.flags()]
  const kept = flags === undefined ? options : withoutLength(options)
  return openFile({ path, shm }, typeOf(array).code, { ...kept, flags: flags ?? core.flags() })
}
