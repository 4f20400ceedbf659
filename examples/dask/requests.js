// The rows: requests that four servers have answered. Each row is a record, so a shard is one file.
import { MmapArray } from '../../index.js'

export const SERVERS = 4
const STATUSES = [200, 404, 500]
/** The histogram of times has ten bins of so many microseconds. */
const BIN = 100_000
export const BINS = 10

export const Request = MmapArray.recordType({ server: 'H', status: 'H', microseconds: 'I' })

/** Row `number` of a server, invented: the same whenever it is asked for, so that no answer is taken on trust. */
export function requestOf(server, number) {
  const random = Math.imul(number * SERVERS + server + 1, 0x9e3779b1) >>> 0
  return { server, status: STATUSES[random % 16 < 14 ? 0 : (random % 16) - 13], microseconds: random % (BIN * BINS) }
}

/** The answers about some shards, as Node reads them. */
export function answersOfShards(paths) {
  const answers = noAnswers()
  for (const path of paths) {
    const shard = MmapArray.open(path, Request)
    answers.rows += shard.length
    answers.total += Number(shard.sum({ field: 'microseconds' }))
    answers.slowest = Math.max(answers.slowest, shard.max({ field: 'microseconds' }))
    for (const status of STATUSES) answers.byStatus[status] += shard.count(status, { field: 'status' })
    for (const microseconds of shard.column('microseconds')) answers.histogram[Math.floor(microseconds / BIN)]++
    shard.close()
  }
  return answers
}

/** The same answers from no file at all. `rows`: how many rows each server has written. */
export function answersOfServers(rows) {
  const answers = noAnswers()
  for (const [server, count] of rows.entries()) {
    for (let number = 0; number < count; number++) {
      const { status, microseconds } = requestOf(server, number)
      answers.rows++
      answers.total += microseconds
      answers.slowest = Math.max(answers.slowest, microseconds)
      answers.byStatus[status]++
      answers.histogram[Math.floor(microseconds / BIN)]++
    }
  }
  return answers
}

function noAnswers() {
  const byStatus = Object.fromEntries(STATUSES.map((status) => [status, 0]))
  return { rows: 0, total: 0, slowest: 0, byStatus, histogram: Array(BINS).fill(0) }
}
