// Sends a number to another process and waits until it comes back; a round's time is the median of many of those.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../../index.js'
import { PING, PONG } from '../ping-pong-words.js'
import { answerLines, parameters } from '../service.js'
import { median } from '../statistics.js'

const { subject, rounds } = parameters
const OTHER = fileURLToPath(new URL('ping-pong-partner.js', import.meta.url))

const words = new MmapArray('i', [0, 0])
const handle = words.handle()
const partner = fork(OTHER, { env: { ...process.env, HANDLE: subject === 'MmapArray' ? JSON.stringify(handle) : '' } })
await once(partner, 'message')
let last = 0

const SUBJECTS = {
  /** as a user writes it: store and wake, then sleep while the answer is the old one */
  MmapArray(times) {
    for (let round = 0; round < rounds; round++) {
      const began = process.hrtime.bigint()
      words.set(PING, last + 1)
      words.notify(PING, 1)
      while (words.get(PONG) === last) words.wait(PONG, last)
      times[round] = Number(process.hrtime.bigint() - began)
      last++
    }
  },
  'process.send'(times) {
    return new Promise((resolve, reject) => {
      let round = 0
      let began
      const ask = () => {
        began = process.hrtime.bigint()
        partner.send(last + 1)
      }
      const receive = (answer) => {
        times[round++] = Number(process.hrtime.bigint() - began)
        if (answer !== ++last) reject(new Error(`${answer} came back instead of ${last}`))
        if (round < rounds) return ask()
        partner.off('message', receive)
        resolve()
      }
      partner.on('message', receive)
      ask()
    })
  },
}

await answerLines(async () => {
  globalThis.gc()
  const times = new Float64Array(rounds)
  const before = last
  await SUBJECTS[subject](times)
  return { answer: last - before, nanoseconds: median(times) }
})
partner.kill('SIGKILL')
