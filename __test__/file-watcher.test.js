// What wakes follow() and versions(): events of the system, and looks where it raises none.
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { FileWatcher } from '../lib/file-watcher.js'
import { onLinux } from './support/linux.js'
import { inotifyWatches } from './support/process-facts.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const WATCHER = new URL('../lib/file-watcher.js', import.meta.url).href
/** No test runs for so long, so only an event can wake. */
const NEVER = 2 ** 30

describe('FileWatcher', () => {
  const scope = useScope()

  const watch = (targets, options = { lookEvery: NEVER }) => scope.keep(new FileWatcher(() => targets, options))

  const named = (name, directory = scope.directory) => ({ path: directory, name: Buffer.from(name) })

  /** Puts a new file at a path, in the place of one that is there. */
  function put(name) {
    const path = join(scope.directory, name)
    fs.writeFileSync(`${path}.new`, 'new')
    fs.renameSync(`${path}.new`, path)
  }

  /** Waits until the system has reported all that happened in the directory so far. */
  async function reported() {
    const name = `last-${performance.now()}`
    const watch = fs.watch(scope.directory)
    // It is also told about what happened before, because both watches of the directory are one for the system.
    const isLast = new Promise((resolve) => watch.on('change', (_, changed) => changed === name && resolve()))
    put(name)
    await isLast
    watch.close()
  }

  test.each([
    ['is given to a file', () => {}, () => put('a')],
    ['is given to another file', () => put('a'), () => put('a')],
    ['is removed', () => put('a'), () => fs.rmSync(join(scope.directory, 'a'))],
  ])('changed resolves when the name %s', async (_, prepare, change) => {
    prepare()
    const watcher = watch([named('a')])
    const changed = [watcher.changed(), watcher.changed()]
    change()
    expect(await Promise.all(changed)).toEqual([true, true])
  })

  test('changed resolves at once for an event that came while nobody waited', async () => {
    const watcher = watch([named('a')])
    put('a')
    await reported()
    expect(await watcher.changed()).toBe(true)
  })

  test('changed is pending while other names and the bytes of the file change', async () => {
    put('a')
    const watcher = watch([named('a')])
    let isWoken = false
    const changed = watcher.changed().then(() => (isWoken = true))
    for (const name of ['b', 'aa', '.a.tmp']) put(name)
    fs.appendFileSync(join(scope.directory, 'a'), 'more')
    await reported()
    expect(isWoken).toBe(false)
    put('a')
    await changed
  })

  test('changed of a file without a name resolves when it is written to, by its path or another', async () => {
    const path = scope.file()
    fs.linkSync(path, scope.path())
    const watcher = watch([{ path }])
    for (const writer of [path, scope.path('file-1')]) {
      const changed = watcher.changed()
      fs.appendFileSync(writer, 'more')
      expect(await changed).toBe(true)
    }
  })

  onLinux('by /proc', test)('changed of a descriptor resolves when its memory is written to by another', async () => {
    const name = `/dev/shm/mmap-array-watch-${process.pid}`
    const fd = fs.openSync(name, 'w+')
    scope.atEnd(() => fs.closeSync(fd))
    fs.rmSync(name)
    const watcher = watch([{ path: `/proc/self/fd/${fd}` }])
    const changed = watcher.changed()
    fs.appendFileSync(`/proc/self/fd/${fd}`, 'more')
    expect(await changed).toBe(true)
  })

  test('a name of bytes that are no text is told from others', async () => {
    const name = Buffer.from([0xff, 0xfe])
    const path = Buffer.concat([Buffer.from(`${scope.directory}/`), name])
    const watcher = watch([{ path: scope.directory, name }])
    let isWoken = false
    const changed = watcher.changed().then(() => (isWoken = true))
    put('�')
    await reported()
    expect(isWoken).toBe(false)
    fs.writeFileSync(path, 'new')
    await changed
  })

  test('changed looks again and again if nothing can be watched', async () => {
    const watcher = watch([named('a', scope.path('missing'))], { lookEvery: 1 })
    for (let n = 0; n < 5; n++) expect(await watcher.changed()).toBe(true)
  })

  onLinux('by /proc', test)('a directory that is made later, or anew, is watched from the next look on', async () => {
    const directory = scope.path('later')
    const watcher = watch([named('a', directory)], { lookEvery: 5 })
    const before = inotifyWatches()
    for (let n = 0; n < 2; n++) {
      fs.mkdirSync(directory)
      const { ino } = fs.statSync(directory)
      while (!inotifyWatches().includes(ino)) expect(await watcher.changed()).toBe(true)
      fs.rmSync(directory, { recursive: true })
      while (inotifyWatches().length > before.length) expect(await watcher.changed()).toBe(true)
    }
  })

  test('where fs.watch throws or fails, the looks remain and try again', async () => {
    put('a')
    const enospc = Object.assign(new Error('no more watches'), { code: 'ENOSPC' })
    const spy = vi.spyOn(fs, 'watch')
    scope.atEnd(() => spy.mockRestore())
    spy.mockImplementationOnce(() => {
      throw enospc
    })
    const watcher = watch([named('a')], { lookEvery: 1 })
    expect(await watcher.changed()).toBe(true)
    expect(spy).toHaveBeenCalledTimes(2)
    spy.mock.results[1].value.emit('error', enospc)
    expect(await watcher.changed()).toBe(true)
    expect(spy).toHaveBeenCalledTimes(3)
    expect(await watcher.changed()).toBe(true)
    expect(spy).toHaveBeenCalledTimes(3)
  })

  test('close ends a pending changed with false, and what follows', async () => {
    const watcher = watch([named('a')])
    const changed = watcher.changed()
    watcher.close()
    expect(await changed).toBe(false)
    expect(await watcher.changed()).toBe(false)
    watcher.close()
  })

  onLinux('by /proc', test)('close leaves no watch and no timer', async () => {
    const before = inotifyWatches()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const timersBefore = timers()
    for (let n = 0; n < 100; n++) {
      const watcher = new FileWatcher(() => [named('a'), named('b'), { path: scope.directory }])
      const changed = watcher.changed()
      expect(inotifyWatches()).toHaveLength(before.length + 1)
      watcher.close()
      await changed
    }
    expect(inotifyWatches()).toEqual(before)
    expect(timers()).toBe(timersBefore)
  })

  test.each([
    [true, 'looked\n'],
    [false, ''],
  ])('a pending changed keeps the process alive if isPersistent is %s', async (isPersistent, printed) => {
    const result = await runNode(
      `import { FileWatcher } from ${JSON.stringify(WATCHER)}
       const watcher = new FileWatcher(() => [{ path: process.argv[1] }], { isPersistent: ${isPersistent}, lookEvery: 50 })
       watcher.changed().then(() => { console.log('looked'); watcher.close() })`,
      { args: [scope.directory] },
    )
    expectExit(result)
    expect(result.stdout).toBe(printed)
  })
})
