// Kernels and sandboxes that refuse calls which only Linux has, one by one and all at once: every member works, or throws a
// documented code. Nothing crashes, and append never fails with ENOSYS.
import { expect, test } from 'vitest'
import { INDEX, describeWhereAllowed, expectExit, run, script } from './support/processes.js'
import { REFUSABLE, describeRefusing, runRefusing } from './support/refused-calls.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** Calls each member in turn, and prints as JSON what each came to: 'ok', or the code of its error. */
const EVERYTHING = `
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
const directory = process.argv[1]
const at = (name) => path.join(directory, name)
const outcomes = {}
const attempt = async (name, call) => {
  try {
    await call()
    outcomes[name] = 'ok'
  } catch (error) {
    outcomes[name] = error.code === 'ERR_ASSERTION' || !error.code ? String(error.stack) : error.code
  }
}
const inChild = (handle, body) => {
  const source = \`import { MmapArray } from '\${process.env.MMAP_ARRAY_INDEX}'
    const array = MmapArray.attach(\${JSON.stringify(handle)})
    \${body}\`
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' })
  if (status !== 0) throw Object.assign(new Error(stderr), { code: /code: '(\\w+)'/.exec(stderr)?.[1] })
  assert.deepEqual([status, signal], [0, null])
}
const MUCH = 6 << 20

const makers = {
  memory: () => new MmapArray('i', [1, 2, 3]),
  file: () => {
    const array = MmapArray.open(at('file'), 'i', { flags: 'w+' })
    array.extend([1, 2, 3])
    return array
  },
  npy: () => {
    const array = MmapArray.open(at('file.npy'), 'i', { flags: 'w+' })
    array.extend([1, 2, 3])
    return array
  },
  'named memory': () => {
    const array = MmapArray.openShm('mmap-array-refused-' + process.pid, 'i', { flags: 'wx+' })
    MmapArray.unlinkShm('mmap-array-refused-' + process.pid)
    array.extend([1, 2, 3])
    return array
  },
}
for (const [kind, make] of Object.entries(makers)) {
  let array
  await attempt(kind + ' create', () => (array = make()))
  if (!array) continue
  const member = (name, call) => attempt(kind + ' ' + name, call)
  await member('append', () => {
    array.append(4)
    array.extend(array)
    assert.deepEqual(array.tolist(), [1, 2, 3, 4, 1, 2, 3, 4])
  })
  await member('reserve', () => {
    array.reserve(2000)
    array.append(5)
    array.insert(0, 0)
    assert.deepEqual([...array.slice(0, 10)], [0, 1, 2, 3, 4, 1, 2, 3, 4, 5])
  })
  await member('trim', () => {
    array.trim()
    assert.equal(array.capacity, 10)
    array.append(6)
    array.pop()
  })
  await member('much', () => {
    array.extend(new Int32Array(MUCH / 4).fill(7))
    assert.equal(array.count(7), MUCH / 4)
    array.deleteSlice(10)
    assert.equal(array.length, 10)
  })
  for (const advice of ['normal', 'random', 'sequential', 'willneed', 'dontneed', 'hugepage', 'populate']) {
    await member('advise ' + advice, () => array.advise(advice))
  }
  await member('flush', () => array.flush())
  await member('refresh', () => assert.equal(array.refresh(), 10))
  await member('tofile', () => {
    array.tofile(at('copy'))
    assert.equal(fs.statSync(at('copy')).size, 40)
  })
  await member('fromfile', () => {
    array.fromfile(at('copy'), 10)
    assert.equal(array.length, 20)
  })
  await member('tofileAsync and fromfileAsync', async () => {
    await array.tofileAsync(at('copy'))
    await array.fromfileAsync(at('copy'), 20)
    assert.equal(array.length, 40)
    array.deleteSlice(10)
  })
  await member('lock', () => {
    array.lock()
    array.unlock()
  })
  await member('wait', async () => {
    assert.equal(array.wait(0, 5), 'not-equal')
    assert.equal(array.wait(0, 0, 5), 'timed-out')
    const sleep = array.waitAsync(0, 0)
    let woken = 0
    while (woken === 0) {
      woken = array.notify(0)
      await new Promise(setImmediate)
    }
    assert.deepEqual([woken, await sleep], [1, 'ok'])
  })
  let handle
  await member('handle', () => (handle = array.handle()))
  if (handle) {
    await member('attach', () => assert.deepEqual(MmapArray.attach(handle).tolist(), array.tolist()))
    // Named memory has lost its name by now.
    if (kind !== 'named memory') {
      await member('another process', async () => {
        const sleep = array.waitAsync(1, 1, 60000)
        sleep.catch(() => {})
        inChild(handle, 'array.append(8); array.set(1, 9); array.notify(1)')
        assert.match(await sleep, /ok|not-equal/)
        array.refresh()
        assert.deepEqual([array.get(1), array.get(-1)], [9, 8])
      })
    }
    await member('append with a handle', () => {
      const { length } = array
      array.append(1)
      array.extend([2, 3])
      assert.equal(array.length, length + 3)
    })
  }
  await member('fromFd', () => {
    const other = MmapArray.fromFd(array.fd, 'i', { flags: 'r+', ...(kind === 'npy' && { offset: 128 }) })
    const { length } = other
    other.append(77)
    assert.equal(other.length, length + 1)
    other.close()
  })
  await member('close', () => array.close())
}
await attempt('copy-on-write', () => {
  const array = MmapArray.open(at('file'), 'i', { flags: 'c' })
  array.set(0, 70)
  assert.equal(array.get(0), 70)
})
await attempt('read-only', () => assert.equal(MmapArray.open(at('file'), 'i').get(1), 9))
console.log(JSON.stringify(outcomes))
`

/** Every outcome that is not 'ok', of a process that ended by itself. */
function failuresOf(result) {
  expectExit(result)
  const outcomes = Object.entries(JSON.parse(result.stdout))
  expect(outcomes.length).toBeGreaterThan(70)
  return Object.fromEntries(outcomes.filter(([, outcome]) => outcome !== 'ok'))
}

const NO_PROC = 'ERR_UNSUPPORTED_RUNTIME'
const KINDS = ['memory', 'file', 'npy', 'named memory']

function refusing(calls, code) {
  return runRefusing(calls, code, EVERYTHING, { args: [scope.directory], env: { MMAP_ARRAY_INDEX: INDEX } })
}

describeRefusing('a refused call', () => {
  const codes = ['EPERM', 'ENOSYS']
  const rows = REFUSABLE.filter((call) => call !== 'flock').flatMap((call) => codes.map((code) => [call, code]))

  test.each(rows)('%s, with %s: everything works', async (call, code) => {
    expect(failuresOf(await refusing([call], code))).toEqual({})
  })

  // A lock of another kind would not exclude those of other programs, and may be lost by any close of the file.
  test.each(codes)('flock, with %s: only lock fails, with this code', async (code) => {
    const failures = Object.fromEntries(KINDS.map((kind) => [`${kind} lock`, code]))
    expect(failuresOf(await refusing(['flock'], code))).toEqual(failures)
  })

  test.each(codes)('all but flock at once, with %s: everything works', async (code) => {
    const calls = REFUSABLE.filter((call) => call !== 'flock')
    expect(failuresOf(await refusing(calls, code))).toEqual({})
  })
})

const UNSHARE = process.getuid() === 0 ? ['-m'] : ['-Urm']
const HIDE_PROC = 'mount -t tmpfs tmpfs /proc'

describeWhereAllowed('unshare', [...UNSHARE, 'sh', '-c', HIDE_PROC], 'without /proc', () => {
  test('only what no name leads to cannot be locked, and not be reached from another process', async () => {
    const node = [process.execPath, '--input-type=module', '-e', script(EVERYTHING), '--', scope.directory]
    const result = await run('unshare', [...UNSHARE, 'sh', '-c', `${HIDE_PROC} && exec "$@"`, 'sh', ...node], {
      env: { ...process.env, MMAP_ARRAY_PORTABLE: '0', MMAP_ARRAY_INDEX: INDEX },
    })
    expect(failuresOf(result)).toEqual({
      'named memory lock': NO_PROC,
      'memory lock': NO_PROC,
      'memory another process': 'ERR_STALE_HANDLE',
    })
  })
})
