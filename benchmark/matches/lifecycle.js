// Arrays that are gone leave nothing behind.
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { Contender, nodeContender } from '../contender.js'
import { median } from '../statistics.js'

const MIB = 2 ** 20
const MOST_GROWTH = MIB
/** The first rounds make room for the process's own bookkeeping. */
const WARM_UPS = 3
const ROUNDS = 5

export function lifecycleMatches({ sizes, scratch }) {
  const path = join(scratch, 'lifecycle')
  writeFileSync(path, new Uint8Array(Int32Array.of(1).buffer))
  return [true, false].map((isClosing) => ({
    title: `${sizes.arrays.toLocaleString('en')} arrays, ${isClosing ? 'opened and closed' : 'dropped without close()'}`,
    play: () => play({ arrays: sizes.arrays, isClosing, path }),
  }))
}

async function play(parameters) {
  const contender = new Contender('lifecycle', nodeContender('lifecycle.js', parameters))
  const measured = []
  try {
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const result = await contender.round(parameters.arrays * 2)
      if (round >= 0) measured.push(result)
    }
    await contender.end()
  } finally {
    contender.kill()
  }
  return rowsOf(measured, parameters.arrays)
}

function rowsOf(measured, arrays) {
  const { before } = measured[0]
  const { after } = measured.at(-1)
  const counted = (name, what) => {
    const growth = after[what] - before[what]
    return { name, goal: 'as before', result: `${before[what]}, then ${after[what]}`, met: growth <= 0 }
  }
  const growth = (after.residentBytes - before.residentBytes) / ROUNDS
  const each = median(measured.map(({ nanoseconds }) => nanoseconds)) / arrays
  return [
    counted('descriptors', 'descriptors'),
    counted('maps of arrays', 'maps'),
    { name: 'maps in all', goal: '', result: `${before.allMaps}, then ${after.allMaps}`, met: null },
    {
      name: 'resident memory, a round',
      goal: `≤ + ${MOST_GROWTH / MIB} MiB`,
      result: `${growth < 0 ? '-' : '+'} ${(Math.abs(growth) / MIB).toFixed(2)} MiB`,
      met: growth <= MOST_GROWTH,
    },
    { name: 'time of an array, from made to left', goal: '', result: `${(each / 1000).toFixed(1)} µs`, met: null },
  ]
}
