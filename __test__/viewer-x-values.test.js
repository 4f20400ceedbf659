// The viewer's x values: all of them ascend, and times are dates.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { useScope } from './support/scope.js'
import { make, startViewer } from './support/tool.js'

const scope = useScope()

async function ask(url, query) {
  const response = await fetch(`${url}data?${query}`)
  return { status: response.status, text: await response.text() }
}

function append(path, typecode, items) {
  const array = MmapArray.open(path, typecode, { flags: 'a+' })
  array.extend(items)
  array.close()
}

/** A series and x values of the same length, in a viewer. */
async function view(typecode, x, ...words) {
  const y = make(scope, 'y.f64', 'd', new Float64Array(x.length))
  const { url } = await startViewer(scope, [
    y,
    '--x',
    make(scope, `x.${typecode}`, typecode, x),
    '--type',
    typecode,
    ...words,
  ])
  return url
}

test('view refuses x values that do not ascend, however few columns show them', async () => {
  // Blocks of 100 whose first value is the least, and whose last one is the greatest.
  const x = Array.from({ length: 1000 }, (_, n) => (n % 100 === 1 ? n + 1 : n % 100 === 2 ? n - 1 : n))
  const url = await view('q', x.map(BigInt))
  for (const count of [10, 1000]) {
    const { status, text } = await ask(url, `start=0&stop=1000&count=${count}`)
    expect([status, text]).toEqual([503, expect.stringContaining('not in ascending order')])
    expect(text).toContain('that of element 2 is')
  }
  expect((await (await fetch(`${url}info`)).json()).problem).toContain('that of element 2 is')
})

test.each([
  [[NaN, 1, 2, 3], 0],
  [[0, 1, NaN, 3], 2],
])('view refuses x values %j', async (x, index) => {
  const url = await view('d', x)
  const { status, text } = await ask(url, 'start=0&stop=4&count=1')
  expect([status, text]).toEqual([503, expect.stringContaining(`that of element ${index} is NaN`)])
})

test('view shows x values that were corrected, and refuses those that come later', async () => {
  const url = await view('d', [0, 1, 0, 3])
  expect((await ask(url, 'start=0&stop=4&count=1')).status).toBe(503)
  const x = scope.keep(MmapArray.open(scope.path('x.d'), 'd', { flags: 'r+' }))
  x.set(2, 2)
  expect((await ask(url, 'start=0&stop=4&count=1')).status).toBe(200)
  append(scope.path('x.d'), 'd', [2.5])
  append(scope.path('y.f64'), 'd', [1])
  await expect.poll(async () => (await ask(url, 'start=0&stop=5&count=1')).status, { timeout: 20_000 }).toBe(503)
})

test('view refuses times beyond the last date that come later', async () => {
  const url = await view('q', [1_700_000_000_000_000n], '--x-type', 'time')
  append(scope.path('x.q'), 'q', [2n ** 63n - 1n])
  append(scope.path('y.f64'), 'd', [1])
  await expect
    .poll(() => ask(url, 'start=0&stop=2&count=2'), { timeout: 20_000 })
    .toEqual({ status: 503, text: expect.stringContaining('microseconds since 1970 is beyond the last date') })
})
