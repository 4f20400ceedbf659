// MmapArray.replace: a new version of a file is published whole or not at all, and nothing else is left beside it.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { MmapArray } from '../index.js'
import { temporaryName } from '../lib/file-paths.js'
import { onLinux } from './support/linux.js'
import { descriptors, maps } from './support/process-facts.js'
import { describeWith, expectExit, run, runNode, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'
import { ended, messageOf, startThread } from './support/threads.js'

const scope = useScope()

const elementsAt = (path, type = 'i') => {
  const array = MmapArray.open(path, type)
  const elements = array.tolist()
  array.close()
  return elements
}

/** A file of 1, 2 and 3. */
const oldFile = (name) => scope.file(new Int32Array([1, 2, 3]), name)

const fill = (next) => next.extend([7, 8])

/** Notes the size of the file that is published. */
function watchSize() {
  const { rename } = fs.promises
  let size
  const spy = vi.spyOn(fs.promises, 'rename').mockImplementation((from, to) => {
    size = fs.statSync(from).size
    return rename(from, to)
  })
  scope.atEnd(() => spy.mockRestore())
  return () => size
}

const listed = () => fs.readdirSync(scope.directory).toSorted()

describe('replace', () => {
  test('makes a file, and gives what the callback gave', async () => {
    const path = scope.path()
    expect(await MmapArray.replace(path, 'i', (next) => (fill(next), next.length))).toBe(2)
    expect(elementsAt(path)).toEqual([7, 8])
    expect(await MmapArray.replace(path, 'i', async () => {})).toBeUndefined()
    expect(elementsAt(path)).toEqual([])
    expect(listed()).toEqual([basename(path)])
  })

  test('of a file that is open leaves its arrays and views as they are', async () => {
    const path = oldFile()
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const { view } = array
    await MmapArray.replace(path, 'i', fill)
    expect(elementsAt(path)).toEqual([7, 8])
    array.append(4)
    expect([array.tolist(), [...view]]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3],
    ])
  })

  test('shows the old file until the callback has ended, and then closes the new array', async () => {
    const path = oldFile()
    let kept
    await MmapArray.replace(path, 'i', async (next) => {
      kept = next
      fill(next)
      expect(next.path).toMatch(new RegExp(`^${dirname(path)}/\\.${basename(path)}\\.[0-9a-f]+\\.tmp$`))
      await new Promise(setImmediate)
      expect(elementsAt(path)).toEqual([1, 2, 3])
    })
    expect(kept.closed).toBe(true)
  })

  test('truncates an array that was reserved to its length', async () => {
    const path = scope.path()
    await MmapArray.replace(path, 'i', fill, { capacity: 1000 })
    expect(fs.statSync(path).size).toBe(8)
    await MmapArray.replace(path, 'i', (next) => {
      next.reserve(500)
      next.append(1)
    })
    expect(fs.statSync(path).size).toBe(4)
    await MmapArray.replace(path, 'i', () => {}, { length: 5 })
    expect(elementsAt(path)).toEqual([0, 0, 0, 0, 0])
  })

  test.each([
    ['table.npy', {}],
    ['table', { format: 'npy' }],
  ])('makes %s a .npy file with the options %o', async (name, options) => {
    const path = scope.path(name)
    await MmapArray.replace(path, { at: 'd', n: 'i' }, (next) => next.append({ at: 1.5, n: 2 }), options)
    const array = scope.keep(MmapArray.open(path, undefined, { format: 'npy' }))
    expect(array.tolist()).toEqual([{ at: 1.5, n: 2 }])
    expect(fs.statSync(path).size % 64).toBe(12)
  })

  test('publishes a .npy file without the bytes of removed elements', async () => {
    const path = scope.path('table.npy')
    const publishedSize = watchSize()
    await MmapArray.replace(path, 'i', (next) => {
      next.extend(new Int32Array(1000))
      next.clear()
      next.append(1)
    })
    expect([publishedSize(), elementsAt(path)]).toEqual([132, [1]])
  })

  test('publishes the elements that an appender had not appended yet', async () => {
    const path = scope.path()
    const publishedSize = watchSize()
    await MmapArray.replace(path, 'i', (next) => next.appender().extend([7, 8]))
    expect([publishedSize(), elementsAt(path)]).toEqual([8, [7, 8]])
  })

  test('of a relative path makes the file in the current directory, whose name may be no text', async () => {
    const directory = Buffer.concat([Buffer.from(`${fs.realpathSync(scope.directory)}/`), Buffer.of(0xff)])
    fs.mkdirSync(directory)
    // Node cannot change to such a directory; a shell can.
    const program = script(`await MmapArray.replace('made', 'i', (next) => next.append(1))`)
    const shell = `cd "$(printf '\\377')" && exec "$0" --input-type=module -e "$1"`
    const result = await run('sh', ['-c', shell, process.execPath, program], { cwd: scope.directory })
    expectExit(result)
    expect(fs.readdirSync(directory)).toEqual(['made'])
  })

  test('of a relative path in a directory that was removed throws ENOENT', async () => {
    const result = await runNode(
      `fs.mkdirSync('gone')
       process.chdir('gone')
       fs.rmdirSync('../gone')
       await MmapArray.replace('made', 'i', () => {}).catch(({ code }) => console.log(code))`,
      { cwd: scope.directory },
    )
    expectExit(result)
    expect(result.stdout).toBe('ENOENT\n')
  })

  test('of a subclass gives the callback an array of it', async () => {
    class Table extends MmapArray {}
    await Table.replace(scope.path(), 'i', (next) => expect(next).toBeInstanceOf(Table))
  })

  test.each([
    ['bytes that are no text', () => Buffer.concat([Buffer.from(`${scope.directory}/`), Buffer.from([0xff, 0xfe])])],
    ['a file: URL', () => pathToFileURL(scope.path('a b'))],
    ['a name of 255 bytes', () => scope.path('n'.repeat(255))],
    ['a name of 255 bytes in characters of two', () => scope.path('é'.repeat(127) + 'n')],
  ])('takes a path of %s', async (_, pathOf) => {
    const path = pathOf()
    for (let n = 0; n < 2; n++) {
      await MmapArray.replace(path, 'i', (next) => (fill(next), expect(listed()).toHaveLength(n + 1)))
    }
    expect(elementsAt(path)).toEqual([7, 8])
    expect(listed()).toHaveLength(1)
  })

  test('names the temporary file after the target, in at most 255 bytes and whole characters', () => {
    const named = (name) => temporaryName(Buffer.from(name), '0123456789ab').toString()
    expect(named('a')).toBe('.a.0123456789ab.tmp')
    expect(named('n'.repeat(255))).toBe(`.${'n'.repeat(237)}.0123456789ab.tmp`)
    expect(named('é'.repeat(127))).toBe(`.${'é'.repeat(118)}.0123456789ab.tmp`)
  })

  test('of a relative path keeps to the directory it began in', async () => {
    const before = process.cwd()
    scope.atEnd(() => process.chdir(before))
    process.chdir(scope.directory)
    await MmapArray.replace('a', 'i', (next) => {
      fill(next)
      process.chdir('/')
    })
    expect(elementsAt(scope.path('a'))).toEqual([7, 8])
    expect(listed()).toEqual(['a'])
  })

  test('at the same time as others: the last one to end wins, whole', async () => {
    const path = oldFile()
    let goOn
    const first = MmapArray.replace(path, 'i', async (next) => {
      next.append(1)
      await new Promise((resolve) => (goOn = resolve))
      next.append(1)
    })
    await MmapArray.replace(path, 'i', (next) => next.extend([2, 2]))
    expect(elementsAt(path)).toEqual([2, 2])
    goOn()
    await first
    expect(elementsAt(path)).toEqual([1, 1])
    expect(listed()).toHaveLength(1)
  })

  test('by several processes shows whole versions only', async () => {
    const path = oldFile()
    const writers = [10, 20, 30].map((first) =>
      runNode(
        `const [path, first] = process.argv.slice(1)
         for (let n = 0; n < 30; n++) {
           await MmapArray.replace(path, 'i', (next) => next.extend(new Int32Array(100 * first + n).fill(first)))
         }`,
        { args: [path, String(first)] },
      ),
    )
    const running = new Set(writers)
    const end = Promise.all(writers).finally(() => running.clear())
    const seen = new Set()
    while (running.size > 0) {
      await new Promise(setImmediate)
      const elements = elementsAt(path)
      seen.add(elements.length)
      if (elements.length === 3) continue
      expect(elements.length - 100 * elements[0]).toBeLessThan(30)
      expect(elements.every((element) => element === elements[0])).toBe(true)
    }
    for (const result of await end) expectExit(result)
    expect(seen.size).toBeGreaterThan(3)
    expect(listed()).toHaveLength(1)
  })
})

describe('replace through symbolic links', () => {
  test.each([
    ['one', ['file']],
    ['an absolute one', () => [scope.path('file')]],
    ['three', ['b', './c', 'file']],
    ['one into another directory', ['other/file']],
    ['one through a linked directory', ['linked/../file']],
  ])('%s: exchanges their target, and leaves them', async (_, targets) => {
    fs.mkdirSync(scope.path('other'))
    fs.symlinkSync('other', scope.path('linked'))
    const names = typeof targets === 'function' ? targets() : targets
    const links = ['a', 'b', 'c'].slice(0, names.length)
    for (const [at, link] of links.entries()) fs.symlinkSync(names[at], scope.path(link))
    // It dangles the first time.
    for (const elements of [[1], [2]]) {
      await MmapArray.replace(scope.path('a'), 'i', (next) => next.extend(elements))
      expect(elementsAt(scope.path('a'))).toEqual(elements)
      expect(links.map((link) => fs.readlinkSync(scope.path(link)))).toEqual(names)
      const target = fs.realpathSync(scope.path('a'))
      expect(fs.lstatSync(target).isFile()).toBe(true)
      expect(fs.readdirSync(dirname(target)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    }
  })

  test('a circle of links is ELOOP', async () => {
    fs.symlinkSync('b', scope.path('a'))
    fs.symlinkSync('a', scope.path('b'))
    await expect(MmapArray.replace(scope.path('a'), 'i', fill)).rejects.toMatchObject({ code: 'ELOOP' })
    expect(listed()).toEqual(['a', 'b'])
  })

  test('the format is that of the name that was given', async () => {
    fs.symlinkSync('v1', scope.path('table.npy'))
    await MmapArray.replace(scope.path('table.npy'), 'i', fill)
    expect(MmapArray.open(scope.path('table.npy')).tolist()).toEqual([7, 8])
  })
})

describe('the mode and the owner of what replace publishes', () => {
  const modeOf = (path) => fs.statSync(path).mode & 0o7777

  test('mode is that of the old file, which nobody else reads before', async () => {
    for (const mode of [0o640, 0o444, 0o666, 0o600]) {
      const path = oldFile()
      fs.chmodSync(path, mode)
      await MmapArray.replace(path, 'i', (next) => expect(modeOf(next.path)).toBe(0o600), { mode: 0o777 })
      expect(modeOf(path)).toBe(mode)
    }
  })

  test('mode is the option for a new file, and the one of open without it', async () => {
    const opened = scope.path()
    MmapArray.open(opened, 'i', { flags: 'w+' }).close()
    const [plain, secret] = [scope.path(), scope.path()]
    await MmapArray.replace(plain, 'i', fill)
    await MmapArray.replace(secret, 'i', fill, { mode: 0o600 })
    expect([modeOf(plain), modeOf(secret)]).toEqual([modeOf(opened), 0o600])
  })

  test('mode is the one of the old file at the end of the callback', async () => {
    const path = oldFile()
    await MmapArray.replace(path, 'i', () => fs.chmodSync(path, 0o604))
    expect(modeOf(path)).toBe(0o604)
  })

  const asRoot = test.skipIf(process.getuid() !== 0)

  asRoot('the owner and the group are those of the old file', async () => {
    const path = oldFile()
    fs.chownSync(path, 1234, 2345)
    fs.chmodSync(path, 0o6751)
    await MmapArray.replace(path, 'i', fill)
    const { uid, gid } = fs.statSync(path)
    expect([uid, gid, modeOf(path)]).toEqual([1234, 2345, 0o6751])
  })

  asRoot('a group that may not be kept loses its rights, and the owner its set-user-id', async () => {
    const path = oldFile()
    fs.chmodSync(path, 0o4764)
    fs.chmodSync(scope.directory, 0o777)
    process.setegid(65534)
    process.seteuid(65534)
    try {
      await MmapArray.replace(path, 'i', fill)
    } finally {
      process.seteuid(0)
      process.setegid(0)
    }
    const { uid, gid } = fs.statSync(path)
    expect([uid, gid, modeOf(path)]).toEqual([65534, 65534, 0o744])
  })
})

describe('replace that fails leaves the old file, and nothing else', () => {
  /** Compares what is there before and after a call that fails with a code, and the array's own descriptors and maps. */
  async function expectUntouched(code, call) {
    const state = () => [
      listed(),
      listed().map(
        (name) => fs.lstatSync(join(scope.directory, name)).isFile() && fs.readFileSync(scope.path(name), 'latin1'),
      ),
      process.platform === 'linux' && [descriptors([scope.directory]), maps([scope.directory])],
    ]
    const before = state()
    const error = await call().then(
      () => expect.fail('nothing was thrown'),
      (error) => error,
    )
    expect(error.code ?? error.message, error.stack).toBe(code)
    // A job that was cancelled ends in a moment.
    await vi.waitFor(() => expect(state()).toEqual(before), { timeout: 20_000 })
    return error
  }

  test.each([
    [
      'throws',
      'no',
      () => {
        throw new Error('no')
      },
    ],
    [
      'rejects',
      'no',
      async (next) => {
        fill(next)
        throw new Error('no')
      },
    ],
    ['closes the array', 'ERR_CLOSED', (next) => next.close()],
    [
      'leaves a job behind',
      'ERR_BUSY',
      (next) => (
        next.extend(Int32Array.from({ length: 2_000_000 }, (_, n) => (n * 7919) % 104_729)),
        void next.sortAsync().catch(() => {})
      ),
    ],
    ['appends what does not fit', 'ERR_VALUE_OUT_OF_RANGE', (next) => next.append(2 ** 40)],
    ['finds its file removed', 'ENOENT', (next) => fs.rmSync(next.path)],
    [
      'finds its file truncated',
      'ERR_MEMORY_FAULT',
      (next) => {
        next.extend(new Int32Array(100_000))
        spawnSync('truncate', ['-s', '0', next.path])
        expect(next.view[50_000]).toBe(0)
      },
    ],
  ])('because the callback %s', async (_, code, build) => {
    const path = oldFile()
    await expectUntouched(code, () => MmapArray.replace(path, 'i', (next) => build(next)))
    await expectUntouched(code, () => MmapArray.replace(scope.path('new'), 'i', (next) => build(next)))
  })

  test.each([
    ['the path is missing', 'ERR_INVALID_ARG_TYPE', [undefined, 'i', fill]],
    ['the callback is missing', 'ERR_INVALID_ARG_TYPE', ['old', 'i', { mode: 0o600 }]],
    ['the type is wrong', 'ERR_INVALID_TYPECODE', ['old', 'x', fill]],
    ['the type is missing', 'ERR_INVALID_TYPECODE', ['old', undefined, fill]],
    ['the type of a .npy file is missing', 'ERR_INVALID_TYPECODE', ['new.npy', undefined, fill]],
    ['an option is unknown', 'ERR_INVALID_ARG_TYPE', ['old', 'i', fill, { flags: 'r+' }]],
    ['the mode is wrong', 'ERR_OUT_OF_RANGE', ['old', 'i', fill, { mode: 0o10000 }]],
    ['the format is wrong', 'ERR_OUT_OF_RANGE', ['old', 'i', fill, { format: 'csv' }]],
    ['the signal is none', 'ERR_INVALID_ARG_TYPE', ['old', 'i', fill, { signal: {} }]],
    ['the capacity is too large', 'ENOMEM', ['old', 'i', fill, { capacity: 2 ** 50 }]],
  ])('because %s', async (_, code, [name, ...others]) => {
    oldFile('old')
    await expectUntouched(code, () => MmapArray.replace(name && scope.path(name), ...others))
  })

  // None of them may be outside of the scope's directory: a test that fails could replace it.
  test.each([
    ['is a directory', 'EISDIR', () => scope.directory],
    [
      'is a FIFO',
      'ENODEV',
      () => {
        spawnSync('mkfifo', [scope.path('fifo')])
        return scope.path('fifo')
      },
    ],
    ['is in no directory', 'ENOENT', () => scope.path('missing/file')],
    ['is in a file', 'ENOTDIR', () => join(oldFile(), 'file')],
    ['ends in a slash', 'ENOENT', () => `${scope.path('missing')}/`],
    ['is a file and ends in a slash', 'ENOTDIR', () => `${oldFile()}/`],
    ['is empty', 'ENOENT', () => ''],
    ['is too long', 'ENAMETOOLONG', () => scope.path('n'.repeat(256))],
  ])('because the target %s', async (_, code, pathOf) => {
    const path = pathOf()
    const build = vi.fn(fill)
    await expectUntouched(code, () => MmapArray.replace(path, 'i', build))
    expect(build).not.toHaveBeenCalled()
  })

  test('because a directory took the place of the target meanwhile', async () => {
    const path = oldFile()
    await expect(
      MmapArray.replace(path, 'i', () => {
        fs.rmSync(path)
        fs.mkdirSync(path)
      }),
    ).rejects.toMatchObject({ code: 'EISDIR' })
    expect(listed()).toEqual([basename(path)])
  })

  test.skipIf(process.getuid() !== 0)('because nothing may be made in the directory', async () => {
    const path = oldFile()
    fs.chmodSync(scope.directory, 0o555)
    process.seteuid(65534)
    try {
      await expectUntouched('EACCES', () => MmapArray.replace(path, 'i', fill))
    } finally {
      process.seteuid(0)
    }
  })

  test.each([['the limit of the process on files', 'ulimit -f 64', 'EFBIG']])(
    'because of %s',
    async (_, limit, code) => {
      const path = oldFile()
      const body = script(`
      process.on('SIGXFSZ', () => {})
      const [path] = process.argv.slice(1)
      await MmapArray.replace(path, 'i', (next) => { for (;;) next.extend(new Int32Array(1000)) })
        .catch((error) => console.log(error.code))`)
      const command = [process.execPath, '--input-type=module', '-e', body, '--', path]
      const result = await run('bash', ['-c', `${limit}; exec "$@"`, 'bash', ...command])
      expectExit(result)
      expect(result.stdout).toBe(`${code}\n`)
      expect(elementsAt(path)).toEqual([1, 2, 3])
      expect(listed()).toEqual([basename(path)])
    },
  )
})

describeOnSmallDisk('replace on a full disk', () => {
  test.each([
    ['met by the callback', 'ENOSPC', 'for (;;) next.extend(new Int32Array(1000))'],
    ['met by an appender', 'ENOSPC', 'next.appender({ capacity: 100_000 }).extend(new Int32Array(90_000))'],
    [
      'met by a store into a hole',
      'ERR_MEMORY_FAULT',
      `
       fs.truncateSync(next.path, 40_960)
       next.refresh()
       const { view } = next
       try { for (;;) fs.appendFileSync(directory + '/ballast', Buffer.alloc(4096)) } catch {}
       view.fill(7)`,
    ],
  ])('%s: the old file stays, and nothing is left', async (_, code, build) => {
    const result = await runOnSmallDisk(
      scope.directory,
      '256k',
      `const [directory] = process.argv.slice(1)
       const path = directory + '/table'
       fs.writeFileSync(path, 'old')
       await MmapArray.replace(path, 'i', (next) => { ${build} }).catch((error) => console.log(error.code))
       fs.rmSync(directory + '/ballast', { force: true })
       console.log(fs.readFileSync(path, 'utf8'), fs.readdirSync(directory).join())
       await MmapArray.replace(path, 'i', (next) => next.extend(new Int32Array(1000)))
       console.log(fs.statSync(path).size)`,
    )
    expectExit(result)
    expect(result.stdout).toBe(`${code}\nold table\n4000\n`)
  })
})

describe('replace with a signal', () => {
  test('that is aborted already does not call the callback', async () => {
    const build = vi.fn()
    const signal = AbortSignal.abort(new Error('not needed'))
    await expect(MmapArray.replace(scope.path(), 'i', build, { signal })).rejects.toThrow('not needed')
    expect([build.mock.calls, listed()]).toEqual([[], []])
  })

  test('that aborts during a callback that never ends rejects, closes the array and leaves nothing', async () => {
    const path = oldFile()
    const controller = new AbortController()
    let kept
    const replaced = MmapArray.replace(
      path,
      'i',
      (next) => {
        kept = next
        setImmediate(() => controller.abort(new Error('enough')))
        return new Promise(() => {})
      },
      { signal: controller.signal },
    )
    await expect(replaced).rejects.toThrow('enough')
    expect([kept.closed, elementsAt(path), listed()]).toEqual([true, [1, 2, 3], [basename(path)]])
  })

  test('a callback that fails after the abort raises nothing more', async () => {
    const controller = new AbortController()
    let failed
    const hasFailed = new Promise((resolve) => (failed = resolve))
    const replaced = MmapArray.replace(
      scope.path(),
      'i',
      async (next) => {
        controller.abort(new Error('enough'))
        await new Promise(setImmediate)
        await new Promise(setImmediate)
        try {
          next.append(1)
        } finally {
          failed(next.closed)
        }
      },
      { signal: controller.signal },
    )
    await expect(replaced).rejects.toThrow('enough')
    expect(await hasFailed).toBe(true)
  })

  test('that aborts after the end changes nothing, and keeps no listener', async () => {
    const path = oldFile()
    const controller = new AbortController()
    await MmapArray.replace(path, 'i', fill, { signal: controller.signal })
    controller.abort()
    expect(elementsAt(path)).toEqual([7, 8])
  })
})

describe('a process or thread that ends during replace', () => {
  const begin = `
    await MmapArray.replace(path, 'i', async (next) => {
      next.extend(new Int32Array(1000))
      if (fs.readdirSync(path + '/..').length !== 2) throw new Error('no temporary file')
      END
    })`

  test.each([
    ['process.exit()', 'process.exit(3)', 3],
    ['an uncaught error', "setImmediate(() => { throw new Error('uncaught') }); await new Promise(() => {})", 1],
    ['an event loop with nothing to do', 'await new Promise(() => {})', 13],
  ])('by %s leaves nothing', async (_, end, code) => {
    fs.mkdirSync(scope.path('d'))
    const path = oldFile('d/table')
    const body = `const [path] = process.argv.slice(1).map((path) => fs.realpathSync(path)); ${begin.replaceAll("path + '/..'", "path.slice(0, path.lastIndexOf('/'))").replace('END', end)}`
    const result = await runNode(body, { args: [path] })
    expectExit(result, code)
    expect([elementsAt(path), fs.readdirSync(scope.path('d'))]).toEqual([[1, 2, 3], ['table']])
  })

  test('by SIGKILL leaves the old file and a temporary one', async () => {
    const path = oldFile('table')
    const result = await runNode(
      `await MmapArray.replace(process.argv[1], 'i', (next) => { next.append(1); process.kill(process.pid, 'SIGKILL') })`,
      { args: [path] },
    )
    expect([result.code, result.signal]).toEqual([null, 'SIGKILL'])
    expect(elementsAt(path)).toEqual([1, 2, 3])
    expect(listed()).toEqual([expect.stringMatching(/^\.table\.[0-9a-f]{12}\.tmp$/), 'table'])
  })

  test('by SIGKILL at any moment leaves one whole version', { timeout: 120_000 }, async () => {
    const path = scope.path('table')
    for (let delay = 0; delay < 40; delay += 8) {
      const child = run(
        'bash',
        [
          '-c',
          '"$@" & read; sleep "0.0$0"; kill -9 $!',
          String(delay).padStart(2, '0'),
          process.execPath,
          '--input-type=module',
          '-e',
          script(
            `for (let n = 1; ; n++) await MmapArray.replace(process.argv[1], 'i', (next) => next.extend(new Int32Array(1000 + n).fill(n)))`,
          ),
          '--',
          path,
        ],
        { input: '\n' },
      )
      await child
      if (!fs.existsSync(path)) continue
      const elements = elementsAt(path)
      expect(elements.length === 1000 + elements[0] && elements.every((element) => element === elements[0])).toBe(true)
    }
  })

  test('worker.terminate() and process.exit() in a worker leave nothing', async () => {
    const path = oldFile('table')
    const inWorker = (end) =>
      startThread(
        `MmapArray.replace(workerData, 'i', async (next) => { next.append(1); post('begun'); ${end}; await new Promise(() => {}) })
         setInterval(() => {}, 1000)`,
        path,
      )
    const terminated = inWorker('')
    await messageOf(terminated)
    expect(listed()).toHaveLength(2)
    await terminated.terminate()
    expect(listed()).toEqual(['table'])
    const exited = inWorker('process.exit()')
    await ended(exited)
    expect(listed()).toEqual(['table'])
    expect(elementsAt(path)).toEqual([1, 2, 3])
  })
})

describeWith('strace', ['-V'], 'the order of the calls to the system', () => {
  onLinux('by strace', test)('replace syncs the file, renames it, and syncs the directory', async () => {
    const path = oldFile('table')
    const log = scope.path('log')
    const body = script(`await MmapArray.replace(process.argv[1], 'i', (next) => next.append(1))`)
    const traced = ['-f', '-qq', '-y', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2', '-o', log]
    const command = [process.execPath, '--input-type=module', '-e', body, '--', path]
    expectExit(await run('strace', [...traced, ...command]))
    const calls = fs
      .readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(scope.directory))
      .map((line) => /(\w+)\(/.exec(line)[1].replace(/^renameat2?$/, 'rename') + (line.includes('.tmp') ? ' new' : ''))
    expect(calls).toEqual(['fsync new', 'rename new', 'fsync'])
  })
})
