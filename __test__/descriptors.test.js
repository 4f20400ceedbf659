// fd and fromFd: an array handed on as a descriptor.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { describeWith, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const numbers = () => scope.keep(new MmapArray('i', [1, 2, 3]))

/** Runs a program that has the array as descriptor 3. */
async function withDescriptor(array, command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit', array.fd] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const [code, signal] = await once(child, 'close')
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  return output
}

test('reading fd makes the array exact', () => {
  const array = numbers()
  expect(array.capacity).toBeGreaterThan(3)
  expect(fs.fstatSync(array.fd).size).toBe(12)
  expect(array.capacity).toBe(3)
})

test('the descriptor is duplicated, and the caller keeps its own', () => {
  const array = numbers()
  const descriptor = fs.openSync(`/proc/self/fd/${array.fd}`, 'r+')
  const other = MmapArray.fromFd(descriptor, 'i', { flags: 'r+' })
  other.append(4)
  expect(array.refresh()).toBe(4)
  expect(other.path).toBe(null)
  other.close()
  expect(fs.fstatSync(descriptor).size).toBe(16)
  fs.closeSync(descriptor)
})

/** Where a read without a position would begin. */
function positionOf(descriptor) {
  const info = fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')
  return Number(/^pos:\s*(\d+)$/m.exec(info)[1])
}

describe('the position of the file', () => {
  const used = (array) => {
    array.append(4)
    array.refresh()
    array.extend([5, 6])
    array.pop()
    array.append(7)
    return array
  }

  test.each([
    ['anonymous memory', numbers],
    ['a file', () => scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))],
  ])('is at the start where fd gives it, and stays where its user put it: %s', (_, make) => {
    const array = used(make())
    const descriptor = array.fd
    expect(positionOf(descriptor)).toBe(0)
    fs.readSync(descriptor, new Uint8Array(4))
    expect(used(array).fd).toBe(descriptor)
    expect(positionOf(descriptor)).toBe(4)
  })

  test('of a descriptor of the user stays where it is', () => {
    const path = scope.path()
    fs.writeFileSync(path, new Uint8Array(12))
    const descriptor = fs.openSync(path, 'r+')
    fs.readSync(descriptor, new Uint8Array(5))
    used(scope.keep(MmapArray.fromFd(descriptor, 'i', { flags: 'r+' })))
    expect(positionOf(descriptor)).toBe(5)
    fs.closeSync(descriptor)
  })
})

test('a child of ours takes it from stdio', async () => {
  const array = numbers()
  const body = `const array = MmapArray.fromFd(3, 'i', { flags: 'r+' })
    array.set(0, 10)
    array.append(4)
    console.log(String(array))`
  const output = await withDescriptor(array, process.execPath, ['--input-type=module', '-e', script(body)])
  expect(output).toBe("MmapArray('i', [10, 2, 3, 4])\n")
  expect(array.refresh()).toBe(4)
  expect(array.get(0)).toBe(10)
})

describeWith('python3', ['--version'], 'with Python', () => {
  test('a Python child takes it from stdio', async () => {
    const array = numbers()
    const code = `import mmap, os
view = memoryview(mmap.mmap(3, 0)).cast('i')
print(list(view))
view[1] = 20`
    expect(await withDescriptor(array, 'python3', ['-c', code])).toBe('[1, 2, 3]\n')
    expect(array.get(1)).toBe(20)
  })

  test('a Python child appends to it, and what both append is kept', async () => {
    const array = numbers()
    // O_APPEND belongs to the open file, which the child shares: it writes where the end is.
    const code = `import array, os
for number in range(10, 15):
    os.lseek(3, 0, os.SEEK_END)
    assert os.write(3, array.array('i', [number])) == 4`
    expect(await withDescriptor(array, 'python3', ['-c', code])).toBe('')
    expect(array.length).toBe(3)
    array.append(4)
    expect(array.tolist()).toEqual([1, 2, 3, 10, 11, 12, 13, 14, 4])
  })
})

describe('pipes', () => {
  const pipe = () => {
    const path = scope.path()
    expect(spawnSync('mkfifo', [path]).status).toBe(0)
    return path
  }

  /** Runs a shell command that reads from or writes to a FIFO while this thread does the other. */
  async function beside(command, path, body) {
    const child = run('sh', ['-c', command, path])
    body()
    return child
  }

  test('tofile into a pipe, by path and by descriptor', async () => {
    const array = scope.keep(
      new MmapArray(
        'i',
        Int32Array.from({ length: 100_000 }, (_, n) => n),
      ),
    )
    const path = pipe()
    const copy = scope.path()
    const byPath = await beside(`cat "$0" > ${copy}`, path, () => array.tofile(path))
    expectExit(byPath)
    expect(fs.readFileSync(copy).equals(array.tobytes())).toBe(true)
    const byDescriptor = await beside(`cat "$0" > ${copy}`, path, () => {
      const descriptor = fs.openSync(path, 'w')
      array.tofile(descriptor)
      array.tofile({ fd: descriptor })
      fs.closeSync(descriptor)
    })
    expectExit(byDescriptor)
    expect(fs.readFileSync(copy).equals(Buffer.concat([array.tobytes(), array.tobytes()]))).toBe(true)
  })

  test('fromfile out of a pipe, whose parts are no whole elements', async () => {
    const array = scope.keep(new MmapArray('i', [5]))
    const path = pipe()
    const command = `{ for part in 'ab' 'cd' 'efg' 'h' 'ijkl' 'mn'; do printf %s "$part"; sleep 0.01; done; } > "$0"`
    const child = await beside(command, path, () => {
      const descriptor = fs.openSync(path, 'r')
      array.fromfile(descriptor, 2)
      expect(array.length).toBe(3)
      array.fromfile(descriptor, 1)
      // Two bytes are left, which are no element.
      expectError('ERR_UNEXPECTED_EOF', () => array.fromfile(descriptor, 1))
      fs.closeSync(descriptor)
    })
    expectExit(child)
    expect(array.slice(1).buffer).toEqual(Uint8Array.from(Buffer.from('abcdefghijkl')).buffer)
    const byPath = await beside('head -c 400000 /dev/zero > "$0"', path, () => array.fromfile(path, 100_000))
    expectExit(byPath)
    expect(array.length).toBe(100_004)
  })

  test('a pipe whose reader has gone is EPIPE, and no death by SIGPIPE', async () => {
    const array = scope.keep(new MmapArray('i', new Int32Array(1_000_000)))
    const path = pipe()
    const child = await beside('head -c 4 "$0" > /dev/null', path, () => {
      expectError('EPIPE', () => array.tofile(path))
    })
    expectExit(child)
    expect(array.count(0)).toBe(1_000_000)
  })
})

test('what cannot be an array is refused', () => {
  const path = scope.file(Buffer.alloc(8))
  const readOnly = fs.openSync(path, 'r')
  const writeOnly = fs.openSync(path, 'a')
  const directory = fs.openSync(scope.directory, 'r')
  expectError('EACCES', () => MmapArray.fromFd(readOnly, 'i', { flags: 'r+' }))
  expectError('EACCES', () => MmapArray.fromFd(writeOnly, 'i'))
  expectError('EISDIR', () => MmapArray.fromFd(directory, 'i'))
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.fromFd(readOnly, 'i', { flags: 'wx+' }))
  expect(scope.keep(MmapArray.fromFd(readOnly, 'i')).tolist()).toEqual([0, 0])
  for (const descriptor of [readOnly, writeOnly, directory]) fs.closeSync(descriptor)
  expectError('EBADF', () => MmapArray.fromFd(999_999, 'i'))
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.fromFd(-1, 'i'))
  for (const wrong of [undefined, null, '3', 1.5, {}]) {
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.fromFd(wrong, 'i'))
  }
})

test('a closed array has none', () => {
  const array = numbers()
  array.close()
  expect(array.fd).toBe(-1)
})
