// Makes many arrays and lets them go, by close() or by garbage collection, and says what is left.
import { setTimeout as sleep } from 'node:timers/promises'
import { MmapArray } from '../../index.js'
import { ANONYMOUS, descriptors, maps, residentBytes } from '../process-facts.js'
import { answerLines, parameters } from '../service.js'

const { arrays, isClosing, path } = parameters
const SOURCES = [() => new MmapArray('i'), () => MmapArray.open(path, 'i', { flags: 'r+' })]

function makeAndLeave() {
  let sum = 0
  for (let i = 0; i < arrays; i++) {
    const array = SOURCES[i % SOURCES.length]()
    if (array.length === 0) array.append(1)
    sum += array.get(0) + array.view[0]
    if (isClosing) array.close()
  }
  return sum
}

/** Finalizers of external memory run a turn of the event loop after the collection. */
async function settle() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await sleep(5)
  }
}

async function state() {
  await settle()
  return { descriptors: descriptors(), maps: maps([ANONYMOUS, path]), allMaps: maps(), residentBytes: residentBytes() }
}

await answerLines(async () => {
  const before = await state()
  const began = process.hrtime.bigint()
  const answer = makeAndLeave()
  const nanoseconds = Number(process.hrtime.bigint() - began)
  return { answer, nanoseconds, before, after: await state() }
})
