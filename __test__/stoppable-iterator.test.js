// The iterator of follow() and versions(): it ends while its generator waits.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { StoppableIterator } from '../lib/stoppable-iterator.js'

/** Yields 1, 2 and 3, and then waits for what never comes, until it is stopped. */
function counting({ signal } = {}) {
  let wake
  const stopped = new Promise((resolve) => (wake = resolve))
  const facts = { stops: 0, hasBegun: false, hasReturned: false }
  async function* count() {
    facts.hasBegun = true
    try {
      yield 1
      yield 2
      yield 3
      await stopped
    } finally {
      facts.hasReturned = true
    }
  }
  const stop = () => {
    facts.stops++
    wake()
  }
  return { facts, iterator: new StoppableIterator(count(), { stop, signal }) }
}

const DONE = { value: undefined, done: true }

test('break stops', async () => {
  const { iterator, facts } = counting()
  const given = []
  for await (const value of iterator) {
    given.push(value)
    if (value === 2) break
  }
  expect(given).toEqual([1, 2])
  expect(facts).toEqual({ stops: 1, hasBegun: true, hasReturned: true })
  expect(await iterator.next()).toEqual(DONE)
})

test('return ends a pending next', async () => {
  const { iterator, facts } = counting()
  const results = [1, 2, 3, 4, 5].map(() => iterator.next())
  expect(await iterator.return('value')).toEqual({ value: 'value', done: true })
  expect(await Promise.all(results)).toEqual([...[1, 2, 3].map((value) => ({ value, done: false })), DONE, DONE])
  expect(facts.hasReturned).toBe(true)
})

test('throw stops and rejects', async () => {
  const { iterator, facts } = counting()
  await iterator.next()
  await expect(iterator.throw(new Error('enough'))).rejects.toThrow('enough')
  expect(facts).toEqual({ stops: 1, hasBegun: true, hasReturned: true })
  expect(await iterator.next()).toEqual(DONE)
})

test('return before the first next runs nothing of the generator', async () => {
  const { iterator, facts } = counting()
  await iterator.return()
  expect(facts.hasBegun).toBe(false)
  expect(await iterator.next()).toEqual(DONE)
})

test('an abort ends a pending next with its reason, once', async () => {
  const controller = new AbortController()
  const { iterator, facts } = counting({ signal: controller.signal })
  for (let n = 0; n < 3; n++) await iterator.next()
  const pending = [iterator.next(), iterator.next()]
  controller.abort(new Error('enough'))
  await expect(pending[0]).rejects.toThrow('enough')
  expect(await pending[1]).toEqual(DONE)
  expect(await iterator.next()).toEqual(DONE)
  expect(facts.hasReturned).toBe(true)
})

test('an abort stops while the consumer is busy, and the next call rejects', async () => {
  const controller = new AbortController()
  const { iterator, facts } = counting({ signal: controller.signal })
  await iterator.next()
  controller.abort()
  expect(facts.stops).toBe(1)
  await expect(iterator.next()).rejects.toMatchObject({ name: 'AbortError' })
  expect(facts.hasReturned).toBe(true)
  expect(await iterator.next()).toEqual(DONE)
})

test('a signal that is aborted before the first next runs nothing of the generator', async () => {
  const { iterator, facts } = counting({ signal: AbortSignal.abort() })
  await expect(iterator.next()).rejects.toMatchObject({ name: 'AbortError' })
  expect(facts.hasBegun).toBe(false)
})

test('the signal has no listener before the first next and after the end', async () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length
  const { iterator } = counting({ signal })
  expect(listeners()).toBe(0)
  await iterator.next()
  expect(listeners()).toBe(1)
  await iterator.return()
  expect(listeners()).toBe(0)
})

test('an error of the generator stops and rejects', async () => {
  let stops = 0
  // oxlint-disable-next-line require-yield
  async function* failing() {
    throw new Error('failed')
  }
  const iterator = new StoppableIterator(failing(), { stop: () => stops++ })
  await expect(iterator.next()).rejects.toThrow('failed')
  expect(stops).toBe(1)
  expect(await iterator.next()).toEqual(DONE)
})
