// MmapArray.versions: the present version of a file, and each new one. The newest is never missed, and the end of an iteration leaves
// nothing behind. MMAP_ARRAY_ITERATIONS=… asks for more iterations in the search for leaks.
import { getEventListeners } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { descriptors, inotifyWatches, maps } from './support/process-facts.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { ended, messageOf, startThread } from './support/threads.js'

const ITERATIONS = Number(process.env.MMAP_ARRAY_ITERATIONS ?? 200)

const scope = useScope()

const publish = (path, ...elements) => MmapArray.replace(path, 'i', (next) => next.extend(elements))

/** The elements of the next version, which is closed. */
async function nextOf(iterator) {
  const { value, done } = await iterator.next()
  if (done) return undefined
  const elements = value.tolist()
  value.close()
  return elements
}

const versionsOf = (path, options, type = 'i') => {
  const iterator = MmapArray.versions(path, type, options)
  scope.atEnd(() => iterator.return())
  return iterator
}

/** Has fs.watch raise no event, as on a network file system. */
function withoutEvents() {
  const spy = vi.spyOn(fs, 'watch').mockImplementation(() => {
    throw Object.assign(new Error('no watch left'), { code: 'ENOSPC' })
  })
  scope.atEnd(() => spy.mockRestore())
}

/** Has the looks never come, so that only an event wakes. */
function withoutLooks() {
  const later = globalThis.setTimeout
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation((call, delay) => later(call, delay * 10_000))
  scope.atEnd(() => spy.mockRestore())
}

describe('versions', () => {
  test('gives the present version and then each new one', async () => {
    withoutLooks()
    const path = scope.path()
    await publish(path, 1)
    const seen = []
    for await (const version of MmapArray.versions(path, 'i')) {
      expect(version).toBeInstanceOf(MmapArray)
      expect([version.isReplaced, version.flags, version.path]).toEqual([false, 'r', path])
      seen.push(...version.tolist())
      version.close()
      if (seen.length === 4) break
      // While the consumer is busy, and while it waits.
      if (seen.length === 2) await publish(path, 3)
      else setImmediate(() => publish(path, seen.length + 1))
    }
    expect(seen).toEqual([1, 2, 3, 4])
  })

  test('skips versions that came and went while the consumer was busy, but not the newest', async () => {
    const path = scope.path()
    await publish(path, 1)
    const iterator = versionsOf(path)
    expect(await nextOf(iterator)).toEqual([1])
    for (let n = 2; n < 10; n++) await publish(path, n)
    expect(await nextOf(iterator)).toEqual([9])
    const pending = nextOf(iterator)
    await publish(path, 10)
    expect(await pending).toEqual([10])
  })

  // What would break: without a descriptor of the last version, the system gives the number of its file to a new one at once.
  test('gives a version whose file has the number of an earlier one', async () => {
    const path = scope.path()
    await publish(path, 0)
    const iterator = versionsOf(path)
    expect(await nextOf(iterator)).toEqual([0])
    for (let n = 1; n < 50; n++) {
      await publish(path, -n)
      await publish(path, n)
      expect(await nextOf(iterator)).toEqual([n])
    }
  })

  test('of a file that is written to in place gives no new version', async () => {
    const path = scope.path()
    await publish(path, 1)
    const iterator = versionsOf(path)
    expect(await nextOf(iterator)).toEqual([1])
    fs.writeFileSync(path, new Int32Array([2]))
    fs.appendFileSync(path, new Int32Array([3]))
    fs.chmodSync(path, 0o600)
    const pending = nextOf(iterator)
    await publish(path, 4)
    expect(await pending).toEqual([4])
  })

  test('waits for a file that is missing, at the start or in between', async () => {
    withoutLooks()
    const path = scope.path()
    const iterator = versionsOf(path)
    const first = nextOf(iterator)
    await publish(path, 1)
    expect(await first).toEqual([1])
    fs.rmSync(path)
    const second = nextOf(iterator)
    await new Promise(setImmediate)
    await publish(path, 2)
    expect(await second).toEqual([2])
  })

  test('waits for a directory that was removed, with a look once a second', async () => {
    const path = scope.path('d/table')
    fs.mkdirSync(scope.path('d'))
    await publish(path, 1)
    const iterator = versionsOf(path)
    expect(await nextOf(iterator)).toEqual([1])
    fs.rmSync(scope.path('d'), { recursive: true })
    const second = nextOf(iterator)
    fs.mkdirSync(scope.path('d'))
    await publish(path, 2)
    expect(await second).toEqual([2])
  })

  test('finds new versions where the system raises no events', async () => {
    withoutEvents()
    const path = scope.path()
    await publish(path, 1)
    const iterator = versionsOf(path)
    expect(await nextOf(iterator)).toEqual([1])
    const pending = nextOf(iterator)
    await publish(path, 2)
    expect(await pending).toEqual([2])
  })

  describe('through symbolic links', () => {
    /** Makes a link lead elsewhere, in one step. */
    function relink(name, target) {
      fs.symlinkSync(target, scope.path('new-link'))
      fs.renameSync(scope.path('new-link'), scope.path(name))
    }

    test('gives a version when the target is exchanged, or the link, or one it leads through', async () => {
      withoutLooks()
      for (const directory of ['one', 'two', 'tables']) fs.mkdirSync(scope.path(directory))
      for (const [n, name] of ['one/a', 'one/b', 'two/a'].entries()) await publish(scope.path(name), n)
      relink('current', 'one')
      relink('tables/link', '../current/a')
      const path = scope.path('tables/link')
      const iterator = versionsOf(path)
      expect(await nextOf(iterator)).toEqual([0])
      const changes = [
        [() => publish(path, 10), [10]],
        [() => relink('tables/link', '../current/b'), [1]],
        [() => relink('tables/link', '../current/a'), [10]],
        [() => relink('current', 'two'), [2]],
        [() => publish(scope.path('two/a'), 20), [20]],
      ]
      for (const [change, elements] of changes) {
        const pending = nextOf(iterator)
        await new Promise(setImmediate)
        await change()
        expect(await pending).toEqual(elements)
      }
    })

    test('waits where a link dangles', async () => {
      withoutLooks()
      relink('link', 'later')
      const pending = nextOf(versionsOf(scope.path('link')))
      await new Promise(setImmediate)
      await publish(scope.path('later'), 1)
      expect(await pending).toEqual([1])
    })
  })

  test('opens with the options given, in the class it is called on', async () => {
    class Table extends MmapArray {}
    const path = scope.path('table')
    await MmapArray.replace(path, { n: 'i' }, (next) => next.extend([{ n: 1 }, { n: 2 }]), { format: 'npy' })
    for await (const version of Table.versions(path, undefined, { flags: 'r+', format: 'npy' })) {
      scope.keep(version)
      expect(version).toBeInstanceOf(Table)
      version.set(1, { n: 3 })
      expect([version.flags, version.tolist()]).toEqual(['r+', [{ n: 1 }, { n: 3 }]])
      break
    }
    const raw = scope.path('raw')
    await publish(raw, 1, 2, 3)
    expect(await nextOf(versionsOf(raw, { offset: 4, length: 1, flags: 'c' }))).toEqual([2])
  })

  test('takes bytes and a relative path', async () => {
    const before = process.cwd()
    scope.atEnd(() => process.chdir(before))
    process.chdir(scope.directory)
    const bytes = Buffer.from([0xff])
    for (const path of ['a', bytes]) {
      await publish(path, 1)
      const iterator = versionsOf(path)
      process.chdir('/')
      expect(await nextOf(iterator)).toEqual([1])
      const pending = nextOf(iterator)
      await publish(Buffer.concat([Buffer.from(`${scope.directory}/`), Buffer.from(path)]), 2)
      expect(await pending).toEqual([2])
      process.chdir(scope.directory)
    }
  })

  test.each([
    ['a path that is a number', [5, 'i'], 'ERR_INVALID_ARG_TYPE'],
    ['an unknown option', ['a', 'i', { mode: 0 }], 'ERR_INVALID_ARG_TYPE'],
    ['an empty path', ['', 'i'], 'ERR_OUT_OF_RANGE'],
    ['flags that make a file', ['a', 'i', { flags: 'a+' }], 'ERR_OUT_OF_RANGE'],
    ['an unknown format', ['a', 'i', { format: 'csv' }], 'ERR_OUT_OF_RANGE'],
    ['a signal that is a number', ['a', 'i', { signal: 5 }], 'ERR_INVALID_ARG_TYPE'],
    ['persistent that is not a boolean', ['a', 'i', { persistent: 1 }], 'ERR_INVALID_ARG_TYPE'],
  ])('of %s throws at once', (_, args, code) => {
    expectError(code, () => MmapArray.versions(...args))
  })

  test.each([
    ['a wrong type', 'ERR_INVALID_TYPECODE', (path) => [publish(path, 1), path, 'x']],
    ['a directory', 'EISDIR', () => [0, scope.directory, 'i']],
    ['a path in no directory', 'ENOENT', () => [0, scope.path('missing/table'), 'i']],
    ['a path in a file', 'ENOTDIR', (path) => [publish(path, 1), `${path}/table`, 'i']],
    ['a circle of links', 'ELOOP', (path) => [fs.symlinkSync(path, path), path, 'i']],
    ['a file of another type', 'ERR_INVALID_NPY', (path) => [publish(path, 1), path, 'i', { format: 'npy' }]],
  ])('of %s rejects, and has ended', async (_, code, prepare) => {
    const [ready, path, type, options] = prepare(scope.path())
    await ready
    const before = descriptors([scope.directory])
    const iterator = versionsOf(path, options, type)
    await expect(iterator.next()).rejects.toMatchObject({ code })
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    expect(descriptors([scope.directory])).toBe(before)
  })
})

describe('the end of an iteration over versions', () => {
  const held = () => [descriptors([scope.directory]), maps([scope.directory]), inotifyWatches().length]
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

  const ENDS = {
    async break(path) {
      for await (const version of MmapArray.versions(path, 'i')) {
        version.close()
        break
      }
    },
    async throw(path) {
      const loop = async () => {
        for await (const version of MmapArray.versions(path, 'i')) {
          version.close()
          throw new Error('enough')
        }
      }
      await expect(loop()).rejects.toThrow('enough')
    },
    async 'return while it waits'(path) {
      const iterator = MmapArray.versions(path, 'i')
      await nextOf(iterator)
      const pending = iterator.next()
      await iterator.return()
      expect(await pending).toEqual({ value: undefined, done: true })
    },
    async 'abort while it waits'(path) {
      const controller = new AbortController()
      const iterator = MmapArray.versions(path, 'i', { signal: controller.signal })
      await nextOf(iterator)
      const pending = iterator.next()
      controller.abort(new Error('enough'))
      await expect(pending).rejects.toThrow('enough')
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    },
    async 'abort while the consumer is busy'(path) {
      const controller = new AbortController()
      const iterator = MmapArray.versions(path, 'i', { signal: controller.signal })
      await nextOf(iterator)
      controller.abort()
      // Without another call.
    },
    async 'abort before the first version'(path) {
      const iterator = MmapArray.versions(path, 'i', { signal: AbortSignal.abort() })
      await expect(iterator.next()).rejects.toMatchObject({ name: 'AbortError' })
    },
    async 'no first call'(path) {
      MmapArray.versions(path, 'i')
    },
    async 'return before the first version'(path) {
      const iterator = MmapArray.versions(`${path}-missing`, 'i')
      const pending = iterator.next()
      await iterator.return()
      expect(await pending).toEqual({ value: undefined, done: true })
    },
  }

  onLinux('the descriptors are in /proc', test).each(Object.keys(ENDS))(
    'by %s leaves no watch, descriptor, map or timer',
    { timeout: 60_000 + 20 * ITERATIONS },
    async (end) => {
      const path = scope.path()
      await publish(path, 1)
      const before = [held(), timers()]
      for (let n = 0; n < ITERATIONS; n++) {
        await ENDS[end](path)
        if (n % 100 === 0) expect([held(), timers()]).toEqual(before)
      }
      expect([held(), timers()]).toEqual(before)
    },
  )

  test('leaves the array that it gave last to the consumer', async () => {
    const path = scope.path()
    await publish(path, 1)
    const iterator = versionsOf(path)
    const { value } = await iterator.next()
    await iterator.return()
    expect(value.tolist()).toEqual([1])
    value.close()
  })

  test.each([
    ['keeps the process alive', '{}', 'looked\n'],
    ['does not keep the process alive if persistent is false', '{ persistent: false }', ''],
  ])('a pending iteration %s', async (_, options, printed) => {
    const result = await runNode(
      `const [path] = process.argv.slice(1)
       const iterator = MmapArray.versions(path, 'i', ${options})
       iterator.next().then(() => { console.log('looked'); return iterator.return() })
       // Keeps no process alive; the file comes only if something else does.
       setTimeout(() => fs.writeFileSync(path, new Int32Array(1)), 50).unref()`,
      { args: [join(scope.directory, 'later')] },
    )
    expectExit(result)
    expect(result.stdout).toBe(printed)
  })
})

describe('a table that is exchanged while workers read', () => {
  test('gives no wrong answer and leaves nothing', async () => {
    const path = scope.path('squares')
    const LAST = 100
    const build = (version) =>
      MmapArray.replace(path, 'q', (next) => {
        next.reserve(1000)
        for (let i = 0; i < 1000; i++) next.append(BigInt(version + i * i))
      })
    await build(1)
    const reader = `
      const { path, LAST } = workerData
      const seen = []
      for await (const table of MmapArray.versions(path, 'q')) {
        const version = Number(table.get(0))
        seen.push(version)
        do {
          for (let i = 0; i < 1000; i++) {
            if (table.get(i) !== BigInt(version + i * i)) throw new Error('wrong answer of version ' + version)
          }
          if (seen.length === 1) post(version)
          await new Promise(setImmediate)
        } while (!table.isReplaced && version !== LAST)
        table.close()
        if (version === LAST) break
      }
      post(seen)
      parentPort.close()`
    const workers = [1, 2, 3, 4].map(() => startThread(reader, { path, LAST }))
    scope.atEnd(() => Promise.all(workers.map((worker) => worker.terminate())))
    // Which each of them gives at its end, after numbers.
    const lists = workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.on('error', reject)
          worker.on('message', (message) => Array.isArray(message) && resolve(message))
        }),
    )
    await Promise.all(workers.map(messageOf))
    for (let version = 2; version <= LAST; version++) await build(version)
    for (const seen of await Promise.all(lists)) {
      expect([seen.toSorted((a, b) => a - b), seen.at(-1), new Set(seen).size]).toEqual([seen, LAST, seen.length])
      // How many of the others a worker meets depends on the machine.
      expect(seen.length).toBeGreaterThanOrEqual(2)
    }
    await Promise.all(workers.map(ended))
    expect([descriptors([scope.directory]), maps([scope.directory])]).toEqual([0, 0])
    expect(fs.readdirSync(scope.directory)).toEqual(['squares'])
  })
})
