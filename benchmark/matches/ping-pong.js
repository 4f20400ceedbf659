// A number to another process and back: by wait and notify, in C, and by process.send.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atLeastTimesFaster, atMostAnd } from '../goals.js'

const SOURCE = fileURLToPath(new URL('../contenders/ping-pong.c', import.meta.url))
/** What two calls through Node-API take, one to wake and one to sleep. */
const TWO_NATIVE_CALLS = 2 * 215

export function pingPongMatches(context) {
  const { sizes, scratch } = context
  // so many in all timed rounds of all sittings together
  const rounds = Math.ceil(sizes.pingPongs / (sizes.sittings * sizes.rounds))
  const contender = (subject) => nodeContender('ping-pong.js', { subject, rounds })
  const contenders = { MmapArray: contender('MmapArray'), 'process.send': contender('process.send') }
  const comparisons = [
    { name: 'wait and notify / process.send', ours: 'MmapArray', theirs: 'process.send', goal: atLeastTimesFaster(5) },
  ]
  const program = compiled(scratch)
  if (program !== undefined) {
    contenders.C = { command: program, args: [String(rounds)] }
    const goal = atMostAnd(1.5, TWO_NATIVE_CALLS)
    comparisons.unshift({ name: "wait and notify / C's futex", ours: 'MmapArray', theirs: 'C', goal })
  }
  const count = sizes.pingPongs.toLocaleString('en')
  const title = `ping-pong of ${count} rounds, median${program === undefined ? ' (no gcc: not beside C)' : ''}`
  return [duel({ title, contenders, answer: rounds, operations: 1, comparisons }, context)]
}

/** The C program, or undefined where nothing compiles it. */
function compiled(scratch) {
  const program = join(scratch, 'ping-pong')
  return spawnSync('gcc', ['-O2', '-o', program, SOURCE], { stdio: 'ignore' }).status === 0 ? program : undefined
}
