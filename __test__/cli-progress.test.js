// The bar of a long piece of work: it is drawn on terminals only, and nothing is left of it, however the work ends.
import { afterEach, expect, test, vi } from 'vitest'
import { eraseProgress, progressOf } from '../cli/progress.js'

const ERASED = '\r\u001b[K'

function terminal() {
  const written = []
  return { isTTY: true, written, write: (text) => written.push(text) }
}

/** Work that has gone on for long enough to be told of. */
function begun(stream) {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
  const onProgress = progressOf('reading', 100, stream)
  clock.mockReturnValue(2000)
  onProgress(50)
  return onProgress
}

afterEach(() => vi.restoreAllMocks())

test('half of the work is half of a bar, and the end takes it away', () => {
  const stream = terminal()
  const onProgress = begun(stream)
  expect(stream.written).toHaveLength(1)
  expect(stream.written[0]).toMatch(/^\rreading █{15}░{15} 50 %, 1 s left/)
  onProgress(100)
  expect(stream.written.slice(1)).toEqual([ERASED])
})

test('work that fails has its bar taken away once', () => {
  const stream = terminal()
  begun(stream)
  eraseProgress()
  eraseProgress()
  expect(stream.written.slice(1)).toEqual([ERASED])
})

test('work that is soon done, and a stream that is no terminal, show nothing', () => {
  const stream = terminal()
  const onProgress = progressOf('reading', 100, stream)
  onProgress(50)
  onProgress(100)
  expect(stream.written).toEqual([])
  const file = { ...terminal(), isTTY: false }
  begun(file)
  expect(file.written).toEqual([])
})
