// A subject that sends a number to another process and waits until it comes back, by wait and notify or by process.send. A round sends
// many numbers; its time is the median.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../../index.js'
import { createInterface } from 'node:readline'
import { median } from '../comparison.js'

/** The two words of the memory: each is written by one process, and waited for by the other. */
const PING = 0
const PONG = 1
/** How often a partner checks whether the program still lives. */
const PARENT_CHECK_MS = 1000

async function play({ subject, rounds }) {
  const words = new MmapArray('i', [0, 0])
  const handle = subject === 'MmapArray' ? JSON.stringify(words.handle()) : ''
  const partner = fork(fileURLToPath(import.meta.url), ['partner', handle])
  await once(partner, 'message')
  let last = 0

  // As a user writes it: store and wake, then sleep while the answer is the old one.
  const byMemory = (times) => {
    for (let round = 0; round < rounds; round++) {
      const began = process.hrtime.bigint()
      words.set(PING, last + 1)
      words.notify(PING, 1)
      while (words.get(PONG) === last) words.wait(PONG, last)
      times[round] = Number(process.hrtime.bigint() - began)
      last++
    }
  }
  const byMessage = (times) =>
    new Promise((resolve, reject) => {
      let round = 0
      let began
      const send = () => {
        began = process.hrtime.bigint()
        partner.send(last + 1)
      }
      const receive = (answer) => {
        times[round++] = Number(process.hrtime.bigint() - began)
        if (answer !== ++last) reject(new Error(`${answer} came back instead of ${last}`))
        if (round < rounds) return send()
        partner.off('message', receive)
        resolve()
      }
      partner.on('message', receive)
      send()
    })

  for await (const _ of createInterface({ input: process.stdin })) {
    globalThis.gc()
    const times = new Float64Array(rounds)
    const before = last
    await (subject === 'MmapArray' ? byMemory : byMessage)(times)
    console.log(JSON.stringify({ answer: last - before, nanoseconds: median(times) }))
  }
  partner.kill('SIGKILL')
}

/** The other process: sends every number back, by memory if it was given some, else by message. */
function answerPings(handle) {
  process.on('message', (number) => process.send(number))
  process.send('ready', () => handle && answerByMemory(MmapArray.attach(JSON.parse(handle))))
}

function answerByMemory(words) {
  const { ppid } = process
  for (let last = 0; ;) {
    while (words.get(PING) === last) {
      if (words.wait(PING, last, PARENT_CHECK_MS) === 'timed-out' && process.ppid !== ppid) process.exit()
    }
    last = words.get(PING)
    words.set(PONG, last)
    words.notify(PONG, 1)
  }
}

if (process.argv[2] === 'partner') answerPings(process.argv[3])
else await play(JSON.parse(process.argv[2]))
