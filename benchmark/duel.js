import { Contender } from './contender.js'
import { median, quantile } from './statistics.js'

/**
 * Lets contenders take turns, A B C A B C, in several sittings with fresh processes: what slows the machine down for a
 * while then slows all of them.
 * @param {Record<string, { command: string, args: string[] }>} contenders
 * @param {unknown} answer what every round of every contender must answer
 * @returns {Promise<Record<string, number[]>>} nanoseconds of each contender, round by round
 */
export async function takeTurns(contenders, answer, { sittings, rounds, warmUps }) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let sitting = 0; sitting < sittings; sitting++) {
    const seated = Object.entries(contenders).map(([name, spec]) => [name, new Contender(name, spec)])
    try {
      for (let round = -warmUps; round < rounds; round++) {
        for (const [name, contender] of seated) {
          const { nanoseconds } = await contender.round(answer)
          if (round >= 0) times[name].push(nanoseconds)
        }
      }
      for (const [, contender] of seated) await contender.end()
    } finally {
      for (const [, contender] of seated) contender.kill()
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
export function duel({ title, contenders, answer, operations, comparisons }, sizes) {
  const play = async () => {
    const times = await takeTurns(contenders, answer, sizes)
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
