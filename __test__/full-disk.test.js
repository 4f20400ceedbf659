// A disk that is full: the system's ENOSPC, the array as it was, and usable once there is room. A store into a hole of a
// sparse file is the one that cannot fail; it is told by the next call. In children, on disks of their own.
import { expect, test } from 'vitest'
import { onLinux } from './support/linux.js'
import { expectExit } from './support/processes.js'
import { useScope } from './support/scope.js'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'

describeOnSmallDisk('a full disk', () => {
  const scope = useScope()

  async function inChild(body, { directory = scope.directory, size = '256k' } = {}) {
    const result = await runOnSmallDisk(
      directory,
      size,
      `import assert from 'node:assert'
       const [directory] = process.argv.slice(1)
       const path = directory + '/array'
       const code = (call) => { try { call(); return 'nothing thrown' } catch (error) { return error.code } }
       /** Fills the disk; gives what makes room again. */
       const fill = () => {
         const ballast = directory + '/ballast'
         const file = fs.openSync(ballast, 'w')
         try { for (;;) fs.writeSync(file, Buffer.alloc(4096)) } catch (error) { assert.equal(error.code, 'ENOSPC') }
         fs.closeSync(file)
         return () => fs.rmSync(ballast)
       }
       ${body}
       console.log('end')`,
    )
    expectExit(result)
    expect(result.stdout).toBe('end\n')
  }

  test('in the middle of an element leaves no ragged tail', () =>
    inChild(
      `fs.writeFileSync(directory + '/ballast', Buffer.alloc(12 * 1024))
       const array = MmapArray.open(path, 'q', { flags: 'w+' })
       array.extend(new BigInt64Array(6000).fill(7n))
       let met
       do met = code(() => array.extend(new BigInt64Array(333).fill(9n))); while (met === 'nothing thrown')
       assert.equal(met, 'ENOSPC')
       assert.equal(fs.statSync(path).size, array.length * 8)
       assert.equal((array.length - 6000) % 333, 0)
       fs.rmSync(directory + '/ballast')
       array.extend(new BigInt64Array(333).fill(9n))
       assert.equal(array.refresh() * 8, fs.statSync(path).size)`,
      { size: '64k' },
    ))

  test.each([
    ['view', 'view[i] = 7', 'nothing thrown'],
    ['set()', 'array.set(i, 7)', 'ERR_MEMORY_FAULT'],
    ['sharedView', 'sharedView[i] = 7', 'nothing thrown'],
    ['arr[i]', 'array[i] = 7', 'ERR_MEMORY_FAULT'],
  ])('a store into a hole by %s is lost, and told', (_, store, met) =>
    inChild(`
      fs.closeSync(fs.openSync(path, 'w'))
      fs.truncateSync(path, 40_960)
      const array = MmapArray.open(path, 'i', { flags: 'r+' })
      array.set(0, 1)
      const { view, sharedView } = array
      const makeRoom = fill()
      assert.equal(code(() => { for (let i = 0; i < array.length; i++) ${store} }), '${met}')
      assert.equal(array.length, 10_240)
      assert.equal(code(() => array.count(7)), 'ERR_MEMORY_FAULT')
      assert.equal(code(() => array.flush()), 'ERR_MEMORY_FAULT')
      makeRoom()
      assert.equal(array.refresh(), 10_240)
      assert.equal(array.get(0), 7)
      assert.equal(array.get(9_999), 0)
      for (let i = 0; i < array.length; i++) ${store}
      assert.equal(array.count(7), 10_240)
      array.flush()
      array.close()
      assert.equal(new Int32Array(fs.readFileSync(path).buffer.slice(0, 40_960)).at(-1), 7)`),
  )

  test('a kernel that stores into holes ends in the error', () =>
    inChild(`
      fs.closeSync(fs.openSync(path, 'w'))
      fs.truncateSync(path, 40_960)
      const array = MmapArray.open(path, 'i', { flags: 'r+' })
      const makeRoom = fill()
      assert.equal(code(() => array.fill(7)), 'ERR_MEMORY_FAULT')
      makeRoom()
      array.refresh()
      array.fill(7)
      assert.equal(array.count(7), 10_240)`))

  test('an open that asks for more than there is leaves the file as it was', () =>
    inChild(`
      fs.writeFileSync(path, Buffer.alloc(8, 1))
      assert.equal(code(() => MmapArray.open(path, 'd', { flags: 'a+', length: 100_000 })), 'ENOSPC')
      assert.equal(code(() => MmapArray.open(path, 'd', { flags: 'a+', capacity: 100_000 })), 'ENOSPC')
      assert.equal(fs.statSync(path).size, 8)
      assert.equal(fs.statSync(path).blocks * 512 <= 4096, true)
      const array = MmapArray.open(path, 'd', { flags: 'a+', capacity: 20_000 })
      array.append(1)
      array.close()
      assert.equal(fs.statSync(path).size, 16)`))

  // Near a full disk room is made for what is read, where there is none for more.
  test('met by fromfileAsync keeps what fits, and room is room', () =>
    inChild(
      `fs.writeFileSync(directory + '/source', Buffer.alloc(3_000_000, 1))
       const array = MmapArray.open(path, 'i', { flags: 'w+' })
       array.reserve(0)
       await assert.rejects(array.fromfileAsync(directory + '/source', 750_000), { code: 'ENOSPC' })
       assert.ok(array.length > 250_000, array.length)
       assert.equal(array.count(0x01010101), array.length)
       const { capacity } = array
       assert.equal(fs.statSync(path).size, capacity * 4)
       assert.equal(code(() => array.reserve(2 * capacity)), 'ENOSPC')
       assert.equal(array.capacity, capacity)
       assert.equal(fs.statSync(path).size, capacity * 4)
       const used = fs.statSync(path).blocks * 512
       assert.ok(used >= capacity * 4 && used < capacity * 4 + 16_384, used)
       array.trim()
       assert.equal(fs.statSync(path).size, array.length * 4)`,
      { size: '4m' },
    ))

  onLinux('named memory is a file elsewhere', test)('a full /dev/shm', () =>
    inChild(
      `const array = MmapArray.openShm('full', 'd', { flags: 'wx+' })
       array.append(1)
       assert.equal(code(() => array.extend(new Float64Array(100_000))), 'ENOSPC')
       assert.equal(code(() => array.reserve(100_000)), 'ENOSPC')
       assert.equal(code(() => MmapArray.openShm('other', 'd', { flags: 'a+', length: 100_000 })), 'ENOSPC')
       assert.deepEqual(array.tolist(), [1])
       array.extend(new Float64Array(10_000))
       const makeRoom = fill()
       assert.equal(code(() => { for (;;) array.append(2) }), 'ENOSPC')
       const { length } = array
       makeRoom()
       array.append(3)
       assert.equal(array.length, length + 1)
       assert.equal(array.refresh() * 8, fs.statSync('/dev/shm/full').size)`,
      { directory: '/dev/shm' },
    ),
  )
})
