// python/mmap_array.py while Node works on the same array: appends, wait and notify, locks, follow, named memory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { AppendLog } from './support/append-log.js'
import { RECORDS, RecordCounts, SIZE, TYPE } from './support/checked-records.js'
import { attachCompanion, sharedName, startCompanion } from './support/companion.js'
import { onLinux } from './support/linux.js'
import { expectExit, runNode, script } from './support/processes.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

/** Waits until a condition holds, without an end: the test has a time limit. */
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Whether a process sleeps in the system call `futex`, by its number on x86-64 and arm64. */
const isInFutex = (pid) => /^(?:202|98) /.test(fs.readFileSync(`/proc/${pid}/syscall`, 'latin1'))

describePython('python/mmap_array.py', () => {
  const scope = useScope()
  const start = (options) => startCompanion(scope, options)
  const attached = (array) => attachCompanion(scope, array)

  describe('appends of 2 processes of Python and 2 of Node', () => {
    const EACH = 5000
    const storages = [
      ['a file', () => MmapArray.open(scope.path(), 'q', { flags: 'w+' })],
      ['anonymous memory', () => new MmapArray('q')],
    ]
    test.each(storages)('to %s are all kept, each once and in order', { timeout: 120_000 }, async (_, make) => {
      const array = scope.keep(make())
      const handle = array.handle()
      const writers = [0, 1].map(async (number) => {
        const ask = start()
        await ask(
          `a = attach(handle)
def work():
    base, count = (number + 1) << 32, 1
    while count <= ${EACH}:
        several = min(3, ${EACH} - count + 1) if count % 7 == 0 else 1
        a.extend(base + count + n for n in range(several)) if several > 1 else a.append(base + count)
        count += several`,
          { handle, number },
        )
        await ask('work()')
      })
      for (const number of [2, 3]) {
        const body = `const array = MmapArray.attach(${JSON.stringify(handle)})
          const base = ${number + 1}n << 32n
          for (let i = 1n; i <= ${EACH}n; i++) array.append(base + i)`
        writers.push(runNode(body, { timeout: 100_000 }).then((result) => expectExit(result)))
      }
      const log = new AppendLog(array)
      const done = Promise.all(writers)
      await until(() => {
        log.check()
        return Promise.race([done.then(() => true), new Promise((turn) => setImmediate(turn, false))])
      })
      log.check()
      expect([0, 1, 2, 3].map((writer) => log.countOf(writer))).toEqual([EACH, EACH, EACH, EACH])
    })

    test('of records of 20 bytes are whole, although writers are killed', { timeout: 120_000 }, async () => {
      const path = scope.path()
      fs.writeFileSync(path, '')
      const KILLS = 4
      const count = 1000
      const python = async (writer) => {
        const ask = start()
        const log = scope.path()
        await ask(
          `a = open(path, [("writer", "I"), ("n", "d"), ("check", "d")], "r+", tail="cut")
def work():
    n, journal = 1, os.open(log, os.O_WRONLY | os.O_CREAT)
    while True:
        a.extend([(writer, m, 3 * m + writer + 0.5) for m in range(n, n + ${count})])
        n += ${count}
        os.pwrite(journal, b"%9d" % (n - 1), 0)`,
          { path, writer, log },
        )
        const ended = ask('work()').catch(() => 'ended')
        await untilWritten(log, ended)
        return { kill: ask.kill, acknowledged: () => Number(fs.readFileSync(log, 'latin1')) }
      }
      const node = async (writer) => {
        const log = scope.path()
        const source = script(`${RECORDS}
          const array = MmapArray.open(${JSON.stringify(path)}, TYPE, { flags: 'r+', tail: 'cut' })
          const journal = fs.openSync(${JSON.stringify(log)}, 'w')
          for (let n = 1; ; n += ${count}) {
            array.frombytes(records(${writer}, n, ${count}))
            fs.writeSync(journal, String(n + ${count} - 1).padStart(9), 0)
          }`)
        const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' })
        scope.atEnd(() => child.kill('SIGKILL'))
        const end = once(child, 'exit')
        await untilWritten(log, end)
        const kill = async () => {
          child.kill('SIGKILL')
          expect(await end).toEqual([null, 'SIGKILL'])
        }
        return { kill, acknowledged: () => Number(fs.readFileSync(log, 'latin1')) }
      }
      const untilWritten = async (log, end) => {
        const isOver = end.then(() => expect.fail('a writer ended by itself'))
        await Promise.race([until(() => fs.existsSync(log) && fs.statSync(log).size > 0), isOver])
        isOver.catch(() => {})
      }
      const kinds = [python, node, python, node]
      const written = []
      const running = await Promise.all(kinds.map(async (kind, writer) => ({ writer, ...(await kind(writer)) })))
      for (let n = 0; n < KILLS; n++) {
        const killed = running.shift()
        await killed.kill()
        written.push([killed.writer, killed.acknowledged()])
        const writer = kinds.length + n
        running.push({ writer, ...(await kinds[n % kinds.length](writer)) })
      }
      for (const { writer, kill, acknowledged } of running) {
        await kill()
        written.push([writer, acknowledged()])
      }
      const ask = start()
      await ask(
        'a = open(path, [("writer", "I"), ("n", "d"), ("check", "d")], "r+", tail="cut"); a.append((99, 1, 102.5))',
        { path },
      )
      const bytes = fs.readFileSync(path)
      expect(bytes.length % SIZE).toBe(0)
      const counts = new RecordCounts().addAll(bytes)
      for (const [writer, acknowledged] of written) expect(counts.of(writer)).toBeGreaterThanOrEqual(acknowledged)
      expect(counts.of(99)).toBe(1)
      const array = scope.keep(MmapArray.open(path, TYPE))
      expect(array.length).toBe(bytes.length / SIZE)
    })

    test('of a killed writer’s part is removed, and only if the file was whole before', async () => {
      const path = scope.file(Buffer.alloc(2 * SIZE))
      const ask = start()
      await ask('a = open(path, [("writer", "I"), ("n", "d"), ("check", "d")], "r+")', { path })
      fs.appendFileSync(path, Buffer.alloc(7, 1))
      expect(await ask('a.refresh(), a.append((1, 2, 3)), len(a), a.tolist()[2]["n"]')).toEqual([2, null, 3, 2])
      expect(fs.statSync(path).size).toBe(3 * SIZE)
      fs.appendFileSync(path, Buffer.alloc(7, 1))
      await ask('b = open(path, [("writer", "I"), ("n", "d"), ("check", "d")], "r+")')
      await expect(ask('b.append((1, 2, 3))')).rejects.toMatchObject({ code: 'ERR_RAGGED_LENGTH' })
    })

    test('of records wait for the lock of the other side, and then give up', { timeout: 30_000 }, async () => {
      const path = scope.file(Buffer.alloc(0))
      const [ask, holder] = [start(), start()]
      await holder('a = open(path, [("x", "d"), ("y", "I")], "r+"); a._begin_change()', {
        path,
      })
      await ask('a = open(path, [("x", "d"), ("y", "I")], "r+")', { path })
      await expect(ask('a.append((1, 2))')).rejects.toMatchObject({ code: 'ERR_LOCKED' })
      const array = scope.keep(MmapArray.open(path, { x: 'd', y: 'I' }, { flags: 'r+' }))
      expect(() => array.append({ x: 1, y: 2 })).toThrow(expect.objectContaining({ code: 'ERR_LOCKED' }))
      await holder.kill()
      await ask('a.append((1, 2))')
      array.append({ x: 3, y: 4 })
      expect(await ask('a.refresh()')).toBe(2)
    })
  })

  test.each(['log.rec', 'log.npy'])('threads of one array append whole records to %s', async (name) => {
    const ask = start()
    await ask(
      `a = open(path, [("x", "I"), ("y", "d"), ("z", "d")], "w+")
import sys, threading
sys.setswitchinterval(1e-6)
def work(number):
    for n in range(300): a.append((number, n, 2 * n))
threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()`,
      { path: scope.path(name) },
    )
    const found = await ask('[(i["x"], i["y"], i["z"]) for i in a]')
    for (const number of [0, 1, 2, 3]) {
      const own = found.filter(([x]) => x === number)
      expect(own).toEqual(Array.from({ length: 300 }, (_, n) => [number, n, 2 * n]))
    }
  })

  test('a forked process has locks of its own', async () => {
    const ask = start()
    const parts = { path: scope.path() }
    const text = `a = open(path, "i", "w+")
a.lock()
ours, theirs = os.pipe()
if os.fork() == 0:
    os.write(theirs, repr((a.try_lock(), a._is_locked)).encode())
    os._exit(0)
os.wait()
seen = os.read(ours, 100).decode()`
    await ask(text, parts)
    expect(await ask('seen')).toBe('(False, False)')
    await ask('a.unlock()')
    const array = scope.keep(MmapArray.open(parts.path, 'i', { flags: 'r+' }))
    expect(array.tryLock()).toBe(true)
  })

  onLinux('Python sleeps on futexes', describe)('wait and notify', () => {
    test('wake in both directions, on memory and on a file, for readers too', async () => {
      for (const make of [
        () => new MmapArray('i', [0, 0]),
        () => MmapArray.open(scope.path(), 'I', { flags: 'w+', length: 2 }),
      ]) {
        const array = scope.keep(make())
        for (const flags of ['r', 'r+']) {
          const [sleeper, ask] = [start(), start()]
          for (const python of [sleeper, ask])
            await python('a = attach(handle, flags)', { handle: array.handle(), flags })
          const slept = sleeper('a.wait(-1, 0)')
          await until(() => array.notify(1) === 1)
          expect(await slept).toBe('ok')
          const ours = array.waitAsync(0, 0)
          await until(async () => (await ask('a.notify(0)')) === 1)
          expect(await ours).toBe('ok')
          const theirs = sleeper('a.wait(0, 0)')
          await until(async () => (await ask('a.notify(0, 1)')) === 1)
          expect(await theirs).toBe('ok')
        }
      }
    })

    test('end with not-equal and timed-out, and notify wakes as many as it is told', async () => {
      const array = scope.keep(new MmapArray('i', [-1]))
      const [ask, ...sleepers] = [start(), start(), start()]
      for (const python of [ask, ...sleepers]) await python('a = attach(handle)', { handle: array.handle() })
      expect(await ask('a.wait(0, 0), a.wait(0, -1, 0), a.wait(0, -1, 0.01), a.notify(0, 0)')).toEqual([
        'not-equal',
        'timed-out',
        'timed-out',
        0,
      ])
      const pids = await Promise.all(sleepers.map((python) => python('os.getpid()')))
      const slept = sleepers.map((python) => python('a.wait(0, -1)'))
      await until(() => pids.every(isInFutex))
      expect(await ask('[a.notify(0, 0), a.notify(0, 1), a.notify(0, 5)]')).toEqual([0, 1, 1])
      expect(await Promise.all(slept)).toEqual(['ok', 'ok'])
    })

    test('pass a ball 500 times', async () => {
      const array = scope.keep(new MmapArray('i', [0]))
      const ask = await attached(array)
      await ask(`def play():
    for turn in range(1, 1000, 2):
        while a.view[0] != turn: a.wait(0, turn - 1)
        a[0] = turn + 1
        a.notify(0)`)
      const played = ask('play()')
      for (let turn = 0; turn < 1000; turn += 2) {
        array.set(0, turn + 1)
        array.notify(0)
        while (array.get(0) !== turn + 2) await array.waitAsync(0, turn + 1)
      }
      await played
      expect(array.get(0)).toBe(1000)
    })

    test('go on after a signal', async () => {
      const array = scope.keep(new MmapArray('i', [0]))
      const ask = await attached(array)
      await ask('import signal; seen = []; signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))')
      const pid = await ask('os.getpid()')
      const slept = ask('a.wait(0, 0)')
      await until(() => isInFutex(pid))
      process.kill(pid, 'SIGUSR1')
      await until(() => array.notify(0) === 1)
      expect([await slept, await ask('seen')]).toEqual(['ok', [1]])
    })
  })

  describe('locks', () => {
    test('exclude Node and Python in both directions, until a killed holder ends', async () => {
      const array = scope.keep(new MmapArray('i', [0]))
      const [ask, holder] = [start(), start()]
      for (const python of [ask, holder]) await python('a = attach(handle)', { handle: array.handle() })
      array.lock()
      expect(await ask('a.try_lock(), a.lock(timeout=0.01), a.try_lock(shared=True)')).toEqual([false, false, false])
      array.unlock()
      expect(await ask('a.try_lock()')).toBe(true)
      expect([array.tryLock(), array.tryLock({ shared: true })]).toEqual([false, false])
      await expect(ask('a.lock()')).rejects.toMatchObject({ code: 'ERR_LOCKED' })
      await ask('a.unlock(); a.lock(shared=True)')
      expect([array.tryLock(), array.tryLock({ shared: true })]).toEqual([false, true])
      array.unlock()
      await ask('a.close()')
      await holder('a.lock()')
      const locked = array.lockAsync()
      await holder.kill()
      await locked
      array.unlock()
    })

    test('count exactly from Python and Node', async () => {
      const array = scope.keep(new MmapArray('i', [0]))
      const askers = [await attached(array), await attached(array)]
      const EACH = 5000
      const done = Promise.all(
        askers.map((ask) =>
          ask(`for _ in range(${EACH}):
    with a.locked(): a[0] += 1`),
        ),
      )
      let own = 0
      await until(async () => {
        await array.withLock(() => array.set(0, array.get(0) + 1))
        own++
        return Promise.race([done.then(() => true), new Promise((turn) => setImmediate(turn, false))])
      })
      expect(array.get(0)).toBe(2 * EACH + own)
    })

    test('are released by a failing block', async () => {
      const array = scope.keep(new MmapArray('i', [0]))
      const ask = await attached(array)
      await expect(ask('with a.locked(): a[1]')).rejects.toMatchObject({ code: 'ERR_INDEX_OUT_OF_RANGE' })
      expect(array.tryLock()).toBe(true)
    })
  })

  describe('follow', () => {
    const storages = [
      ['a file', () => MmapArray.open(scope.path(), 'i', { flags: 'w+' })],
      ['a .npy file', () => MmapArray.open(scope.path('log.npy'), 'i', { flags: 'w+' })],
      ['anonymous memory', () => new MmapArray('i')],
    ]
    test.each(storages)('of %s gives each element that Node appends, once and in order', async (_, make) => {
      const array = scope.keep(make())
      array.extend([100, 101])
      const ask = await attached(array)
      await ask(`def collect(from_):
    found = []
    for part in a.follow(from_):
        found += part
        if part[-1] == 999: return found`)
      const ofAll = ask('collect("start")')
      for (let n = 0; n < 999; n++) {
        array.append(n)
        if (n % 100 === 0) await new Promise((turn) => setImmediate(turn))
      }
      array.append(999)
      const numbers = Array.from({ length: 1000 }, (_, n) => n)
      expect(await ofAll).toEqual([100, 101, ...numbers])
      expect(await ask('collect(1000)')).toEqual(numbers.slice(998))
      expect(await ask('list(a.follow(999, timeout=0, batch=2))')).toEqual([[997, 998], [999]])
    })

    test('gives only what comes later, and ends after a timeout', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      array.extend([1, 2])
      const ask = await attached(array)
      expect((await ask('f = a.follow(timeout=0.01)')) ?? (await ask('list(f)'))).toEqual([])
      await ask('f = a.follow(timeout=60)')
      const next = ask('next(f)')
      array.append(3)
      expect(await next).toEqual([3])
    })

    test('begins where the array ends, at the end of the file, or at an index from the end', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      array.extend([1, 2])
      const ask = await attached(array)
      array.extend([3, 4])
      const followed = (from) => ask(`[item for part in a.follow(${from}timeout=0) for item in part]`)
      expect(await followed('')).toEqual([3, 4])
      expect(await followed('"end", ')).toEqual([])
      expect(await followed('-1, ')).toEqual([2, 3, 4])
      expect(await followed('4, ')).toEqual([])
      await expect(followed('5, ')).rejects.toMatchObject({ code: 'ERR_MEMORY_FAULT' })
      await expect(followed('-3, ')).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
      expect(await ask('len(a)')).toBe(2)
    })

    test('without inotify looks again and again', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      const ask = await attached(array)
      await ask('mmap_array._libc.inotify_init1 = lambda flags: -1')
      const next = ask('next(a.follow("start"))')
      array.append(3)
      expect(await next).toEqual([3])
    })

    test('ends when the file is replaced, after its last elements, or when the array is closed', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      const ask = await attached(array)
      const followed = ask('list(a.follow("start"))')
      array.append(1)
      fs.writeFileSync(`${array.path}.new`, '')
      fs.renameSync(`${array.path}.new`, array.path)
      expect(await followed).toEqual([[1]])
      expect(await ask('list(a.follow("start", timeout=0.01, replaced="ignore"))')).toEqual([[1]])
      expect(await ask('[a.close() for part in a.follow("start")]')).toEqual([null])
    })

    test('of a truncated file is ERR_MEMORY_FAULT', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      array.extend([1, 2])
      const ask = await attached(array)
      expect((await ask('f = a.follow("start")')) ?? (await ask('next(f)'))).toEqual([1, 2])
      const next = ask('next(f)')
      next.catch(() => {})
      fs.truncateSync(array.path, 4)
      await expect(next).rejects.toMatchObject({ code: 'ERR_MEMORY_FAULT' })
      expect(await ask('list(a.follow(2, timeout=0.01, truncated="restart"))')).toEqual([[1]])
    })

    test('gives nothing while a process has the file reserved', async () => {
      const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
      const ask = start()
      await ask('a = open(path, "i", "r+")', { path: array.path })
      array.append(5)
      array.reserve(100)
      array.append(6)
      expect(await ask('a.is_reserved, list(a.follow("start", timeout=0.01)), a.refresh()')).toEqual([true, [], 100])
      // The end is not known while the file is reserved.
      await ask('end = a.follow("end")')
      const followed = ask('next(a.follow("start"))')
      array.trim()
      expect(await followed).toEqual([5, 6])
      expect(await ask('a.is_reserved')).toBe(false)
      const next = ask('next(end)')
      await until(() => {
        array.append(7)
        return Promise.race([next.then(() => true), new Promise((turn) => setTimeout(turn, 5, false))])
      })
      expect(new Set(await next)).toEqual(new Set([7]))
    })

    test('leaves no descriptor behind', async () => {
      const array = scope.keep(new MmapArray('i', [1, 2, 3]))
      const ask = await attached(array)
      const count = () => ask('len(os.listdir("/proc/self/fd"))')
      const before = await count()
      await ask('for _ in range(300): next(a.follow("start", batch=1))')
      expect(await count()).toBe(before)
      await ask('a.lock(); a.close()')
      expect(await count()).toBe(before - 1)
    })
  })

  onLinux('named memory is a file that Python knows by no name', describe)('named memory', () => {
    test('stays when the Python process that made it ends', async () => {
      const name = sharedName(scope)
      const ask = start()
      await ask('a = open_shm(name, "d", "wx+"); a.extend([1.5, 2.5])', { name })
      await ask.end()
      const array = scope.keep(MmapArray.openShm(name, 'd', { flags: 'r+' }))
      expect(array.tolist()).toEqual([1.5, 2.5])
      expect(fs.statSync(`/dev/shm/${name}`).mode & 0o777).toBe(0o600)
      const other = start()
      expect(await other('open_shm("/" + name, "d").tolist()', { name })).toEqual([1.5, 2.5])
      await expect(other('open_shm(name, "d", "wx+")')).rejects.toMatchObject({ code: 'EEXIST' })
      await other('unlink_shm(name)')
      expect(fs.existsSync(`/dev/shm/${name}`)).toBe(false)
      await expect(other('unlink_shm(name)')).rejects.toMatchObject({ code: 'ENOENT' })
      expect(array.tolist()).toEqual([1.5, 2.5])
    })
  })
})
