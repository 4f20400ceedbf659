// Ways to lose data that hostile users found. What broke: a reserved file that somebody had cut was written behind the cut
// and looked whole again, with zeros for what was lost; through a descriptor opened for appending elements went behind the room.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const MANY = 50_000

test.each([
  ['extend of much', (array) => array.extend(new Float64Array(MANY))],
  ['reserve of more', (array) => array.reserve(10 * MANY)],
  ['trim', (array) => array.trim()],
])('%s tells that somebody cut the file', (_, call) => {
  const path = scope.path()
  const array = scope.keep(MmapArray.open(path, 'd', { flags: 'w+', capacity: 2 * MANY }))
  array.extend(new Float64Array(1000).fill(3))
  fs.truncateSync(path, 80)
  expectError('ERR_MEMORY_FAULT', () => call(array))
  expect(fs.statSync(path).size).toBe(80)
  expect(array.refresh()).toBe(10)
  expect(array.tolist()).toEqual(Array.from({ length: 10 }, () => 3))
})

// What broke: the second attempt to trim, when the array was dropped, was to no elements.
test.each(['raw', 'npy'])('close of a file that somebody cut tells, and takes no more of it (%s)', (format) => {
  const path = scope.path()
  const array = MmapArray.open(path, 'd', { flags: 'w+', format })
  array.extend(new Float64Array(MANY).fill(3))
  array.trim()
  const header = fs.readFileSync(path).subarray(0, 128)
  array.reserve(2 * MANY)
  fs.truncateSync(path, 8000)
  expectError('ERR_MEMORY_FAULT', () => array.close())
  expect(array.closed).toBe(true)
  expect(fs.statSync(path).size).toBe(8000)
  if (format === 'npy') expect(fs.readFileSync(path).subarray(0, 128)).toEqual(header)
})

// What broke: the file was truncated to the elements of the array that had reserved it, and what others had appended was gone.
describe('a reserved file to which another process appended', () => {
  const appendElsewhere = async (path) => {
    const result = await runNode(`MmapArray.open(${JSON.stringify(path)}, 'd', { flags: 'a+' }).extend([5, 6])`)
    expectExit(result)
  }
  const expected = [1, 2, ...Array(8).fill(0), 5, 6]
  const contents = (path) => new Float64Array(new Uint8Array(fs.readFileSync(path)).buffer)

  test.each([
    ['trim', (array) => array.trim()],
    ['flush', (array) => array.flush()],
    ['handle', (array) => array.handle()],
    ['fd', (array) => array.fd],
    ['reserve of more', (array) => array.reserve(100)],
    ['append beyond the capacity', (array) => array.extend(new Float64Array(20))],
    ['close', (array) => array.close()],
  ])('%s throws and loses nothing', async (_, call) => {
    const path = scope.path()
    const array = MmapArray.open(path, 'd', { flags: 'w+' })
    array.reserve(10)
    array.extend([1, 2])
    await appendElsewhere(path)
    expectError('ERR_OTHER_WRITER', () => call(array))
    expect(Array.from(contents(path))).toEqual(expected)
    if (!array.closed) {
      expect(array.tolist()).toEqual([1, 2])
      expectError('ERR_OTHER_WRITER', () => array.close())
    }
    expect(Array.from(contents(path))).toEqual(expected)
  })

  // What broke: the job compared the file only with the room, and wrote over what others had appended.
  test('fromfileAsync beyond the capacity rejects and loses nothing', async () => {
    const [path, source] = [scope.path(), scope.path()]
    fs.writeFileSync(source, new Float64Array(20).fill(3))
    const array = MmapArray.open(path, 'd', { flags: 'w+' })
    array.reserve(10)
    array.extend([1, 2])
    await appendElsewhere(path)
    await expect(array.fromfileAsync(source, 20)).rejects.toMatchObject({ code: 'ERR_OTHER_WRITER' })
    expectError('ERR_OTHER_WRITER', () => array.close())
    expect(Array.from(contents(path))).toEqual(expected)
  })

  test('the end of the process loses nothing', async () => {
    const path = scope.path()
    const result = await runNode(`
      const array = MmapArray.open(${JSON.stringify(path)}, 'd', { flags: 'w+' })
      array.reserve(10)
      array.extend([1, 2])
      MmapArray.open(${JSON.stringify(path)}, 'd', { flags: 'a+' }).extend([5, 6])`)
    expectExit(result)
    expect(Array.from(contents(path))).toEqual(expected)
  })
})

// What broke: the file was only compared with the array's length, and a file that others had cut behind it passed for whole.
describe.each(['raw', 'npy'])('a reserved file that others cut inside its capacity (%s)', (format) => {
  const header = format === 'npy' ? 128 : 0

  /** 10 elements, room for 1000, cut to 40: all of it lies in one page. */
  const cut = () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'w+', capacity: 1000, format }))
    array.extend(new Float64Array(10).fill(3))
    // From then on elements are appended without the core, which would tell.
    for (let n = 0; n < 20; n++) array.get(0)
    fs.truncateSync(path, header + 40 * 8)
    for (let value = 0; value < 5; value++) array.append(value)
    return { path, array }
  }
  const sizeOf = (path) => fs.statSync(path).size - header

  test.each([
    ['trim', (array) => array.trim()],
    ['flush', (array) => array.flush()],
    ['handle', (array) => array.handle()],
    ['fd', (array) => array.fd],
    ['reserve of less', (array) => array.reserve(20)],
    ['reserve of more', (array) => array.reserve(2000)],
    ['extend beyond the capacity', (array) => array.extend(new Float64Array(2000))],
    ['close', (array) => array.close()],
  ])('%s throws and leaves the file as found', (_, call) => {
    const { path, array } = cut()
    expectError('ERR_MEMORY_FAULT', () => call(array))
    expect(sizeOf(path)).toBe(40 * 8)
    // A file that others make as long again is not whole by that.
    if (!array.closed) {
      fs.truncateSync(path, header + 1000 * 8)
      expectError('ERR_MEMORY_FAULT', () => call(array))
      expect(sizeOf(path)).toBe(1000 * 8)
      array.refresh()
    }
  })

  test('flushAsync rejects', async () => {
    const { path, array } = cut()
    await expect(array.flushAsync()).rejects.toMatchObject({ code: 'ERR_MEMORY_FAULT' })
    expect(sizeOf(path)).toBe(40 * 8)
    array.refresh()
  })

  test('close releases everything before it throws', () => {
    const { path, array } = cut()
    const { view } = array
    expectError('ERR_MEMORY_FAULT', () => array.close())
    expect(array.closed).toBe(true)
    expect(view.length).toBe(0)
    expect(fs.readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === path)).toEqual([])
    array.close()
    expect(sizeOf(path)).toBe(40 * 8)
  })

  test('refresh takes the smaller capacity over, and the array works again', () => {
    const { path, array } = cut()
    expectError('ERR_MEMORY_FAULT', () => array.trim())
    expect(array.refresh()).toBe(15)
    expect(array.capacity).toBe(40)
    for (let value = 5; value < 100; value++) array.append(value)
    array.trim()
    expect(array.tolist()).toEqual([...Array(10).fill(3), ...Array(100).keys()])
    expect(sizeOf(path)).toBe(110 * 8)
  })

  test('garbage collection and the end of the process leave the file as found', async () => {
    const path = scope.path()
    const result = await runNode(
      `
      const path = ${JSON.stringify(path)}
      const cut = (end) => {
        const array = MmapArray.open(path + end, 'd', { flags: 'w+', capacity: 1000, format: '${format}' })
        array.append(1)
        fs.truncateSync(path + end, ${header} + 40 * 8)
        return array
      }
      const isOpen = (end) =>
        fs.readdirSync('/proc/self/fd').some((fd) => {
          try { return fs.readlinkSync('/proc/self/fd/' + fd) === path + end } catch { return false }
        })
      globalThis.kept = cut('.exit')
      cut('.collected')
      while (isOpen('.collected')) {
        gc()
        await new Promise(setImmediate)
      }
      console.log('end')`,
      { nodeOptions: ['--expose-gc'] },
    )
    expectExit(result)
    expect(result.stdout).toBe('end\n')
    expect(['.collected', '.exit'].map((end) => sizeOf(path + end))).toEqual([40 * 8, 40 * 8])
  })

  test('a file that another array reserved more of is no error', () => {
    const path = scope.path()
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'w+', capacity: 1000, format }))
    array.append(1)
    const other = scope.keep(MmapArray.open(path, 'd', { flags: 'r+', format }))
    other.reserve(5000)
    array.reserve(900)
    array.append(2)
    array.trim()
    expect(sizeOf(path)).toBe(16)
    expectError('ERR_MEMORY_FAULT', () => other.trim())
    other.refresh()
  })
})

const linkOf = (fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

// What broke: the array had told of the fault, and then cut the file that others had written anew meanwhile.
describe('a reserved file that others cut and wrote anew after the array had met the fault', () => {
  const body = (end) => `
    import { spawnSync } from 'node:child_process'
    const path = process.argv[1]
    let array = MmapArray.open(path, 'd', { flags: 'w+' })
    array.reserve(100_000)
    for (let i = 0; i < 5000; i++) array.append(1)
    fs.truncateSync(path, 0)
    const codes = []
    const attempt = (call) => { try { call(); codes.push('nothing thrown') } catch (error) { codes.push(error.code) } }
    ${end}
    console.log(codes.join(' '))`
  const write = `spawnSync('dd', ['if=/dev/zero', 'of=' + path, 'bs=1000', 'count=2000', 'conv=notrunc'])`

  test.each([
    ['close', `attempt(() => array.append(1)); ${write}; attempt(() => array.close())`, 2],
    ['close after a fault in view alone', `array.view[4000]; ${write}; attempt(() => array.close())`, 1],
    [
      'trim and close',
      `attempt(() => array.get(4000)); ${write}; attempt(() => array.trim()); attempt(() => array.close())`,
      3,
    ],
    ['the end of the process', `attempt(() => array.append(1)); ${write}`, 1],
    ['the end of the process after a fault in view alone', `array.view[4000]; ${write}`, 0],
    [
      'garbage collection',
      `attempt(() => array.append(1)); ${write}
       array = undefined
       for (let n = 0; n < 20; n++) { gc(); await new Promise(setImmediate) }`,
      1,
    ],
  ])('%s leaves it as it is', async (_, end, faults) => {
    const path = scope.path()
    const result = await runNode(body(end), { args: [path], nodeOptions: ['--expose-gc'] })
    expectExit(result)
    expect(result.stdout.trim()).toBe(Array.from({ length: faults }, () => 'ERR_MEMORY_FAULT').join(' '))
    expect(fs.statSync(path).size).toBe(2_000_000)
  })
})

test('a descriptor opened for appending', () => {
  const path = scope.path()
  const fd = fs.openSync(path, 'a+')
  try {
    const array = scope.keep(MmapArray.fromFd(fd, 'd', { flags: 'r+', capacity: 2 * MANY }))
    array.extend(new Float64Array(MANY).fill(1))
    expect(array.get(0)).toBe(1)
    expect(array.count(1)).toBe(MANY)
    array.trim()
    expect(fs.statSync(path).size).toBe(8 * MANY)
  } finally {
    fs.closeSync(fd)
  }
})

test('a copy-on-write array is saved to its own file', () => {
  const path = scope.path()
  fs.writeFileSync(path, Float64Array.of(1, 2, 3))
  const array = scope.keep(MmapArray.open(path, 'd', { flags: 'c' }))
  array.set(0, 77)
  array.tofile(path)
  expect(MmapArray.open(path, 'd').tolist()).toEqual([77, 2, 3])
  expect(array.tolist()).toEqual([77, 2, 3])
})

test('a foreseeable refusal leaves the file as it was', () => {
  const path = scope.path()
  fs.writeFileSync(path, 'kept')
  expectError('ERR_OUT_OF_RANGE', () => MmapArray.open(path, 'd', { flags: 'w+', capacity: 2 ** 51 }))
  expect(fs.readFileSync(path, 'utf8')).toBe('kept')
})

test('what is read on another thread is not appended in front of the array', async () => {
  const [path, source] = [scope.path(), scope.path()]
  fs.writeFileSync(path, Buffer.alloc(4096, 1))
  fs.writeFileSync(source, Buffer.alloc(4096, 2))
  const array = scope.keep(MmapArray.open(path, 'd', { flags: 'r+', offset: 4096 }))
  const reading = array.fromfileAsync(source, 512)
  fs.truncateSync(path, 0)
  const error = await reading.then(
    () => undefined,
    (error) => error,
  )
  // The cut may come before the write or after it.
  if (error === undefined) expect(array.refresh()).toBe(0)
  else expect(error.code).toBe('ERR_MEMORY_FAULT')
  expect(fs.statSync(path).size === 0 || error === undefined).toBe(true)
})

test('a view that its buffer has shrunk under is refused, and nothing is lost', () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 64 })
  const view = new Int32Array(buffer, 8, 2)
  buffer.resize(8)
  const array = scope.keep(new MmapArray('i', [1, 2, 3]))
  for (const call of [() => array.setSlice(view), () => array.extend(view), () => array.frombytes(view)]) {
    expectError('ERR_INVALID_ARG_TYPE', call)
  }
  expect(array.tolist()).toEqual([1, 2, 3])
})

test('views of a window that was outgrown: a cut is told, and mended', async () => {
  const path = scope.path()
  fs.writeFileSync(path, Buffer.alloc(8192, 1))
  const array = scope.keep(MmapArray.open(path, 'B', { flags: 'r+' }))
  const { view } = array
  fs.truncateSync(path, 1.5 * 2 ** 30)
  expect(array.refresh()).toBe(1.5 * 2 ** 30)
  fs.truncateSync(path, 0)
  expect(view[5]).toBe(0)
  expectError('ERR_MEMORY_FAULT', () => array.flush())
  fs.writeFileSync(path, Buffer.alloc(8192, 42))
  expect(array.refresh()).toBe(8192)
  expect(view[5] === 42 || view.length === 0).toBe(true)
  array.set(5, 7)
  array.flush()
  expect(fs.readFileSync(path)[5]).toBe(7)
})

test('an array closed by the addon’s own method reads zeros, and does not kill', async () => {
  const result = await runNode(`
    const array = new MmapArray('i', [1, 2, 3])
    for (let n = 0; n < 300; n++) array.get(n % 3)
    let { prototype } = MmapArray
    while (Object.getPrototypeOf(Object.getPrototypeOf(prototype)).close !== undefined) prototype = Object.getPrototypeOf(prototype)
    prototype.close.call(array)
    for (let n = 0; n < 3; n++) {
      // On Node 20 the memory was detached, elsewhere it is blank.
      try { array.get(n); array.set(n, 5) } catch (error) { if (error.code === undefined) throw error }
    }
    array.close()
    console.log('end')`)
  expectExit(result)
  expect(result.stdout).toBe('end\n')
})

test('a pipe by name that nobody holds is no wait of the main thread', async () => {
  const path = scope.path()
  execFileSync('mkfifo', [path])
  const array = scope.keep(new MmapArray('i', [1, 2, 3]))
  await expect(array.fromfileAsync(path, 1)).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_EOF' })
  // What broke: more than 2^30 bytes were refused, since a pipe does not say its size.
  await expect(array.fromfileAsync(path, 2 ** 40)).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_EOF' })
  await expect(array.tofileAsync(path)).rejects.toMatchObject({ code: 'ENXIO', path })
  array.append(4)
  expect(array.tolist()).toEqual([1, 2, 3, 4])
})
