// Arrays that are closed or collected leave nothing behind. Prints the lines of the report as JSON.
import assert from 'node:assert'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, descriptors, maps, residentBytes } from '../../__test__/support/process-facts.js'
import { duration, line, median } from '../comparison.js'

const MIB = 2 ** 20
/** The first rounds make room for the process's own bookkeeping. */
const WARM_UPS = 3
const ROUNDS = 5

const { arrays, isClosing, path } = JSON.parse(process.argv[2])
writeFileSync(path, Int32Array.of(1))

const makers = [() => new MmapArray('i'), () => MmapArray.open(path, 'i', { flags: 'r+' })]
function makeAndLeave() {
  let sum = 0
  for (let i = 0; i < arrays; i++) {
    const array = makers[i % 2]()
    if (array.length === 0) array.append(1)
    sum += array.get(0) + array.view[0]
    if (isClosing) array.close()
  }
  return sum
}

async function state() {
  // Finalizers of external memory run a turn of the event loop after the collection.
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc()
    await sleep(5)
  }
  return { descriptors: descriptors(), maps: maps([ANONYMOUS, path]), allMaps: maps(), residentBytes: residentBytes() }
}

const times = []
let before
let after
for (let round = -WARM_UPS; round < ROUNDS; round++) {
  if (round === 0) before = await state()
  const began = process.hrtime.bigint()
  assert.equal(makeAndLeave(), 2 * arrays)
  if (round >= 0) times.push(Number(process.hrtime.bigint() - began))
  after = await state()
}

const counts = (what) => `${before[what]}, then ${after[what]}`
const growth = (after.residentBytes - before.residentBytes) / ROUNDS / MIB
const unchanged = (name, what) => line(name, counts(what), 'as before', after[what] <= before[what])
const lines = [
  unchanged('descriptors', 'descriptors'),
  unchanged('maps of arrays', 'maps'),
  line('maps in all', counts('allMaps')),
  line(
    'resident memory, a round',
    `${growth < 0 ? '-' : '+'} ${Math.abs(growth).toFixed(2)} MiB`,
    '≤ + 1 MiB',
    growth <= 1,
  ),
  line('time of an array, from made to left', duration(median(times) / arrays)),
]
console.log(JSON.stringify(lines))
