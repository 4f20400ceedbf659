// npm run bench: every row of the table, in one run. See README.md in this folder.
//
//   node benchmark/run.js                     all of it
//   node benchmark/run.js append get          only the matches whose title holds one of these words
//   node benchmark/run.js --quick             small sizes and few rounds: proves that it works, measures nothing
//   node benchmark/run.js --json              one JSON object instead of the table
//
// Speed is never a failure: the exit code is 0 whatever the numbers, and 1 only if an answer is wrong.
import { parseArgs } from 'node:util'
import { WrongAnswer } from './contender.js'
import { machine } from './machine.js'
import { appendMatches } from './matches/append.js'
import { attachMatches } from './matches/attach.js'
import { elementMatches } from './matches/elements.js'
import { exactAppendMatches } from './matches/exact-append.js'
import { heldMemoryMatches } from './matches/held-memory.js'
import { kernelMatches } from './matches/kernels.js'
import { lifecycleMatches } from './matches/lifecycle.js'
import { openMatches } from './matches/open.js'
import { pingPongMatches } from './matches/ping-pong.js'
import { printHeader, printMatch, printSummary } from './printing.js'
import { withScratch } from './scratch.js'
import { FULL, QUICK } from './sizes.js'

const { values: flags, positionals: words } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
  allowPositionals: true,
})
const sizes = flags.quick ? QUICK : FULL

await withScratch(async (scratch) => {
  const report = { machine: machine(scratch, sizes), rows: [], wrong: [] }
  if (!flags.json) printHeader(report.machine)
  const context = { sizes, scratch }
  const matches = [
    elementMatches,
    appendMatches,
    exactAppendMatches,
    openMatches,
    attachMatches,
    lifecycleMatches,
    pingPongMatches,
    heldMemoryMatches,
    kernelMatches,
  ].flatMap((make) => make(context))
  for (const match of matches) {
    if (words.length > 0 && !words.some((word) => match.title.includes(word))) continue
    const rows = await rowsOf(match, report.wrong)
    report.rows.push(...rows.map((row) => ({ match: match.title, ...row })))
    if (!flags.json) printMatch(match.title, rows)
  }
  if (flags.json) console.log(JSON.stringify(report, null, 2))
  else printSummary(report)
  if (report.wrong.length > 0) process.exitCode = 1
})

/** The rows of a match; a wrong answer takes the place of all of them. */
async function rowsOf(match, wrong) {
  try {
    return await match.play()
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error
    wrong.push(`${match.title}: ${error.message}`)
    return [{ name: match.title, goal: 'the right answer', result: error.message, met: false }]
  }
}
