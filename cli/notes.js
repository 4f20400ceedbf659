// What the tool says on the standard error where nothing failed: what it assumed.

import { printable } from './failures.js'
import { eraseProgress } from './progress.js'

/** One line. */
export function note(text) {
  eraseProgress()
  process.stderr.write(`mmap-array: ${printable(text)}\n`)
}
