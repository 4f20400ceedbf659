// The table of operations: a row of the results each. How one is written: see README.md, "A new row".
import { MmapArray } from '../index.js'
import { ACCESS } from './operations/access.js'
import { COPIES } from './operations/copies.js'
import { FILES } from './operations/files.js'
import { GROWTH } from './operations/growth.js'
import { IN_PLACE } from './operations/in-place.js'
import { NUMBERS } from './operations/numbers.js'
import { SEARCHES } from './operations/searches.js'

/** Those that this build of the package has. */
export const OPERATIONS = [...ACCESS, ...GROWTH, ...COPIES, ...SEARCHES, ...IN_PLACE, ...NUMBERS, ...FILES].filter(
  ({ needs }) => needs === undefined || typeof MmapArray.prototype[needs] === 'function',
)

/** A step in full: most are only the code that is timed. */
const inFull = (step) => (typeof step === 'string' ? { round: step } : step)

/** What a peer does in an operation: the first of its kinds that has a step; null where it has no such thing. */
export function stepOf(operation, { language, kinds }) {
  const kind = kinds.find((kind) => operation[language]?.[kind] !== undefined)
  const step = operation[language]?.[kind] ?? null
  return step && inFull(step)
}
