// What an element costs in small and in large arrays.
import { freemem } from 'node:os'
import { readFileSync } from 'node:fs'
import { ELEMENT_TYPES } from '../element-types.js'
import { OPERATIONS, stepOf } from '../operations.js'
import { median } from '../statistics.js'
import { playOperation, takesPart } from './operations.js'

const TYPECODE = 'i'
const OURS = 'MmapArray'
/** So much of the free memory may be taken. */
const SHARE = 0.8
/** Loops of which the table measures a share, so slow are they, end here. */
const MOST_OF_SLOW = 1e7

export function bySizeMatches(context) {
  const { sizes, peers } = context
  return OPERATIONS.filter(({ bySize }) => bySize).flatMap((operation) =>
    sizes.bySize.map((n) => {
      const present = peers.filter((peer) => isWanted(operation, peer, n))
      const title = `${operation.title} by size, 10^${Math.log10(n)} elements`
      return { title, play: () => play({ operation, n, peers: present }, context) }
    }),
  )
}

function isWanted(operation, peer, n) {
  if (peer.name !== OURS && !operation.bySize.includes(peer.name)) return false
  if (!takesPart(peer, operation)) return false
  const most = operation.mostBySize?.[peer.name] ?? (stepOf(operation, peer).share ? MOST_OF_SLOW : Infinity)
  return n <= most
}

async function play({ operation, n, peers }, context) {
  const { sizes } = context
  const bytes = n * ELEMENT_TYPES[TYPECODE].View.BYTES_PER_ELEMENT * (operation.copies ?? 1) * peers.length
  if (bytes > available() * SHARE)
    return [{ name: 'not measured', goal: '', result: `it takes ${gib(bytes)}`, met: null }]
  const repeats = Math.max(1, Math.floor(sizes.atLeast / n))
  const task = { operation, typecode: TYPECODE, n, peers, repeats, isWhole: true, turns: sizes.bySizeTurns }
  const times = await playOperation(task, context)
  return Object.entries(times).map(([peer, nanoseconds]) => ({
    name: peer,
    goal: '',
    result: `${median(nanoseconds).toPrecision(3)} ns an element`,
    met: null,
    bySize: { operation: operation.name, peer, n, nanoseconds: median(nanoseconds) },
  }))
}

const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Memory that can be had without swapping. */
function available() {
  const found = /^MemAvailable: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
  return found ? Number(found[1]) * 1024 : freemem()
}
