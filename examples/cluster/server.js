import { createServer } from 'node:http'
import { attachTable } from './table.js'

/** The program of a worker. It answers GET /<number> from the table, until the primary disconnects it. */
export function serveTable(handle) {
  const table = attachTable(handle)
  const server = createServer((request, response) => {
    const number = Number(request.url.slice(1))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pid: process.pid, number, root: table.at(number), refused: refusal(table) }))
  })
  server.listen(0, '127.0.0.1')
}

/** The code of the error that a write throws. */
function refusal(table) {
  try {
    table.set(0, 1)
  } catch (error) {
    return error.code
  }
}
