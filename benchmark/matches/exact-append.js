// Appending to an exact file: one system call an element, whoever does it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atLeastTimesFaster, atMost, atMostMore } from '../goals.js'

const SEED = fileURLToPath(new URL('../contenders/file-append.py', import.meta.url))
const SOURCE = fileURLToPath(new URL('../contenders/file-append.c', import.meta.url))

export function exactAppendMatches(context) {
  const { sizes, scratch, peers } = context
  const appends = sizes.exactAppends
  const contender = (subject) =>
    nodeContender('file-append.js', { path: join(scratch, `append-${subject}`), appends, subject })
  const contenders = { MmapArray: contender('MmapArray'), 'fs.writeSync': contender('fs.writeSync') }
  const comparisons = [{ name: 'append / fs.writeSync', ours: 'MmapArray', theirs: 'fs.writeSync', goal: atMost(1) }]
  const program = compiled(scratch)
  if (program !== undefined) {
    contenders.C = { command: program, args: [join(scratch, 'append-C'), String(appends)] }
    comparisons.push({ name: "append - C's pwritev2", ours: 'MmapArray', theirs: 'C', goal: atMostMore(300) })
  }
  const seed = peers.find(({ name }) => name === 'mmap_backed_array')
  if (!seed.absent) {
    contenders.mmap_backed_array = { command: seed.python, args: [SEED, join(scratch, 'append-seed'), String(appends)] }
    const goal = atLeastTimesFaster(3)
    comparisons.push({ name: 'append / mmap_backed_array', ours: 'MmapArray', theirs: 'mmap_backed_array', goal })
  }
  const title = `append to an exact file${program === undefined ? ' (no gcc: not beside C)' : ''}`
  return [duel({ title, contenders, answer: appends, operations: appends, comparisons }, context)]
}

/** The C program, or undefined where nothing compiles it. */
function compiled(scratch) {
  const program = join(scratch, 'file-append')
  return spawnSync('gcc', ['-O2', '-o', program, SOURCE], { stdio: 'ignore' }).status === 0 ? program : undefined
}
