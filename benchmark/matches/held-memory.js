// A table that many hold is in memory once: the sum of its PSS, in which the kernel divides each page among its holders.
import { join } from 'node:path'
import { Contender, nodeContender } from '../contender.js'

const MIB = 2 ** 20
const PROCESSES = 6
const THREADS = 4
const MOST = 1.05

export function heldMemoryMatches({ sizes, scratch }) {
  const title = `a table of ${sizes.held / MIB} MiB held by ${PROCESSES} processes and ${THREADS} threads`
  return [{ title, play: () => play(sizes.held, scratch) }]
}

async function play(bytes, scratch) {
  const rows = []
  for (const [name, parameters] of [
    ['a file, for reading and writing', { path: join(scratch, 'held'), flags: 'r+' }],
    ['a file, for reading only', { path: join(scratch, 'held'), flags: 'r' }],
    ['anonymous memory', { path: null, flags: 'r+' }],
  ]) {
    const held = { ...parameters, bytes, processes: PROCESSES, threads: THREADS }
    rows.push(rowOf(name, bytes, await measure(held)))
  }
  return rows
}

/** What it takes once every holder has read all of it, and found what is in there. */
async function measure(parameters) {
  const contender = new Contender('held-memory', nodeContender('held-memory.js', parameters))
  try {
    const measured = await contender.round(parameters.processes + parameters.threads)
    await contender.end()
    return measured
  } finally {
    contender.kill()
  }
}

function rowOf(name, bytes, { pss, rss }) {
  const share = pss / bytes
  return {
    name: `memory (PSS) of ${name}`,
    goal: `≤ ${MOST.toFixed(2)} × itself`,
    result: `${share.toFixed(3)} × (RSS: ${(rss / bytes).toFixed(2)} ×)`,
    // a table that nobody has in memory would take nothing
    met: share <= MOST && share > 0.99,
  }
}
