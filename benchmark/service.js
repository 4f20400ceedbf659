// The other end of contender.js, for contenders in JavaScript.
import { createInterface } from 'node:readline'

/** What the parent told this contender. */
export const parameters = JSON.parse(process.argv[2])

/** Elements of an array to rehearse with. */
export const REHEARSAL = 1000
const SUBJECTS = 20
const CALLS = 50

/**
 * Calls a loop often and shortly before it is timed. What V8 compiles while a loop is running differs from what it makes
 * of a function that was called before: it keeps the sum in a new object each time, which costs more than all the rest.
 */
export function rehearse(run, makeSubject) {
  for (let i = 0; i < SUBJECTS; i++) {
    const subject = makeSubject()
    for (let call = 0; call < CALLS; call++) run(subject, REHEARSAL)
    subject.close?.()
  }
}

/**
 * Does a round for every line that comes in.
 * @param {object} contender
 * @param {() => void} [contender.before] makes what each round needs
 * @param {() => unknown} contender.round the work that is timed
 * @param {(result: unknown) => unknown} [contender.answer] the round's answer, where it is not its result
 * @param {() => void} [contender.after] clears away what is left
 * @param {boolean} [contender.leavesGarbage] whether to collect it before the next round, outside of its time
 */
export function serve({ before, round, answer, after, leavesGarbage }) {
  return answerLines(() => {
    before?.()
    if (leavesGarbage) globalThis.gc()
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
