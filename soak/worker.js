// A worker of the soak, as a process or as a thread: does random things to the round's arrays until it is told to end, or is ended.
import { parentPort, workerData } from 'node:worker_threads'
import { setImmediate as turn } from 'node:timers/promises'
import { MmapArray } from '../index.js'
import { Random } from '../__test__/support/random.js'
import { Actions } from './actions.js'
import { Counters } from './counters.js'

const { seed, number, directory, handles } = workerData ?? JSON.parse(process.argv[2])

const told = { toEnd: false }
;(parentPort ?? process).once('message', () => (told.toEnd = true))

const shared = Object.fromEntries(Object.entries(handles).map(([name, handle]) => [name, MmapArray.attach(handle)]))
const random = new Random(seed)
const counters = new Counters(shared.counters.view, number)
const actions = new Actions({ MmapArray, random, counters, number, shared, directory })

while (!told.toEnd) {
  await actions[random.pick(Actions.NAMES)]()
  counters.add('turns')
  await turn()
}
// The reserved file is truncated when the process ends, in one of these ways.
if (!parentPort && random.chance(0.5)) process.exit(0)
parentPort?.close()
if (!parentPort) process.disconnect()
