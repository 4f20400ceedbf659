// What an example's comments turn into, see examples.js. Every check that held is written down in a file, which the example's
// threads and child processes share, so that one that was never reached does not count as held.
import { appendFileSync } from 'node:fs'
import { inspect } from 'node:util'

const held = (check) => appendFileSync(process.env.MMAP_ARRAY_EXAMPLE_CHECKS, `${check}\n`)

const printed = (value) => inspect(value, { breakLength: Infinity, compact: true })

/** `expression // => text`: the value prints as the text. */
export function shows(value, text, check) {
  const found = printed(value)
  if (found !== text) throw new Error(`Line ${check} of the example: it gives ${found}, not ${text}`)
  held(check)
}

export class NothingThrown extends Error {}

/** `statement // throws Class CODE`. */
export function threw(error, text, check) {
  const found = `${error?.constructor?.name} ${error?.code}`
  if (error instanceof NothingThrown || found !== text) {
    throw new Error(`Line ${check} of the example: it throws ${found}, not ${text}`, { cause: error })
  }
  held(check)
}
