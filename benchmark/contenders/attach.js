// Lets a worker thread attach an array whose pages are present here, and read all of it.
import { Worker } from 'node:worker_threads'
import { MmapArray } from '../../index.js'
import { sample } from '../sample.js'
import { answerLines, parameters } from '../service.js'

const { bytes } = parameters
const array = new MmapArray('i', sample(Int32Array, bytes / 4))
const [address] = array.bufferInfo()

await answerLines(async () => {
  const worker = new Worker(new URL('attach-worker.js', import.meta.url), { workerData: array.handle() })
  const {
    sum,
    address: found,
    ...measured
  } = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  await worker.terminate()
  return { answer: sum, isSameAddress: found === address, ...measured }
})
