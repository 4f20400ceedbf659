// The viewer's server: who may read, and what it answers to requests that make no sense.
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { run } from './support/processes.js'
import { useScope } from './support/scope.js'
import { TOOL, failure, make, startViewer } from './support/tool.js'

const scope = useScope()
const start = (name = 'numbers.i32', items = Array.from({ length: 1000 }, (_, n) => n)) =>
  startViewer(scope, [make(scope, name, 'i', items)])

/** A request as a program writes it, not as a browser would: `{ status, headers, body }`. */
async function ask(url, { path, ...options } = {}) {
  const target = new URL(url)
  const request = http.request({
    host: target.hostname,
    port: target.port,
    path: path ?? target.pathname + target.search,
    ...options,
  })
  request.end()
  const [response] = await once(request, 'response')
  const chunks = await response.toArray()
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

const doubles = (body) => [...new Float64Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length))]

test('the address is on the loopback interface and holds a long word of its own', async () => {
  const [{ url }, other] = [await start(), await startViewer(scope, [scope.path('numbers.i32'), '--type', 'i'])]
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/$/)
  expect(new URL(other.url).pathname).not.toBe(new URL(url).pathname)
  // Nobody else is listened to.
  const addresses = Object.values(os.networkInterfaces())
    .flat()
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of addresses) {
    await expect(ask(`http://${address}:${new URL(url).port}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
})

test('without the word, from elsewhere, or by another method there is nothing', async () => {
  const { url } = await start()
  const { host, pathname } = new URL(url)
  for (const path of [
    '/',
    '/x',
    '/x/data?start=0&stop=1&count=1',
    pathname.slice(0, -2),
    `/${pathname}`,
    '//',
    '/%00/',
  ]) {
    expect((await ask(url, { path })).status, path).toBe(403)
  }
  for (const name of ['example.com', `localhost:${host.split(':')[1]}`, '127.0.0.1', `${host}.example.com`]) {
    expect((await ask(url, { headers: { host: name } })).status, name).toBe(403)
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
    expect((await ask(url, { method })).status, method).toBe(405)
  }
  for (const path of [
    '../../package.json',
    'page/page.js',
    '..%2f..%2fpackage.json',
    'server.js',
    'constructor',
    '__proto__',
    'data/x',
  ]) {
    const { status, body } = await ask(url, { path: pathname + path })
    expect([403, 404], path).toContain(status)
    expect(String(body)).not.toContain('mmap-array"')
  }
})

test('what a page may do is little', async () => {
  const { url } = await start()
  const { status, headers } = await ask(url)
  expect(status).toBe(200)
  expect(headers).not.toHaveProperty('access-control-allow-origin')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['content-security-policy']).not.toContain('unsafe')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('no-referrer')
})

test('data, values and facts', async () => {
  const { url } = await start()
  const get = (path) => ask(url + path)
  expect(doubles((await get('data?start=0&stop=1000&count=2')).body)).toEqual([0, 500, 0, 500, 499, 999])
  expect(doubles((await get('data?start=998&stop=5000&count=10')).body)).toEqual([998, 999, 998, 999, 998, 999])
  expect((await get('data?start=5&stop=5&count=10')).body).toHaveLength(0)
  expect(doubles((await get('data?start=9&stop=3&count=10')).body)).toEqual([])
  expect(String((await get('value?index=999')).body)).toBe('999')
  expect((await get('value?index=1000')).status).toBe(404)
  expect(JSON.parse((await get('info')).body)).toMatchObject({ name: 'numbers.i32', type: 'int32', length: 1000 })
  for (const query of [
    '',
    'start=0&stop=1',
    'start=-1&stop=1&count=1',
    'start=0&stop=1&count=0',
    'start=0&stop=9&count=8193',
    'start=0&stop=1e3&count=1',
    'start=0&stop=99999999999999999&count=1',
    'start=a&stop=1&count=1',
    'start=0.5&stop=1&count=1',
  ]) {
    expect((await get(`data?${query}`)).status, query).toBe(400)
  }
})

test('several series, and x values', async () => {
  const files = [make(scope, 'a.i32', 'i', [1, 2, 3, 4]), make(scope, 'b.f64', 'd', [5, 6])]
  const { url } = await startViewer(scope, [...files, '--x', make(scope, 't.f64', 'd', [0, 1, 10, 11])])
  const get = (path) => ask(url + path)
  expect(doubles((await get('data?start=0&stop=4&count=2')).body)).toEqual([0, 2, 1, 3, 2, 4, 0, 10, 11])
  expect(doubles((await get('data?start=0&stop=4&count=2&series=1')).body)).toEqual([0, 1, 5, 6, 5, 6, 0, 1, 1])
  expect(String((await get('value?index=1&series=1')).body)).toBe('6')
  expect((await get('value?index=2&series=1')).status).toBe(404)
  expect((await get('data?start=0&stop=4&count=2&series=2')).status).toBe(404)
  const info = JSON.parse((await get('info')).body)
  expect(info).toMatchObject({
    series: ['a.i32', 'b.f64'],
    lengths: [4, 2],
    length: 4,
    x: { label: 't.f64', isTime: false },
  })
})

test('x values as times are milliseconds, and those that do not ascend are refused', async () => {
  const file = make(scope, 'a.i32', 'i', [1, 2])
  const times = [file, '--x', make(scope, 't.f64', 'd', [1.7e9, 1.7e9 + 1]), '--x-type', 'time']
  const { url } = await startViewer(scope, times)
  expect(doubles((await ask(`${url}data?start=0&stop=2&count=2`)).body).slice(6)).toEqual([
    1.7e12,
    1.7e12 + 1000,
    1.7e12 + 1000,
  ])
  const other = await startViewer(scope, [file, '--x', make(scope, 'down.f64', 'd', [2, 1])])
  const { status, body } = await ask(`${other.url}data?start=0&stop=2&count=2`)
  expect([status, String(body)]).toEqual([503, expect.stringContaining('not in ascending order')])
})

test('times of a file that was empty at the start have the unit of the first one', async () => {
  const [file, times] = [make(scope, 'live.i32', 'i', []), make(scope, 'live.i64', 'q', [])]
  const { url } = await startViewer(scope, [file, '--x', times, '--x-type', 'time'])
  for (const [path, typecode, items] of [
    [times, 'q', [1_700_000_000_000_000_000n, 1_700_000_001_000_000_000n]],
    [file, 'i', [1, 2]],
  ]) {
    const array = MmapArray.open(path, typecode, { flags: 'a+' })
    array.extend(items)
    array.close()
  }
  const lengthOf = async () => JSON.parse((await ask(`${url}info`)).body).length
  await expect.poll(lengthOf, { timeout: 20_000 }).toBe(2)
  expect(doubles((await ask(`${url}data?start=0&stop=2&count=2`)).body).slice(6)).toEqual([
    1.7e12,
    1.7e12 + 1000,
    1.7e12 + 1000,
  ])
})

/** Listens to the states that the page is sent. `until` waits for one of them. */
async function listen(url) {
  const request = http.get(`${url}events`)
  scope.atEnd(() => request.destroy())
  const [response] = await once(request, 'response')
  const states = []
  const until = async (isThere) => {
    while (!states.some(isThere)) {
      const [chunk] = await once(response, 'data')
      states.push(...Array.from(String(chunk).matchAll(/data: (.*)/g), ([, json]) => JSON.parse(json)))
    }
  }
  return { request, until }
}

test('tells of a store to an older element while somebody listens', async () => {
  const file = make(scope, 'old.i32', 'i', new Int32Array(5000))
  const { url } = await startViewer(scope, [file])
  const { until } = await listen(url)
  await until(({ built }) => built === 5000)
  const array = scope.keep(MmapArray.open(file, 'i', { flags: 'r+' }))
  array[7] = 42
  await until(({ changes }) => changes > 0)
  expect(doubles((await ask(`${url}data?start=0&stop=5000&count=1`)).body)).toEqual([0, 0, 42])
})

test('many at once, and those that leave in the middle', async () => {
  const { url, child } = await start()
  const all = await Promise.all(Array.from({ length: 100 }, () => ask(`${url}data?start=0&stop=1000&count=500`)))
  expect(new Set(all.map(({ status, body }) => `${status} ${body.length}`))).toEqual(new Set(['200 12000']))
  for (let n = 0; n < 50; n++) {
    const request = http.get(`${url}events`)
    await once(request, 'response')
    request.destroy()
  }
  expect((await ask(url)).status).toBe(200)
  expect(child.exitCode).toBe(null)
})

test('tells of what another process appends, and of a file that is cut', async () => {
  const { url, child } = await start('live.i32', [1, 2, 3])
  const { request, until } = await listen(url)
  await until(({ length }) => length === 3)
  const array = scope.keep(MmapArray.open(scope.path('live.i32'), 'i', { flags: 'a+' }))
  array.extend(Array.from({ length: 10_000 }, (_, n) => n))
  await until(({ length, built }) => length === 10_003 && built === 10_003)
  expect(doubles((await ask(`${url}data?start=0&stop=10003&count=1`)).body)).toEqual([0, 0, 9999])
  fs.truncateSync(scope.path('live.i32'), 8)
  await until(({ length, built }) => length === 2 && built === 2)
  expect(doubles((await ask(`${url}data?start=0&stop=5&count=5`)).body)).toEqual([0, 1, 1, 2, 1, 2])
  request.destroy()
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
})

test('a port that is taken is an error', async () => {
  const { url } = await start()
  const { port } = new URL(url)
  expect(await failure(3, ['view', scope.path('numbers.i32'), '--port', port])).toContain('EADDRINUSE')
})

test('an address that cannot be printed serves nobody', async () => {
  const file = make(scope, 'numbers.i32', 'i', [1])
  const { code, stderr } = await run('bash', ['-c', '"$0" "$1" view "$2" > /dev/full', process.execPath, TOOL, file])
  expect([code, stderr]).toEqual([3, expect.stringContaining('ENOSPC')])
})
