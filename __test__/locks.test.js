// Advisory locks, between arrays of one thread, threads and processes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { ended, messageOf, startThread } from './support/threads.js'

const scope = useScope()
const attach = (array, options) => scope.keep(MmapArray.attach(array.handle(), options))

const storages = [
  ['anonymous', () => scope.keep(new MmapArray('i', [0]))],
  ['a file', () => scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+', length: 1 }))],
]

/** A child that runs a body with the array; what it prints comes by `said`. */
function startChild(array, body) {
  const source = script(`const array = MmapArray.attach(JSON.parse(process.env.HANDLE))\n${body}`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, HANDLE: JSON.stringify(array.handle()) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  scope.atEnd(() => child.kill('SIGKILL'))
  return child
}
const said = async (child) => String((await once(child.stdout, 'data'))[0]).trim()

describe.each(storages)('on %s', (_, make) => {
  test('arrays exclude each other, shared ones do not', () => {
    const one = make()
    const other = attach(one)
    const reader = attach(one, { flags: 'r' })
    one.lock()
    expect(other.tryLock()).toBe(false)
    expect(reader.tryLock({ shared: true })).toBe(false)
    one.unlock()
    expect(reader.tryLock({ shared: true })).toBe(true)
    expect(other.tryLock({ shared: true })).toBe(true)
    expect(one.tryLock()).toBe(false)
    reader.unlock()
    other.unlock()
    expect(one.tryLock()).toBe(true)
  })

  test('it is not re-entrant, and only its holder gives it back', async () => {
    const one = make()
    const other = attach(one)
    expectError('ERR_NOT_LOCKED', () => one.unlock())
    one.lock()
    expectError('ERR_LOCKED', () => one.lock())
    expectError('ERR_LOCKED', () => one.tryLock({ shared: true }))
    await expect(one.lockAsync()).rejects.toMatchObject({ code: 'ERR_LOCKED' })
    expectError('ERR_NOT_LOCKED', () => other.unlock())
    one.unlock()
    expectError('ERR_NOT_LOCKED', () => one.unlock())
  })

  test('close gives it back', () => {
    const one = make()
    const other = attach(one)
    one.lock()
    one.close()
    expect(other.tryLock()).toBe(true)
    expectError('ERR_CLOSED', () => one.lock())
    expectError('ERR_CLOSED', () => one.unlock())
  })

  test('lockAsync lets the loop turn until it is had, and ends with the array', async () => {
    const one = make()
    const [other, third] = [attach(one), attach(one)]
    one.lock()
    const waiting = other.lockAsync()
    const hopeless = third.lockAsync()
    await new Promise(setImmediate)
    third.close()
    await expect(hopeless).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    one.unlock()
    await waiting
    expect(one.tryLock()).toBe(false)
  })

  test('withLock gives what its body gives, and the lock back however it ends', async () => {
    const one = make()
    const other = attach(one)
    expect(await one.withLock(() => other.tryLock())).toBe(false)
    await expect(
      one.withLock(async () => {
        throw new Error('from the body')
      }),
    ).rejects.toThrow('from the body')
    expect(other.tryLock()).toBe(true)
    other.unlock()
    await one.withLock(() => one.close())
    expect(other.tryLock()).toBe(true)
    await expect(other.withLock('no function')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  test('an array that nobody refers to any more still holds it', async () => {
    const array = make()
    MmapArray.attach(array.handle()).lock()
    for (let turn = 0; turn < 10; turn++) {
      globalThis.gc()
      await new Promise(setImmediate)
    }
    expect(array.tryLock()).toBe(false)
  })

  test('the death of its holder gives it back', async () => {
    const array = make()
    const child = startChild(array, `array.lock(); console.log('locked'); setInterval(() => {}, 1000)`)
    expect(await said(child)).toBe('locked')
    expect(array.tryLock()).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(array.tryLock()).toBe(true)
  })

  test('so does the end of a worker, which terminate brings about even while it waits', async () => {
    const array = make()
    const handle = array.handle()
    const body = `const array = MmapArray.attach(workerData)
      post('begins')
      array.lock()
      post('has it')
      await received()`
    const holder = startThread(body, handle)
    while ((await messageOf(holder)) !== 'has it');
    const waiter = startThread(body, handle)
    await messageOf(waiter)
    await waiter.terminate()
    expect(array.tryLock()).toBe(false)
    await holder.terminate()
    array.lock()
    array.unlock()
  })

  test('counters of four processes and four threads come out exact', { timeout: 240_000 }, async () => {
    const array = make()
    const rounds = 500
    const count = `for (let i = 0; i < ${rounds}; i++) {
      array.lock()
      array.set(0, array.get(0) + 1)
      array.unlock()
    }`
    const children = Array.from({ length: 4 }, () => startChild(array, count))
    const threads = Array.from({ length: 4 }, () =>
      startThread(`const array = MmapArray.attach(workerData)\n${count}`, array.handle()),
    )
    const ends = await Promise.all([...children.map((child) => once(child, 'exit')), ...threads.map(ended)])
    expect(ends.slice(0, 4)).toEqual([0, 1, 2, 3].map(() => [0, null]))
    expect(array.get(0)).toBe(8 * rounds)
  })
})

test.each([5, 'x', null, { shared: 1 }, { share: true }])('options %j are refused', (options) => {
  const array = scope.keep(new MmapArray('i'))
  expectError('ERR_INVALID_ARG_TYPE', () => array.lock(options))
  expectError('ERR_INVALID_ARG_TYPE', () => array.tryLock(options))
})
