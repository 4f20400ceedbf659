// The other end of contender.js, for contenders in JavaScript.
import { createInterface } from 'node:readline'

/** What the parent told this contender. */
export const parameters = JSON.parse(process.argv[2])

/**
 * Does a round for every line that comes in.
 * @param {object} contender
 * @param {() => void} [contender.before] makes what each round needs
 * @param {() => unknown} contender.round the work that is timed
 * @param {(result: unknown) => unknown} [contender.answer] the round's answer, where it is not its result
 * @param {() => void} [contender.after] clears away what is left
 */
export function serve({ before, round, answer, after }) {
  return answerLines(() => {
    before?.()
    // Garbage of one round is not to be paid for in another.
    globalThis.gc()
    const began = process.hrtime.bigint()
    const result = round()
    const nanoseconds = Number(process.hrtime.bigint() - began)
    const reply = { answer: answer ? answer(result) : result, nanoseconds }
    after?.()
    return reply
  })
}

/** Answers every line with what `measure` gives. */
export async function answerLines(measure) {
  for await (const _ of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await measure())}\n`)
  }
}
