// The program of each process and thread that counts. It receives the paths and its own number.
import { once } from 'node:events'
import { isMainThread, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { HIGHEST, ROUNDS, SENT, TAKEN, WITH_ATOMICS } from './layout.js'

const { number, ...paths } = isMainThread ? (await once(process, 'message'))[0] : workerData
const integers = MmapArray.open(paths.integers, 'q', { flags: 'r+' })
const doubles = MmapArray.open(paths.doubles, 'd', { flags: 'r+' })
const { view } = integers

for (let round = 0; round < ROUNDS; round++) {
  integers.add(SENT, 1n)
  Atomics.add(view, WITH_ATOMICS, 1n)
  doubles.add(SENT, 0.25)
  doubles.add(TAKEN, 0.5)
  raise(doubles, HIGHEST, number * ROUNDS + round)
}

integers.close()
doubles.close()
if (isMainThread) process.disconnect()

/** Raises an element to a number, if the element is lower. */
function raise(array, index, number) {
  let highest = array.get(index)
  while (number > highest) {
    const before = array.compareExchange(index, highest, number)
    if (Object.is(before, highest)) return
    highest = before
  }
}
