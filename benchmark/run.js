// npm run bench: every row of the results, in one run. See README.md in this folder.
//
//   node benchmark/run.js                     all of it; writes RESULTS.md and the pictures
//   node benchmark/run.js append 'get('       only the matches whose title holds one of these words; writes nothing
//   node benchmark/run.js --quick             small sizes and few rounds: proves that it works, measures nothing
//   node benchmark/run.js --json              one JSON object instead of the table
//   node benchmark/run.js --output=DIRECTORY  where RESULTS.md and the pictures go
//   node benchmark/run.js --no-install        only the peers that are there already
//   node benchmark/run.js --sittings=2        fewer runs of the processes than 3: faster, and less sure
//
// Speed is never a failure: the exit code is 0 whatever the numbers, and 1 only if an answer is wrong.
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { WrongAnswer } from './contender.js'
import { machine } from './machine.js'
import { attachMatches } from './matches/attach.js'
import { bySizeMatches } from './matches/by-size.js'
import { exactAppendMatches } from './matches/exact-append.js'
import { heldMemoryMatches } from './matches/held-memory.js'
import { lifecycleMatches } from './matches/lifecycle.js'
import { openMatches } from './matches/open.js'
import { operationMatches } from './matches/operations.js'
import { pingPongMatches } from './matches/ping-pong.js'
import { findPeers } from './peers.js'
import { printHeader, printMatch, printSummary } from './printing.js'
import { pythonSteps } from './provisions/python-steps.js'
import { writeResults } from './results/write.js'
import { sparseFile, withScratch } from './scratch.js'
import { Seats } from './seats.js'
import { FULL, QUICK, withSittings } from './sizes.js'

const { values: flags, positionals: words } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    output: { type: 'string' },
    'no-install': { type: 'boolean' },
    sittings: { type: 'string' },
  },
  allowPositionals: true,
})
const sittings = Number(flags.sittings ?? FULL.sittings)
if (!(sittings >= 1 && Number.isInteger(sittings))) throw new RangeError('--sittings takes a whole number from 1')
const sizes = flags.quick ? QUICK : withSittings(FULL, sittings)

await withScratch(async ({ scratch, memory }) => {
  const peers = findPeers({ scratch, mayInstall: !flags['no-install'] })
  const report = { machine: machine(scratch, sizes), peers: peers.map(describe), rows: [], wrong: [] }
  if (!flags.json) printHeader(report)
  const seats = new Seats({ stays: sizes.isQuick })
  const files = Object.fromEntries(
    ['small', 'large', 'huge'].map((name) => [name, sparseFile(scratch, name, sizes[`${name}File`])]),
  )
  const context = { sizes, scratch, memory, peers, files, seats, steps: pythonSteps(scratch) }
  const matches = [
    operationMatches,
    exactAppendMatches,
    openMatches,
    attachMatches,
    lifecycleMatches,
    pingPongMatches,
    heldMemoryMatches,
    bySizeMatches,
  ].flatMap((make) => make(context))
  for (const match of matches) {
    if (words.length > 0 && !words.some((word) => match.title.includes(word))) continue
    const rows = await rowsOf(match, report.wrong)
    report.rows.push(...rows.map((row) => ({ match: match.title, ...row })))
    if (!flags.json) printMatch(match.title, rows)
  }
  await seats.close()
  report.machine['load at the end'] = loadavg()[0].toFixed(2)
  const output =
    flags.output ??
    (words.length > 0 ? undefined : fileURLToPath(new URL(sizes.isQuick ? 'quick' : '.', import.meta.url)))
  if (output !== undefined) writeResults(report, output)
  if (flags.json) console.log(JSON.stringify(report, null, 2))
  else printSummary(report)
  if (report.wrong.length > 0) process.exitCode = 1
})

function describe({ name, version, absent }) {
  return { name, version, absent }
}

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
