// Everything at once, for minutes: see README.md.
//
//   npm run soak                      ten minutes
//   npm run soak -- 90s               90 seconds; 5m and 1h are understood too
//   npm run soak -- 10m 12345         with the choices of this seed
import fs from 'node:fs'
import { randomInt } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../__test__/support/random.js'
import { Facts } from './facts.js'
import { Round } from './round.js'

const ROUND_MS = 20_000
const PROGRESS_MS = 5000
const UNITS = { s: 1000, m: 60_000, h: 3_600_000 }

const [duration = '10m', seedText = String(randomInt(2 ** 31))] = process.argv.slice(2)
const [, amount, unit] = /^(\d+)([smh])$/.exec(duration) ?? []
const seed = Number(seedText)
if (amount === undefined || !Number.isInteger(seed)) {
  console.error('usage: npm run soak -- [duration, as 90s, 10m, 1h] [seed, an integer]')
  process.exit(2)
}

const directory = fs.mkdtempSync(join(tmpdir(), 'mmap-array-soak-'))
const began = Date.now()
const end = began + amount * UNITS[unit]
const random = new Random(seed)
const facts = new Facts(directory)
const totals = {}
let rounds = 0
let round

const numbers = () => ({
  ...round.counts,
  appended: round.appended,
  ...Object.fromEntries(
    ['reserved', 'truncations', 'faults', 'locked', 'wakes', 'arrays', 'turns'].map((what) => [
      what,
      round.total(what),
    ]),
  ),
})

/** A line of what was done in all the rounds so far, and what this process holds. */
function progress(running) {
  const { descriptors, maps, threads, resident } = facts.now()
  const seconds = Math.round((Date.now() - began) / 1000)
  const done = Object.entries(totals).map(([what, count]) => `${what} ${count + (running[what] ?? 0)}`)
  const holds = `descriptors ${descriptors}, maps ${maps}, threads ${threads}, ${Math.round(resident / 2 ** 20)} MiB`
  console.log(`${seconds} s, round ${rounds}: ${done.join(', ')}; holds ${holds}`)
}

async function runRound() {
  rounds++
  const path = join(directory, `round-${rounds}`)
  fs.mkdirSync(path)
  round = new Round(path, random)
  for (const what of Object.keys(numbers())) totals[what] ??= 0
  const timer = setInterval(() => progress(numbers()), PROGRESS_MS)
  let done
  try {
    await round.run(Math.min(end, Date.now() + ROUND_MS), () => (done = numbers()))
  } finally {
    clearInterval(timer)
    round = undefined
  }
  for (const [what, count] of Object.entries(done)) totals[what] += count
  fs.rmSync(path, { recursive: true })
  await facts.settle()
  progress({})
}

console.log(`soak: ${duration}, seed ${seed}, in ${directory}`)
try {
  while (Date.now() < end) await runRound()
  fs.rmSync(directory, { recursive: true })
  console.log(`soak: sound after ${rounds} rounds, seed ${seed}`)
} catch (error) {
  console.log(`soak: FAILED in round ${rounds}, seed ${seed}; the files are in ${directory}\n${error.stack}`)
  process.exitCode = 1
}
