// Arrays that are closed or collected leave nothing behind.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MmapArray } from '../../index.js'
import { answerRounds, duration, isProgram, median, nodeProgram, roundsOf } from '../comparison.js'
import { ANONYMOUS, descriptors, maps, residentBytes } from '../../__test__/support/process-facts.js'

const MIB = 2 ** 20
/** The first rounds make room for the process's own bookkeeping. */
const WARM_UPS = 3
const ROUNDS = 5

export function lifecycleRows({ sizes: { arrays }, scratch }) {
  const path = join(scratch, 'lifecycle')
  writeFileSync(path, Int32Array.of(1))
  return [true, false].map((isClosing) => ({
    title: `${arrays.toLocaleString('en')} arrays, ${isClosing ? 'opened and closed' : 'dropped without close()'}`,
    async measure() {
      const program = nodeProgram(import.meta.url, { arrays, isClosing, path })
      const replies = await roundsOf('lifecycle', program, 2 * arrays, WARM_UPS + ROUNDS)
      return linesOf(replies.slice(WARM_UPS), arrays)
    },
  }))
}

function linesOf(replies, arrays) {
  const { before } = replies[0]
  const { after } = replies.at(-1)
  const counts = (what) => `${before[what]}, then ${after[what]}`
  const counted = (name, what) => {
    return { name, goal: 'as before', result: counts(what), met: after[what] <= before[what] }
  }
  const growth = (after.residentBytes - before.residentBytes) / ROUNDS / MIB
  const time = duration(median(replies.map(({ nanoseconds }) => nanoseconds)) / arrays)
  return [
    counted('descriptors', 'descriptors'),
    counted('maps of arrays', 'maps'),
    { name: 'maps in all', goal: '', result: counts('allMaps'), met: null },
    {
      name: 'resident memory, a round',
      goal: '≤ + 1 MiB',
      result: `${growth < 0 ? '-' : '+'} ${Math.abs(growth).toFixed(2)} MiB`,
      met: growth <= 1,
    },
    { name: 'time of an array, from made to left', goal: '', result: time, met: null },
  ]
}

/** The program: makes arrays, in memory and of a file, and leaves them to close() or to garbage collection. */
async function makeAndLeave({ arrays, isClosing, path }) {
  const makers = [() => new MmapArray('i'), () => MmapArray.open(path, 'i', { flags: 'r+' })]
  const makeAll = () => {
    let sum = 0
    for (let i = 0; i < arrays; i++) {
      const array = makers[i % 2]()
      if (array.length === 0) array.append(1)
      sum += array.get(0) + array.view[0]
      if (isClosing) array.close()
    }
    return sum
  }
  const state = async () => {
    // Finalizers of external memory run a turn of the event loop after the collection.
    for (let turn = 0; turn < 4; turn++) {
      globalThis.gc()
      await sleep(5)
    }
    return {
      descriptors: descriptors(),
      maps: maps([ANONYMOUS, path]),
      allMaps: maps(),
      residentBytes: residentBytes(),
    }
  }
  await answerRounds(async () => {
    const before = await state()
    const began = process.hrtime.bigint()
    const answer = makeAll()
    const nanoseconds = Number(process.hrtime.bigint() - began)
    return { answer, nanoseconds, before, after: await state() }
  })
}

if (isProgram(import.meta.url)) await makeAndLeave(JSON.parse(process.argv[2]))
