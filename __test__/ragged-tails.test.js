// Files that end inside an element: who may truncate them to whole elements, and under which lock.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { describePython } from './support/python.js'
import { describeRefusing, runRefusing } from './support/refused-calls.js'
import { expectExit } from './support/processes.js'
import { useScope } from './support/scope.js'
import { encode, typecode } from './support/typecodes.js'

const scope = useScope()
const i = typecode('i')
const ragged = Buffer.concat([encode(i, [1, 2]), Buffer.from([0xaa, 0xbb])])
const open = (path, options) => scope.keep(MmapArray.open(path, 'i', options))

describe("the option tail: 'cut'", () => {
  test.each([
    ['append', (array) => array.append(3), [1, 2, 3]],
    ['extend', (array) => array.extend([3, 4]), [1, 2, 3, 4]],
    ['extend with the array itself', (array) => array.extend(array), [1, 2, 1, 2]],
    ['insert', (array) => array.insert(0, 0), [0, 1, 2]],
    ['pop', (array) => array.pop(), [1]],
    ['clear', (array) => array.clear(), []],
    ['deleteSlice', (array) => array.deleteSlice(0, 1), [2]],
    ['setSlice', (array) => array.setSlice([7, 8, 9], 1), [1, 7, 8, 9]],
    ['repeatInPlace', (array) => array.repeatInPlace(2), [1, 2, 1, 2]],
    ['fromfile', (array) => array.fromfile(scope.file(encode(i, [3])), 1), [1, 2, 3]],
    ['fromfileAsync', (array) => array.fromfileAsync(scope.file(encode(i, [3])), 1), [1, 2, 3]],
    ['reserve', (array) => array.reserve(100), [1, 2]],
  ])('%s truncates the file to whole elements first', async (_, change, expected) => {
    const path = scope.file(ragged)
    const array = open(path, { flags: 'r+', tail: 'cut' })
    expect([array.length, fs.statSync(path).size]).toEqual([2, 10])
    await change(array)
    expect(array.tolist()).toEqual(expected)
    array.close()
    expect(fs.readFileSync(path)).toEqual(encode(i, expected))
  })

  test('with capacity truncates the file before it reserves', () => {
    const path = scope.file(ragged)
    const array = open(path, { flags: 'a+', tail: 'cut', capacity: 100 })
    array.append(3)
    array.close()
    expect(fs.readFileSync(path)).toEqual(encode(i, [1, 2, 3]))
  })

  test('with offset counts elements from there', () => {
    const path = scope.file(Buffer.concat([Buffer.from('head'), ragged]))
    open(path, { flags: 'r+', tail: 'cut', offset: 4 }).append(3)
    expect(fs.readFileSync(path)).toEqual(Buffer.concat([Buffer.from('head'), encode(i, [1, 2, 3])]))
  })

  test('with length fills with zeros behind the whole elements, and without it the call fails', () => {
    const path = scope.file(ragged)
    expectError('ERR_RAGGED_LENGTH', () => open(path, { flags: 'a+', length: 4 }))
    expect(fs.readFileSync(path)).toEqual(ragged)
    expect(open(path, { flags: 'a+', length: 4, tail: 'cut' }).tolist()).toEqual([1, 2, 0, 0])
    expect(fs.readFileSync(path)).toEqual(encode(i, [1, 2, 0, 0]))
  })

  test('of one array does not let another truncate the file', () => {
    const path = scope.file(ragged)
    const array = open(path, { flags: 'r+', tail: 'cut' })
    const other = scope.keep(MmapArray.attach(array.handle()))
    expectError('ERR_RAGGED_LENGTH', () => other.append(3))
    expect(fs.readFileSync(path)).toEqual(ragged)
    array.append(3)
    other.append(4)
    expect(other.tolist()).toEqual([1, 2, 3, 4])
  })

  test('with another value or for a .npy file is an error, and creates no file', () => {
    const path = scope.path()
    expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { flags: 'w+', tail: 'keep' }))
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.open(path, 'i', { flags: 'w+', tail: true }))
    expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'i', { flags: 'w+', tail: 'cut', format: 'npy' }))
    expect(fs.existsSync(path)).toBe(false)
  })

  test('works for named memory and for a descriptor', () => {
    const name = `mmap-array-ragged-${process.pid}`
    scope.atEnd(() => MmapArray.unlinkShm(name))
    scope.keep(MmapArray.openShm(name, 'B', { flags: 'wx+' })).extend(ragged)
    const shared = scope.keep(MmapArray.openShm(name, 'i', { flags: 'r+', tail: 'cut' }))
    shared.append(3)
    expect(shared.tolist()).toEqual([1, 2, 3])
    const bytes = scope.keep(new MmapArray('B', ragged))
    const memory = scope.keep(MmapArray.fromFd(bytes.fd, 'i', { flags: 'r+', tail: 'cut' }))
    memory.append(3)
    expect(memory.tolist()).toEqual([1, 2, 3])
  })
})

/** Takes the lock on appends, as docs/durability.md says, says so, and keeps it until its input ends. */
const HOLDER = `
import fcntl, os, struct, sys
file = os.open(sys.argv[1], os.O_RDWR)
command, kind = (fcntl.F_OFD_SETLK, 2**62) if sys.argv[2] == 'one byte' else (fcntl.F_SETLK, 0)
length = 1 if kind else 0
fcntl.fcntl(file, command, struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, kind, length, 0))
print('locked', flush=True)
sys.stdin.read()
`

describePython('the lock on appends', () => {
  test.each(['one byte', 'the whole file'])(
    'held on %s by a stopped process is ERR_LOCKED with its pid',
    async (what) => {
      const path = scope.file(ragged)
      const holder = spawn('python3', ['-c', HOLDER, path, what], { stdio: ['pipe', 'pipe', 'inherit'] })
      scope.atEnd(() => holder.kill('SIGKILL'))
      await once(holder.stdout, 'data')
      holder.kill('SIGSTOP')
      const array = open(path, { flags: 'r+', tail: 'cut' })
      const isNamed = process.env.MMAP_ARRAY_PORTABLE !== '1' || what === 'the whole file'
      const pid = isNamed ? holder.pid : undefined
      for (const change of [() => array.append(3), () => array.pop()]) {
        expect(expectError('ERR_LOCKED', change).pid).toBe(pid)
        expect(fs.readFileSync(path)).toEqual(ragged)
      }
      const read = array.fromfileAsync(scope.file(encode(i, [3])), 1)
      await expect(read).rejects.toMatchObject({ code: 'ERR_LOCKED' })
      expect(fs.readFileSync(path)).toEqual(ragged)
      expect(array.tolist()).toEqual([1, 2])
      expect(array.refresh()).toBe(2)
      const exit = once(holder, 'exit')
      holder.kill('SIGCONT')
      holder.stdin.end()
      expect(await exit).toEqual([0, null])
      array.append(3)
      expect(array.tolist()).toEqual([1, 2, 3])
    },
  )

  test('is not needed by scalars, by reserved arrays and by .npy files', async () => {
    const path = scope.file(encode(i, [1, 2]))
    const npy = scope.keep(MmapArray.open(scope.path('whole.npy'), 'i', { flags: 'w+' }))
    for (const held of [path, npy.path]) {
      const holder = spawn('python3', ['-c', HOLDER, held, 'one byte'], { stdio: ['pipe', 'pipe', 'inherit'] })
      scope.atEnd(() => holder.kill('SIGKILL'))
      await once(holder.stdout, 'data')
    }
    const array = open(path, { flags: 'r+' })
    array.append(3)
    array.reserve(100)
    array.append(4)
    npy.append(5)
    expect([array.tolist(), npy.tolist()]).toEqual([[1, 2, 3, 4], [5]])
  })
})

describeRefusing('without locks of open file descriptions', () => {
  test.each(['EPERM', 'ENOSYS', 'EINVAL', 'ENOLCK', 'EOPNOTSUPP'])(
    '%s: appends work, and no tail is cut',
    async (code) => {
      const path = scope.file(ragged)
      const result = await runRefusing(
        ['F_OFD_SETLK'],
        code,
        `const array = MmapArray.open(process.argv[1], 'i', { flags: 'r+', tail: 'cut' })
      try { array.append(3) } catch (error) { console.log(error.code) }
      fs.truncateSync(process.argv[1], 8)
      array.append(3)
      console.log(array.tolist().join())`,
        { args: [path] },
      )
      expectExit(result)
      expect(result.stdout).toBe('ERR_RAGGED_LENGTH\n1,2,3\n')
    },
  )
})
