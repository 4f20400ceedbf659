// Compares subjects. Each has its own process. For every line that a process gets, it does a round and answers with a line of JSON,
// { answer, nanoseconds }. The subjects take turns, so that a slow moment of the machine affects all of them.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../index.js'

export class WrongAnswer extends Error {}

/** The command for a JavaScript program, with its parameters as JSON in the arguments. */
export function nodeProgram(url, parameters) {
  return { command: process.execPath, args: ['--expose-gc', fileURLToPath(url), JSON.stringify(parameters)] }
}

export class SubjectProcess {
  #name
  #child
  #lines
  #exit

  constructor(name, { command, args, env }) {
    this.#name = name
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    this.#exit = new Promise((resolve) => {
      this.#child.once('error', resolve).once('close', (code, signal) => resolve(signal ?? code))
    })
  }

  send(line) {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Runs one round and checks its answer. */
  async round(expected) {
    this.send('round')
    const { value, done } = await this.#lines.next()
    if (done) throw new WrongAnswer(`${this.#name} ended with ${await this.#exit} instead of an answer`)
    const reply = JSON.parse(value)
    if (reply.answer !== expected)
      throw new WrongAnswer(`${this.#name} answered ${reply.answer} instead of ${expected}`)
    return reply
  }

  async end() {
    this.#child.stdin.end()
    const exit = await this.#exit
    if (exit !== 0) throw new WrongAnswer(`${this.#name} ended with ${exit}`)
  }

  kill() {
    this.#child.kill('SIGKILL')
  }
}

/**
 * Runs the subjects in turns, A B C A B C.
 * @param {Record<string, { program: { command: string, args: string[] }, task?: object, answer: unknown, takes?: number }>} subjects
 *   `task` is the first line for the process; `answer` is the expected answer; `takes` is how many bytes of
 *   fresh memory a round needs
 * @param {{ rounds: number, warmUps: number, enough?: { rounds: number, ms: number } }} turns
 *   so many rounds; it may end after `enough` rounds and time
 * @param {Map<string, SubjectProcess>} [kept] processes to use again for the next task
 * @returns {Promise<Record<string, number[]>>} nanoseconds of each subject, round by round
 */
export async function takeTurns(subjects, { rounds, warmUps, enough }, kept) {
  const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
  const processes = kept ?? new Map()
  try {
    for (const [name, { program, task }] of Object.entries(subjects)) {
      if (!processes.has(name)) processes.set(name, new SubjectProcess(name, program))
      if (task) processes.get(name).send(JSON.stringify(task))
    }
    let began
    for (let round = -warmUps; round < rounds; round++) {
      if (round === 0) began = performance.now()
      if (enough && round >= enough.rounds && performance.now() - began > enough.ms) break
      for (const [name, { answer, takes }] of Object.entries(subjects)) {
        if (takes) warmMemory(takes)
        const { nanoseconds } = await processes.get(name).round(answer)
        if (round >= 0) times[name].push(nanoseconds)
      }
    }
    if (!kept) for (const process of processes.values()) await process.end()
  } catch (error) {
    for (const process of processes.values()) process.kill()
    processes.clear()
    throw error
  }
  return times
}

const MOST_WARMED = 512 * 2 ** 20

/**
 * Touches memory and frees it, so that the next round gets it. The host of a virtual machine takes back free memory within
 * seconds, and touching it again takes up to forty times as long.
 */
function warmMemory(bytes) {
  const array = new MmapArray('B', [0])
  array.repeatInPlace(Math.min(bytes, MOST_WARMED))
  array.close()
}

/** The value below which a share of the values lies. */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at))
}

export const median = (values) => quantile(values, 0.5)

/**
 * A row: our times compared with a subject's, round by round.
 * @param {Goal} [goal]
 */
export function compare(ours, theirs, goal) {
  const ratios = ours.map((time, round) => time / theirs[round])
  const measured = {
    ratio: median(ratios),
    lower: quantile(ratios, 0.25),
    upper: quantile(ratios, 0.75),
    ours: median(ours),
    theirs: median(theirs),
  }
  return { limit: goal ?? null, measured, ...judge(measured, goal) }
}

/** A row of several runs: the median of their medians, and the least and the greatest of them. */
export function combine(runs, goal) {
  const ratios = runs.map(({ ratio }) => ratio)
  const measured = {
    ratio: median(ratios),
    lower: Math.min(...ratios),
    upper: Math.max(...ratios),
    ours: median(runs.map(({ ours }) => ours)),
    theirs: median(runs.map(({ theirs }) => theirs)),
  }
  return { limit: goal, measured, ...judge(measured, goal ?? undefined) }
}

/**
 * The result as text, and whether it meets the goal.
 * @typedef {number | { ratio: number, plus: number }} Goal our time may be so many times theirs, plus so many nanoseconds
 * @param {Goal} [goal]
 */
function judge(measured, goal) {
  const { ratio = goal, plus = 0 } = Object(goal)
  const more = measured.ours - measured.theirs
  let result = digits(measured.ratio)
  if (ratio === 0) result = duration(measured.ours)
  else if (plus > 0) result += ` (${more < 0 ? '-' : '+'} ${duration(Math.abs(more))})`
  else if (ratio < 1) result += ` (${(1 / measured.ratio).toFixed(1)} times as fast)`
  const limits = [ratio > 0 && ratio.toFixed(2), plus > 0 && duration(plus)].filter(Boolean)
  const isMet = plus > 0 ? measured.ours <= ratio * measured.theirs + plus : measured.ratio <= ratio
  return {
    goal: goal === undefined ? '' : `≤ ${limits.join(' + ')}`,
    result,
    met: goal === undefined ? null : isMet,
  }
}

/** A line of the report that compares nothing; `met` is null if it has no goal. */
export const line = (name, result, goal = '', met = null) => ({ name, goal, result, met })

/** A ratio in three digits. */
export function digits(ratio) {
  if (ratio >= 100) return ratio.toFixed(0)
  if (ratio >= 10) return ratio.toFixed(1)
  return ratio.toFixed(ratio < 0.1 ? 3 : 2)
}

export function duration(nanoseconds) {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(1)} ms`
  if (nanoseconds >= 1e3) return `${(nanoseconds / 1e3).toFixed(1)} µs`
  return `${nanoseconds.toPrecision(3)} ns`
}
