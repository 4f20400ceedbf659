// Finds the rows of a matrix whose dot products with one of its rows are largest. Each thread searches a part of the rows.
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { MmapArray } from '../../index.js'

const largest = (found) => found.sort((one, other) => other.score - one.score).slice(0, 5)

if (isMainThread) {
  const [path, wanted = 0] = process.argv.slice(2)
  const vectors = MmapArray.open(path)
  const [rows, columns] = vectors.shape
  const threads = availableParallelism()
  const searches = Array.from({ length: threads }, (_, n) => {
    const [start, stop] = [n, n + 1].map((part) => Math.floor((part * rows) / threads))
    const data = { handle: vectors.handle(), wanted: Number(wanted), start, stop }
    return once(new Worker(new URL(import.meta.url), { workerData: data }), 'message')
  })
  const found = largest((await Promise.all(searches)).flat(2))
  console.log(`${rows} x ${columns} floats, searched by ${threads} threads`)
  for (const { row, score } of found) console.log(`row ${row}: ${score.toFixed(3)}`)
} else {
  const { handle, wanted, start, stop } = workerData
  const vectors = MmapArray.attach(handle)
  const query = vectors.row(wanted)
  let found = []
  for (let row = start; row < stop; row++) {
    const vector = vectors.row(row)
    let score = 0
    for (let at = 0; at < query.length; at++) score += query[at] * vector[at]
    if (found.length < 5 || score > found.at(-1).score) found = largest([...found, { row, score }])
  }
  parentPort.postMessage(found)
}
