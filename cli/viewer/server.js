// Serves the page of a viewer and its data over HTTP, on the loopback interface and under a random word in the address, so that
// only this machine's user can read them.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const HOST = '127.0.0.1'
/** Columns that one request gets. */
const MOST_COLUMNS = 8192

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

const FILES = {
  '': ['text/html', './page/index.html'],
  'page.css': ['text/css', './page/page.css'],
  'page.js': ['text/javascript', './page/page.js'],
  'chart.js': ['text/javascript', './page/chart.js'],
  'columns.js': ['text/javascript', './page/columns.js'],
  'range.js': ['text/javascript', './page/range.js'],
  'uPlot.js': ['text/javascript', '../../dist/viewer/uPlot.js'],
  'uPlot.css': ['text/css', '../../dist/viewer/uPlot.css'],
}

/** A request that cannot be answered. */
class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * @param {{ live: import('./live-picture.js').LivePicture, facts: object, port?: number }} given `facts` are for the page
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function serve({ live, facts, port = 0 }) {
  const token = randomBytes(18).toString('base64url')
  const server = createServer((request, response) => {
    try {
      answer(request, response)
    } catch (error) {
      refuse(response, error)
    }
  })
  server.listen(port, HOST)
  await once(server, 'listening')
  const authority = `${HOST}:${server.address().port}`
  return {
    url: `http://${authority}/${token}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }

  function answer(request, response) {
    if (request.method !== 'GET') throw new Refusal(405, 'GET only')
    // Refuses other host names, against DNS rebinding.
    if (request.headers.host !== authority) throw new Refusal(403, 'wrong host')
    const [path, query] = request.url.split('?', 2)
    const searchParams = new URLSearchParams(query)
    const [, word = '', place, ...more] = path.split('/')
    if (!isSame(word, token)) throw new Refusal(403, 'wrong address')
    if (place === undefined || more.length > 0) throw new Refusal(404, 'no such page')
    if (Object.hasOwn(FILES, place)) return send(response, ...fileOf(place))
    if (place === 'info') return send(response, 'application/json', JSON.stringify({ ...facts, ...live.state }))
    if (place === 'data') return send(response, 'application/octet-stream', dataOf(searchParams))
    if (place === 'value') return send(response, 'text/plain', valueOf(searchParams))
    if (place === 'events') return follow(response)
    throw new Refusal(404, 'no such page')
  }

  /** Where each column begins, then the least of each, then the greatest, and then the x values if there are any: doubles. */
  function dataOf(query) {
    const [start, stop, count] = ['start', 'stop', 'count'].map((name) => wholeIn(query, name))
    if (count < 1 || count > MOST_COLUMNS) throw new Refusal(400, `count is from 1 to ${MOST_COLUMNS}`)
    const { at, min, max, x } = live.columns(seriesIn(query), start, stop, count)
    return Buffer.concat([at, min, max, x].filter(Boolean).map(({ buffer }) => Buffer.from(buffer)))
  }

  function valueOf(query) {
    const text = live.textOf(seriesIn(query), wholeIn(query, 'index'))
    if (text === undefined) throw new Refusal(404, 'no such element')
    return text
  }

  /** The number of the series that a request asks for; without one, the first. */
  function seriesIn(query) {
    const series = query.has('series') ? wholeIn(query, 'series') : 0
    if (!live.has(series)) throw new Refusal(404, 'no such series')
    return series
  }

  function follow(response) {
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' })
    const tell = (state) => response.write(`data: ${JSON.stringify(state)}\n\n`)
    tell(live.state)
    response.on('close', live.listen(tell))
  }
}

const hashOf = (text) => createHash('sha256').update(text).digest()
const isSame = (text, other) => timingSafeEqual(hashOf(text), hashOf(other))

function wholeIn(query, name) {
  const text = query.get(name)
  const number = Number(text)
  if (/^\d{1,16}$/.test(text ?? '') && Number.isSafeInteger(number)) return number
  throw new Refusal(400, `${name} is a whole number`)
}

function fileOf(place) {
  const [type, path] = FILES[place]
  return [`${type}; charset=utf-8`, readFileSync(new URL(path, import.meta.url))]
}

function send(response, type, body) {
  response.writeHead(200, { ...HEADERS, 'Content-Type': type }).end(body)
}

function refuse(response, error) {
  // Other errors come from the user's file, which may have been truncated.
  const status = error instanceof Refusal ? error.status : 503
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain' }).end(error.message)
}
