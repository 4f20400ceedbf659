// wait, waitAsync and notify: sleeping on an element until another thread, process or program wakes its sleepers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { INDEX, describeWith, expectExit, run, runNode, script } from './support/processes.js'
import { useProgram } from './support/programs.js'
import { describeRefusing, runRefusing } from './support/refused-calls.js'
import { useScope } from './support/scope.js'
import { ended, messageOf, startThread } from './support/threads.js'

const scope = useScope()
const NO_WAKE = 'sleepers notice a change of their element, not a wake of another process'
const words = (code = 'i') => scope.keep(new MmapArray(code, [0, 1, 2]))
const file = () => {
  const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
  array.extend([0, 1, 2])
  return array
}
/** Wakes until somebody was woken. */
async function wake(array, index, count) {
  let woken
  while ((woken = array.notify(index, count)) === 0) await new Promise(setImmediate)
  return woken
}

/** Waits until so many threads of this process sleep on elements. */
async function asleep(count) {
  const inFutex = (thread) => {
    try {
      const name = fs.readFileSync(`/proc/self/task/${thread}/comm`, 'utf8')
      const state = fs.readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
      return name === 'mmap-array wait\n' && state.includes(') S ')
    } catch {
      // It has ended.
      return false
    }
  }
  while (fs.readdirSync('/proc/self/task').filter(inFutex).length < count) await new Promise(setImmediate)
}

describe.each(['i', 'I'])('typecode %s', (code) => {
  test('a sleep ends at once where the element is another, and by its time', async () => {
    const array = words(code)
    expect(array.wait(1, 5)).toBe('not-equal')
    expect(array.wait(-1, 2, 10)).toBe('timed-out')
    expect(array.wait(0, 0, -5)).toBe('timed-out')
    expect(await array.waitAsync(1, 5)).toBe('not-equal')
    expect(await array.waitAsync(-1, 2, 10)).toBe('timed-out')
    expect(await array.waitAsync(-1, 2, 0)).toBe('timed-out')
    expect(array.notify(0)).toBe(0)
  })
})

test('numbers below zero are compared as they are', () => {
  const array = scope.keep(new MmapArray('i', [-1]))
  expect(array.wait(0, -1, 1)).toBe('timed-out')
  const large = scope.keep(new MmapArray('I', [4294967295]))
  expect(large.wait(0, 4294967295, 1)).toBe('timed-out')
  expect(large.wait(0, 0, 1)).toBe('not-equal')
})

test('waitAsync is woken, as many as were asked for', async () => {
  const array = words()
  const sleeps = [1, 2, 3, 4].map(() => array.waitAsync(0, 0))
  let woken = 0
  while (woken < 2) woken += await wake(array, 0, 1)
  expect(woken).toBe(2)
  while (woken < 4) woken += await wake(array, 0)
  expect(await Promise.all(sleeps)).toEqual(['ok', 'ok', 'ok', 'ok'])
})

test('notify wakes two, or as many as there are, and says how many', async () => {
  const array = words()
  const woken = []
  const sleeps = [1, 2, 3, 4, 5].map(async () => woken.push(await array.waitAsync(0, 0)))
  expect(array.notify(1)).toBe(0)
  // Each sleeper is on a thread of its own: all of them sleep once so many can be seen to.
  await asleep(5)
  expect(array.notify(0, 2)).toBe(2)
  while (woken.length < 2) await new Promise(setImmediate)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(woken).toEqual(['ok', 'ok'])
  expect(array.notify(0)).toBe(3)
  expect(array.notify(0, 2)).toBe(0)
  await Promise.all(sleeps)
  expect(woken).toEqual(Array.from({ length: 5 }, () => 'ok'))
})

// What broke: the kernel takes a count of 0 for 1.
test('notify of none wakes none', async () => {
  const array = words()
  const sleep = array.waitAsync(0, 0)
  await asleep(1)
  const woken = array.notify(0, 0)
  array.notify(0)
  expect(await sleep).toBe('ok')
  expect(woken).toBe(0)
})

test('many sleepers leave the thread pool free', async () => {
  const array = words()
  const sleeps = Array.from({ length: 50 }, () => array.waitAsync(0, 0))
  expect(String(await fs.promises.readFile('/proc/self/comm')).length).toBeGreaterThan(0)
  let woken = 0
  while (woken < 50) woken += await wake(array, 0)
  expect(new Set(await Promise.all(sleeps))).toEqual(new Set(['ok']))
})

describe.each(['r+', 'r', 'c'])('an array attached with %s', (flags) => {
  test.each([
    ['anonymous', words],
    ['a file', file],
  ])('in a thread, on %s', async (_, make) => {
    const array = make()
    const worker = startThread(
      `const array = MmapArray.attach(workerData.handle, { flags: workerData.flags })
       post('ready')
       post(array.wait(0, 0, 60000))
       post(await array.waitAsync(1, 1, 60000))`,
      { handle: array.handle(), flags },
    )
    const messages = []
    worker.on('message', (message) => messages.push(message))
    await wake(array, 0)
    await wake(array, 1)
    await ended(worker)
    expect(messages).toEqual(['ready', 'ok', 'ok'])
  })

  onLinux(NO_WAKE, test)('in a process, which is woken and wakes', async () => {
    const array = file()
    const source = script(`
      const array = MmapArray.attach(${JSON.stringify(array.handle())}, { flags: '${flags}' })
      console.log(array.wait(0, 0, 60000))
      while (array.notify(1) === 0) await new Promise(setImmediate)`)
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    scope.atEnd(() => child.kill('SIGKILL'))
    const exit = once(child, 'exit')
    const output = once(child.stdout, 'data')
    await wake(array, 0)
    expect(String((await output)[0])).toBe('ok\n')
    expect(await array.waitAsync(1, 1, 60000)).toBe('ok')
    expect(await exit).toEqual([0, null])
  })
})

test('a sleeper is woken by another process that changes the element and notifies', async () => {
  const array = file()
  const source = script(`
    const array = MmapArray.attach(${JSON.stringify(array.handle())})
    console.log('ready')
    console.log(array.wait(0, 0, 60000), await array.waitAsync(1, 1, 60000))
    array.set(2, 9)
    array.notify(2)`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  scope.atEnd(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  const answer = array.waitAsync(2, 2, 60000)
  await once(child.stdout, 'data')
  for (const index of [0, 1]) {
    array.set(index, 7)
    array.notify(index)
  }
  expect(await answer).toBe('ok')
  expect(await exit).toEqual([0, null])
  // The sleeper may not have slept yet when the element changed.
  expect(output).toMatch(/^ready\n(ok|not-equal) (ok|not-equal)\n$/)
})

test('close calls sleepers off', async () => {
  const array = words()
  const sleep = array.waitAsync(0, 0)
  array.close()
  await expect(sleep).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  await expect(array.waitAsync(0, 0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
})

test('terminate ends a worker that sleeps', async () => {
  const array = words()
  for (const call of ['array.wait(0, 0)', 'await array.waitAsync(0, 0)']) {
    const worker = startThread(`const array = MmapArray.attach(workerData)\npost('sleeps')\n${call}`, array.handle())
    await messageOf(worker)
    await worker.terminate()
  }
  expect(array.length).toBe(3)
})

test('a sleeper keeps its worker alive, and ends with it', async () => {
  const array = words()
  const worker = startThread(
    `const array = MmapArray.attach(workerData)
     array.waitAsync(1, 1).then(post)
     post('sleeps')`,
    array.handle(),
  )
  expect(await messageOf(worker)).toBe('sleeps')
  await asleep(1)
  const outcome = messageOf(worker)
  await wake(array, 1)
  expect(await outcome).toBe('ok')
  await ended(worker)
})

test('a worker that ends while something of it sleeps', async () => {
  const result = await runNode(`
    import { Worker } from 'node:worker_threads'
    import { once } from 'node:events'
    const array = new MmapArray('i', [0])
    const source = (end) => \`
      const { workerData, parentPort } = require('node:worker_threads')
      import(workerData.index).then(({ MmapArray }) => {
        globalThis.array = MmapArray.attach(workerData.handle)
        globalThis.promise = array.waitAsync(0, 0)
        \${end}
      })\`
    const codes = []
    for (const end of ['array.close(); promise.catch(() => {})', 'process.exit(3)', 'process.exitCode = 4; array.close(); promise.catch(() => {})']) {
      for (let n = 0; n < 5; n++) {
        const workerData = { handle: array.handle(), index: ${JSON.stringify(INDEX)} }
        const worker = new Worker(source(end), { eval: true, execArgv: [], workerData })
        const [code] = await once(worker, 'exit')
        codes.push(code)
      }
    }
    if (array.notify(0) !== 0) throw new Error('somebody sleeps on')
    console.log(codes.join())`)
  expectExit(result)
  expect(result.stdout).toBe('0,0,0,0,0,3,3,3,3,3,4,4,4,4,4\n')
})

test.each([
  ['process.exit', 'process.exit(7)', 7],
  ['an error nobody catches', `setImmediate(() => { throw new Error('x') })`, 1],
  ['close', 'array.close(); promise.catch(() => {})', 0],
])('a process with a sleeper ends by %s', async (_, end, code) => {
  const result = await runNode(`
    const array = new MmapArray('i', [0])
    const promise = array.waitAsync(0, 0)
    ${end}`)
  expectExit(result, code)
})

test('arguments of the wrong kind are refused', async () => {
  const array = words()
  for (const typecode of ['b', 'q', 'f', 'u']) {
    const other = scope.keep(new MmapArray(typecode, typecode === 'u' ? 'a' : [0]))
    expectError('ERR_TYPE_MISMATCH', () => other.wait(0, 0))
    expectError('ERR_TYPE_MISMATCH', () => other.notify(0))
    await expect(other.waitAsync(0, 0)).rejects.toMatchObject({ code: 'ERR_TYPE_MISMATCH' })
  }
  expectError('ERR_INDEX_OUT_OF_RANGE', () => array.wait(3, 0))
  expectError('ERR_INDEX_OUT_OF_RANGE', () => array.notify(-4))
  expectError('ERR_VALUE_OUT_OF_RANGE', () => array.wait(0, 2 ** 32))
  expectError('ERR_INVALID_ARG_TYPE', () => array.wait(0, '0'))
  expectError('ERR_INVALID_ARG_TYPE', () => array.wait(0, 0, '5'))
  expectError('ERR_INVALID_ARG_TYPE', () => array.notify(0, 1.5))
  expectError('ERR_OUT_OF_RANGE', () => array.notify(0, -1))
  expectError('ERR_INVALID_ARG_TYPE', () => array.notify('0'))
})

describeWith('python3', ['--version'], 'with Python', () => {
  onLinux(NO_WAKE, test)('Python wakes us, and we wake Python, by the futex itself', async () => {
    const array = file()
    const program = `
import ctypes, mmap, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
number = {'x86_64': 202, 'aarch64': 98}[platform.machine()]
file = open(sys.argv[1], 'r+b')
memory = mmap.mmap(file.fileno(), 0)
word = lambda index: ctypes.byref(ctypes.c_int.from_buffer(memory, 4 * index))
while libc.syscall(number, word(0), 1, 1, None, None, 0) == 0:
    pass
assert libc.syscall(number, word(1), 0, 1, None, None, 0) == 0
print('woken')
`
    const child = run('python3', ['-c', program, array.path], { timeout: 60000 })
    expect(await array.waitAsync(0, 0, 60000)).toBe('ok')
    await wake(array, 1)
    const result = await child
    expectExit(result)
    expect(result.stdout).toBe('woken\n')
  })
})

const C_SLEEPER = `#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sleeps on word 0 until it is woken, without a change of it; then wakes a sleeper of word 1. */
int main(int count, char **words) {
  int file = open(words[count - 1], O_RDWR);
  _Atomic uint32_t *at = mmap(NULL, 12, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) return 1;
  puts("ready");
  fflush(stdout);
  if (syscall(SYS_futex, at, FUTEX_WAIT, 0, NULL, NULL, 0) != 0) return 2;
  atomic_store(at + 2, 7);
  long woken;
  while ((woken = syscall(SYS_futex, at + 1, FUTEX_WAKE, 1, NULL, NULL, 0)) == 0) usleep(1000);
  printf("%ld\\n", woken);
  return 0;
}
`

describeWith('gcc', ['--version'], 'with C', () => {
  const program = useProgram(C_SLEEPER)

  onLinux(NO_WAKE, test).each(['r+', 'r', 'c'])(
    'a sleeper of C is woken by us, and wakes us, opened with %s',
    async (flags) => {
      const owner = file()
      const array = scope.keep(MmapArray.open(owner.path, 'i', { flags }))
      const child = run(program(), [owner.path], { timeout: 60000 })
      await wake(array, 0)
      expect(await array.waitAsync(1, 1, 60000)).toBe('ok')
      const result = await child
      expectExit(result)
      expect(result.stdout).toBe('ready\n1\n')
      expect(owner.get(2)).toBe(7)
    },
  )

  onLinux(NO_WAKE, test)('a sleeper of C is woken out of a blocking wait of ours', async () => {
    const array = file()
    const worker = startThread(`post(MmapArray.attach(workerData).wait(1, 1, 60000))`, array.handle())
    const outcome = messageOf(worker)
    const child = run(program(), [array.path], { timeout: 60000 })
    await wake(array, 0)
    expect(await outcome).toBe('ok')
    expectExit(await child)
    await ended(worker)
  })
})

describeRefusing('waitAsync where futex_waitv is refused', () => {
  test.each(['EPERM', 'EINVAL', 'ENOSYS'])('with %s ends in each way', async (code) => {
    const result = await runRefusing(
      ['futex_waitv'],
      code,
      `
      import assert from 'node:assert/strict'
      const array = new MmapArray('i', [0, 1])
      assert.equal(await array.waitAsync(1, 5), 'not-equal')
      assert.equal(await array.waitAsync(0, 0, 1), 'timed-out')
      const woken = array.waitAsync(0, 0)
      while (array.notify(0) === 0) await new Promise(setImmediate)
      assert.equal(await woken, 'ok')
      const cancelled = array.waitAsync(0, 0)
      array.close()
      await assert.rejects(cancelled, { code: 'ERR_CLOSED' })
      console.log('end')`,
    )
    expectExit(result)
    expect(result.stdout).toBe('end\n')
  })
})
