// The other side of workers.js: evaluates the functions it is sent.
import { parentPort } from 'node:worker_threads'
import { MmapArray } from '../../index.js'

const state = {}

async function answer({ id, source, argument }) {
  try {
    const work = (0, eval)(`(${source})`)
    return { id, value: await work({ MmapArray, state }, argument) }
  } catch (error) {
    return { id, error: { name: error.name, message: error.message, code: error.code } }
  }
}

async function receive(message) {
  if (message.end) return parentPort ? parentPort.close() : process.disconnect()
  const reply = await answer(message)
  if (parentPort) parentPort.postMessage(reply)
  else process.send(reply)
}

if (parentPort) parentPort.on('message', receive)
else process.on('message', receive)
