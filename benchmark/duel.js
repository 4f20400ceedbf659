import { warmMemory } from './warm-memory.js'
import { median, quantile } from './statistics.js'

/**
 * Lets contenders take turns, A B C A B C, in several sittings with fresh processes: what slows the machine down for a
 * while then slows all of them.
 * @param {Record<string, { command: string, args: string[], task?: string, answer?: unknown, takes?: number }>} contenders
 *   `answer` of one that differs from the others'; of a checksum there are two, { all, some }; `takes`: bytes of fresh memory
 *   that a round may take
 * @param {unknown} answer what every round of every contender must answer
 * @param {{ sittings: number, rounds: number, warmUps: number, enough?: { rounds: number, nanoseconds: number } }} sizes
 *   `enough`: a sitting of so many rounds may end after so much time
 * @returns {Promise<Record<string, number[]>>} nanoseconds of each contender, round by round
 */
export async function takeTurns(contenders, answer, { sittings, rounds, warmUps, enough }, seats) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let sitting = 0; sitting < sittings; sitting++) {
    const seated = new Map()
    let hasFailed = true
    try {
      for (const [name, spec] of Object.entries(contenders)) seated.set(name, seats.take(name, spec))
      // What comes before the first round is not measured: all at once.
      const withTasks = Object.entries(contenders).filter(([, { task }]) => task !== undefined)
      await Promise.all(withTasks.map(([name, { task }]) => seated.get(name).begin(task)))
      const began = process.hrtime.bigint()
      const isEnough = (round) =>
        enough && round >= enough.rounds && process.hrtime.bigint() - began > BigInt(enough.nanoseconds)
      for (let round = -warmUps; round < rounds && !isEnough(round); round++) {
        // The first answer of a process is looked at wholly, the others where that would take longer than the round, in part.
        const extent = round === -warmUps ? 'all' : 'some'
        for (const [name, contender] of seated) {
          const { task, answer: own = answer, takes } = contenders[name]
          if (takes) warmMemory(takes)
          const expected = own?.[extent] ?? own
          const { nanoseconds } = await contender.round(expected, task && `round\t${extent}`)
          if (round >= 0) times[name].push(nanoseconds)
        }
      }
      await seats.leave(seated.values())
      hasFailed = false
    } finally {
      seats.dismiss(seated.values(), { hasFailed })
    }
  }
  return times
}

/** Two contenders' times compared round by round. */
export function compare(ours, theirs) {
  const ratios = ours.map((time, round) => time / theirs[round])
  return {
    ratio: median(ratios),
    lower: quantile(ratios, 0.25),
    upper: quantile(ratios, 0.75),
    ours: median(ours),
    theirs: median(theirs),
  }
}

/**
 * A match whose rows are ratios.
 * @param {object} match
 * @param {number} match.operations what one round does, to give times for one
 * @param {Array<{ name: string, ours: string, theirs: string, goal: object }>} match.comparisons
 */
export function duel({ title, contenders, answer, operations, comparisons }, { sizes, seats }) {
  const play = async () => {
    const times = await takeTurns(contenders, answer, sizes, seats)
    return comparisons.map(({ name, ours, theirs, goal }) => {
      const measured = compare(times[ours], times[theirs])
      for (const side of ['ours', 'theirs']) measured[side] /= operations
      return {
        name,
        goal: goal.text,
        result: goal.result(measured),
        met: goal.isMet(measured),
        against: theirs,
        measured,
      }
    })
  }
  return { title, play }
}
