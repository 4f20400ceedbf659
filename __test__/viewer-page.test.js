// The viewer's page in a real browser: what it shows, how it is moved, and that it follows what is appended.
import fs from 'node:fs'
import { delimiter } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { describeWith } from './support/processes.js'
import { useScope } from './support/scope.js'
import { make, startViewer } from './support/tool.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const CHROMIUM =
  process.env.PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => `${folder}/${name}`))
    .find((path) => fs.existsSync(path)) ?? 'chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describeWith(CHROMIUM, ['--version'], 'in Chromium', () => {
  const scope = useScope()
  let browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 120_000 })
  }, 130_000)
  afterAll(() => browser?.close())

  async function open(...words) {
    const { url, child } = await startViewer(scope, words)
    const page = await browser.newPage({ viewport: { width: 1000, height: 600 } })
    page.setDefaultTimeout(60_000)
    scope.atEnd(() => page.close())
    const complaints = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url)
    /** Waits until the plot shows what a function of { start, stop, columns } is true of, and gives that. */
    const shown = async (isRight) => {
      for (let before; ;) {
        const told = await page.waitForFunction((known) => {
          const { shown = '' } = document.querySelector('#plot').dataset
          return shown !== known && shown
        }, before)
        before = await told.jsonValue()
        const [start, stop, columns] = before.split(':').map(Number)
        if (isRight({ start, stop, columns })) return { start, stop, columns }
      }
    }
    return { page, child, complaints, shown }
  }

  test('shows all, zooms by the wheel and the keys, pans, and goes back', { timeout: 120_000 }, async () => {
    const file = make(
      scope,
      'waves.f64',
      'd',
      Float64Array.from({ length: 300_000 }, (_, n) => Math.sin(n / 5000)),
    )
    const { page, complaints, shown } = await open(file)
    await shown(({ start, stop }) => start === 0 && stop === 300_000)
    expect(await page.title()).toContain('waves.f64')
    expect(await page.locator('#facts').textContent()).toBe('300,000 × float64')
    expect(await page.locator('#range').textContent()).toBe('all')

    const { x, y, width, height } = await page.locator('#plot').boundingBox()
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.mouse.wheel(0, -500)
    const zoomed = await shown(({ start, stop }) => start > 50_000 && stop < 250_000)
    await page.mouse.down()
    await page.mouse.move(x + width / 2 + 200, y + height / 2, { steps: 4 })
    await page.mouse.up()
    const panned = await shown(({ start }) => start < zoomed.start - 5000)
    expect(panned.stop - panned.start).toBeCloseTo(zoomed.stop - zoomed.start, -1)

    await page.keyboard.press('End')
    await shown(({ start, stop }) => stop === 300_000 && start > 0)
    for (let n = 0; n < 24; n++) await page.keyboard.press('+')
    // Element by element, and the one under the pointer to the last digit.
    await shown(({ start, stop, columns }) => stop - start <= 10 && columns === stop - start)
    await page.mouse.move(x + width - 40, y + height / 2)
    const told = page.locator('#pointer', { hasText: /: -?\d/ })
    const [, at, value] = /^([\d,]+): (.*)$/.exec(await told.textContent())
    expect(Number(value)).toBe(Math.sin(Number(at.replaceAll(',', '')) / 5000))
    await page.keyboard.press('0')
    await shown(({ start, stop }) => start === 0 && stop === 300_000)
    expect(complaints).toEqual([])
  })

  test('draws the elements', { timeout: 120_000 }, async () => {
    const file = make(scope, 'steps.i32', 'i', [0, 0, 0, 0, 100, 100, 100, 100])
    const { page, complaints, shown } = await open(file)
    await shown(({ columns }) => columns === 8)
    await page.mouse.move(0, 0)
    // Where there is ink, by the halves of the canvas: the left one in the lower part, the right one in the upper.
    const ink = await page.evaluate(() => {
      const canvas = document.querySelector('#plot canvas')
      const { width, height } = canvas
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
      const line = getComputedStyle(document.documentElement).getPropertyValue('--line').trim()
      const [r, g, b] = [1, 3, 5].map((from) => Number.parseInt(line.slice(from, from + 2), 16))
      const found = { left: [], right: [] }
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = (y * width + x) * 4
          const isInk =
            Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 30 && data[at + 3] > 200
          if (isInk) found[x < width * 0.4 ? 'left' : x > width * 0.7 ? 'right' : 'none']?.push(y / height)
        }
      }
      return {
        left: Math.min(...found.left),
        right: Math.max(...found.right),
        count: found.left.length + found.right.length,
      }
    })
    expect(ink.count).toBeGreaterThan(100)
    expect(ink.left).toBeGreaterThan(0.6)
    expect(ink.right).toBeLessThan(0.3)
    expect(complaints).toEqual([])
  })

  test('follows what is appended, says when the viewer ends', { timeout: 120_000 }, async () => {
    const file = make(scope, 'live.f64', 'd', new Float64Array(20_000))
    const { page, child, complaints, shown } = await open(file)
    await shown(({ stop }) => stop === 20_000)
    const array = scope.keep(MmapArray.open(file, 'd', { flags: 'a+' }))
    array.extend(new Float64Array(5000))
    await shown(({ start, stop }) => start === 0 && stop === 25_000)
    await page.keyboard.press('+')
    await page.keyboard.press('End')
    await shown(({ stop, start }) => stop === 25_000 && start > 0)
    array.extend(new Float64Array(5000))
    const { start, stop } = await shown(({ stop: end }) => end === 30_000)
    expect(stop - start).toBe(12_500)
    expect(complaints).toEqual([])
    child.kill('SIGTERM')
    await page.locator('#problem', { hasText: 'ended' }).waitFor()
  })

  test('shows a store to an older element', { timeout: 120_000 }, async () => {
    const file = make(scope, 'old.f64', 'd', new Float64Array(100))
    const { page, complaints, shown } = await open(file)
    await shown(({ stop }) => stop === 100)
    const { x, y, width, height } = await page.locator('#plot').boundingBox()
    await page.mouse.move(x + width / 2, y + height / 2)
    const told = page.locator('#pointer', { hasText: /: 0$/ })
    await told.waitFor()
    const [index] = /^\d+/.exec(await told.textContent())
    const array = scope.keep(MmapArray.open(file, 'd', { flags: 'r+' }))
    array[Number(index)] = 12.5
    await page.locator('#pointer', { hasText: `${index}: 12.5` }).waitFor()
    expect(complaints).toEqual([])
  })

  test('shows several series over times, with a legend, and zooms at the pointer', { timeout: 120_000 }, async () => {
    const length = 10_000
    // Half of the elements lie in the first tenth of the time.
    const times = Float64Array.from({ length }, (_, n) => 1.7e9 + (n < 5000 ? n : 5000 + (n - 5000) * 9))
    const files = [
      make(
        scope,
        'a.f64',
        'd',
        times.map((_, n) => n),
      ),
      make(
        scope,
        'b.f64',
        'd',
        times.map((_, n) => -n),
      ),
    ]
    const { page, complaints, shown } = await open(
      ...files,
      '--x',
      make(scope, 't.f64', 'd', times),
      '--x-type',
      'time',
    )
    await shown(({ start, stop }) => start === 0 && stop === length)
    expect(await page.locator('#plot .u-legend .u-label:visible').allTextContents()).toEqual(['a.f64', 'b.f64'])
    const { x, y, width, height } = await page.locator('#plot .u-over').boundingBox()
    await page.mouse.move(x + width * 0.1, y + height / 2)
    await page.locator('#pointer', { hasText: /a\.f64, .* at 2023-11-1.*b\.f64, / }).waitFor()
    await page.mouse.wheel(0, -1000)
    const { start, stop } = await shown((range) => range.start > 0)
    expect(start).toBeLessThan(5000)
    expect(stop).toBeGreaterThan(5000)
    await page.locator('#plot .u-legend .u-series:visible').first().click()
    expect(await page.locator('#plot .u-legend .u-off').count()).toBe(2)
    expect(complaints).toEqual([])
  })

  test('an empty array, and one that gets its first elements', { timeout: 120_000 }, async () => {
    const file = make(scope, 'empty.i64', 'q', [])
    const { page, complaints, shown } = await open(file)
    await page.locator('#range', { hasText: 'no elements' }).waitFor()
    const array = scope.keep(MmapArray.open(file, 'q', { flags: 'a+' }))
    array.extend([2n ** 62n, 5n])
    await shown(({ start, stop }) => start === 0 && stop === 2)
    expect(complaints).toEqual([])
  })
})
