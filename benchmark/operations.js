// The table of operations. Each is a row of the results for each typecode: see README.md, "A new row".
import { COPIES, FILES } from './operations/arrays.js'
import { ELEMENTS, GROWTH } from './operations/elements.js'
import { RECORD_ELEMENTS } from './operations/records.js'
import { IN_PLACE, NUMBERS, SEARCHES } from './operations/scans.js'

/** The parts of the table and of its picture. */
export const GROUPS = {
  'Single elements': [...ELEMENTS, ...RECORD_ELEMENTS],
  'Changes of length': GROWTH,
  'Whole arrays': [...COPIES, ...SEARCHES, ...IN_PLACE, ...NUMBERS],
  Files: FILES,
}
export const OPERATIONS = Object.values(GROUPS).flat()
export const TYPECODES = ['i', 'd']

/**
 * The code of a subject for an operation, { before, round, after, share }; undefined if it does not take part. A key of an operation
 * may name several subjects.
 */
export function stepOf(operation, { name, steps, isPackage, absent }) {
  if (absent || (isPackage && operation.packages !== 'all' && operation.packages !== name)) return undefined
  const keys = steps.map((step) => Object.keys(operation).find((names) => names.split(', ').includes(step)))
  const step = operation[keys.find(Boolean)] ?? undefined
  return typeof step === 'string' ? { round: step } : step
}
