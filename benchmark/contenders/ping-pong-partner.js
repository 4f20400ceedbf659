// The other process of ping-pong.js: whatever number comes goes back, by memory where it was given some, else by message.
import { MmapArray } from '../../index.js'
import { PING, PONG } from '../ping-pong-words.js'

/** A partner whose other half was killed looks around now and then. */
const PATIENCE_MS = 1000

const { ppid } = process
if (process.env.HANDLE) {
  const words = MmapArray.attach(JSON.parse(process.env.HANDLE))
  process.send('ready', () => answerByMemory(words))
} else {
  process.on('message', (number) => process.send(number))
  process.send('ready')
}

function answerByMemory(words) {
  for (let last = 0; ;) {
    while (words.get(PING) === last) {
      if (words.wait(PING, last, PATIENCE_MS) === 'timed-out' && process.ppid !== ppid) process.exit()
    }
    last = words.get(PING)
    words.set(PONG, last)
    words.notify(PONG, 1)
  }
}
