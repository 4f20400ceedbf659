// A worker thread that attaches gets the same memory: nothing is copied, mapped or faulted.
import { Contender, WrongAnswer, nodeContender } from '../contender.js'
import { sampleSum } from '../sample.js'
import { median } from '../statistics.js'

const GOAL_MICROSECONDS = 50
const PAGE = 4096
/** Faults of the JavaScript around it, which are not the array's. */
const FEW = 0.01

export function attachMatches({ sizes }) {
  const mebibytes = sizes.attached / 2 ** 20
  return [{ title: `attach ${mebibytes} MiB in a worker thread`, play: () => play(sizes) }]
}

async function play({ attached: bytes, sittings, rounds }) {
  const contender = new Contender('attach', nodeContender('attach.js', { bytes }))
  const measured = []
  try {
    for (let round = 0; round < Math.min(sittings * rounds, 9); round++) {
      measured.push(await contender.round(sampleSum(bytes / 4)))
    }
    await contender.end()
  } finally {
    contender.kill()
  }
  if (!measured.every(({ isSameAddress }) => isSameAddress)) throw new WrongAnswer('another address in the worker')
  return rowsOf(measured, bytes / PAGE)
}

function rowsOf(measured, pages) {
  const medianOf = (pick) => median(measured.flatMap(pick))
  const first = medianOf(({ first }) => first) / 1000
  const again = medianOf(({ again }) => again) / 1000
  const newMaps = Math.max(...measured.map(({ newMaps }) => newMaps))
  const faults = medianOf(({ attachFaults, scanFaults }) => attachFaults + scanFaults)
  const copied = medianOf(({ copyFaults }) => copyFaults)
  return [
    { name: 'address in the worker', goal: 'the same', result: 'the same', met: true },
    { name: 'new maps', goal: '0', result: String(newMaps), met: newMaps <= 0 },
    {
      name: `faults of attaching and reading ${pages} pages`,
      goal: `≤ ${Math.floor(pages * FEW)}`,
      result: `${faults} (a copy: ${copied})`,
      met: faults <= pages * FEW,
    },
    {
      name: 'time of an attach',
      goal: `≤ ${GOAL_MICROSECONDS} µs`,
      result: `${again.toFixed(1)} µs (first: ${first.toFixed(0)} µs)`,
      met: again <= GOAL_MICROSECONDS,
    },
  ]
}
