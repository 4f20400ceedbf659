// A number to another process and back: by wait and notify, by process.send, and in C. A round's time is the median of many of those.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../../index.js'
import { answerRounds, compare, isProgram, median, nodeProgram, takeTurns } from '../comparison.js'
import { OURS } from '../subjects.js'
import { cProgram } from '../toolchains.js'

/** What two calls through Node-API take, one to wake and one to sleep. */
const TWO_NATIVE_CALLS = 2 * 215
/** The two words of the memory: each is written by one process, and waited for by the other. */
const PING = 0
const PONG = 1
/** How often a partner checks whether the program still lives. */
const PARENT_CHECK_MS = 1000

export function pingPongRows({ sizes, scratch }) {
  // so many in all timed rounds of all runs together
  const rounds = Math.ceil(sizes.pingPongs / (sizes.runs * sizes.rounds))
  const subject = (name) => ({ program: nodeProgram(import.meta.url, { subject: name, rounds }), answer: rounds })
  return [
    {
      title: `ping-pong of ${sizes.pingPongs.toLocaleString('en')} rounds, median`,
      async measure() {
        const subjects = { [OURS]: subject(OURS), 'process.send': subject('process.send') }
        const goals = { C: { ratio: 1.5, plus: TWO_NATIVE_CALLS }, 'process.send': 0.2 }
        const command = cProgram(new URL('ping-pong.c', import.meta.url), scratch)
        if (command) subjects.C = { program: { command, args: [String(rounds)] }, answer: rounds }
        const times = await takeTurns(subjects, sizes)
        return Object.entries(goals)
          .filter(([name]) => name in subjects)
          .map(([name, goal]) => ({
            name: `wait and notify / ${name === 'C' ? "C's futex" : name}`,
            ...compare(times[OURS], times[name], goal),
          }))
      },
    },
  ]
}

/** The program. */
async function play({ subject, rounds }) {
  const words = new MmapArray('i', [0, 0])
  const handle = subject === OURS ? JSON.stringify(words.handle()) : ''
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

  await answerRounds(async () => {
    globalThis.gc()
    const times = new Float64Array(rounds)
    const before = last
    await (subject === OURS ? byMemory : byMessage)(times)
    return { answer: last - before, nanoseconds: median(times) }
  })
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

if (isProgram(import.meta.url)) {
  if (process.argv[2] === 'partner') answerPings(process.argv[3])
  else await play(JSON.parse(process.argv[2]))
}
