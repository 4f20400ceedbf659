// Notes on the standard error: they tell what the tool assumed.

import { printable } from './failures.js'
import { eraseProgress } from './progress.js'

/** One line. */
export function note(text) {
  eraseProgress()
  process.stderr.write(`mmap-array: ${printable(text)}\n`)
}
