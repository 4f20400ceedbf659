// A process or a thread of the soak: does random things to the round's arrays until it is told to end, or is ended.
import { parentPort, workerData } from 'node:worker_threads'
import { setImmediate as turn } from 'node:timers/promises'
import { MmapArray } from '../index.js'
import { Actions } from './actions.js'
import { Row } from './board.js'
import { randomOf } from './random.js'

const { seed, number, directory, handles } = workerData ?? JSON.parse(process.argv[2])

const told = { toEnd: false }
;(parentPort ?? process).once('message', () => (told.toEnd = true))

const shared = Object.fromEntries(Object.entries(handles).map(([name, handle]) => [name, MmapArray.attach(handle)]))
const random = randomOf(seed)
const row = new Row(shared.board.view, number)
const actions = new Actions({ MmapArray, random, row, number, shared, directory })

while (!told.toEnd) {
  await actions[random.pick(Actions.NAMES)]()
  row.add('turns')
  await turn()
}
// The reserved file is cut by whatever ends the process: in one of these ways.
if (!parentPort && random.chance(0.5)) process.exit(0)
parentPort?.close()
if (!parentPort) process.disconnect()
