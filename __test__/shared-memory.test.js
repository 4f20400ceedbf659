// Memory that others can see takes its pages at once: a memfd, named shared memory, a file in /dev/shm. What broke: to ask for
// more than the machine has did not fail, but woke the system's OOM killer, which ended the process. Each case runs in a child
// that may not make a file longer than 256 MiB: an addon that does not ask first meets EFBIG, and takes no memory.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { onLinux } from './support/linux.js'
import { describeWhereAllowed, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** More bytes than any machine has. */
const HUGE = 2 ** 42

/** Ways to come by an array in memory that others can see, [1, 2, 3, 4] each; `file` is where to look at it. */
const STORAGES = {
  'memory with a handle': `array = new MmapArray('B', [1, 2, 3, 4]); array.handle()`,
  'memory with a descriptor': `array = new MmapArray('B', [1, 2, 3, 4]); array.fd`,
  'reserved memory with a handle': `array = new MmapArray('B', [1, 2, 3, 4]); array.handle(); array.reserve(5000)`,
  'named memory': `array = MmapArray.openShm(name, 'B', { flags: 'wx+' }); array.extend([1, 2, 3, 4])`,
  'reserved named memory': `array = MmapArray.openShm(name, 'B', { flags: 'wx+' }); array.extend([1, 2, 3, 4]); array.reserve(5000)`,
  'a file in /dev/shm': `array = MmapArray.open(path, 'B', { flags: 'wx+' }); array.extend([1, 2, 3, 4])`,
  'a .npy file in /dev/shm': `array = MmapArray.open(path + '.npy', 'B', { flags: 'wx+' }); array.extend([1, 2, 3, 4])`,
  'a reserved .npy file in /dev/shm': `array = MmapArray.open(path + '.npy', 'B', { flags: 'wx+' }); array.extend([1, 2, 3, 4]); array.reserve(5000)`,
}

/** Every member that adds elements, with too many of them. */
const CALLS = {
  reserve: `array.reserve(${HUGE})`,
  extend: `array.extend(large)`,
  setSlice: `array.setSlice(large, 1, 2)`,
  'setSlice at the end': `array.setSlice(large, 4)`,
  repeatInPlace: `array.repeatInPlace(${HUGE / 4})`,
  repeat: `array.repeat(${HUGE / 4})`,
  concat: `array.concat(large)`,
  fromfile: `array.fromfile(largePath, ${HUGE})`,
  fromfileAsync: `array.fromfileAsync(largePath, ${HUGE})`,
}

/** Ways to open with too many elements, or with room for them. */
const OPENINGS = {
  'openShm with a length': [`MmapArray.openShm(name, 'B', { flags: 'w+', length: ${HUGE} })`, ''],
  'openShm with a capacity': [`MmapArray.openShm(name, 'B', { flags: 'w+', capacity: ${HUGE} })`, ''],
  'open with a length': [`MmapArray.open(path, 'B', { flags: 'w+', length: ${HUGE} })`, ''],
  'open with a capacity': [`MmapArray.open(path, 'B', { flags: 'w+', capacity: ${HUGE} })`, ''],
  'open of a .npy file with a length': [`MmapArray.open(path + '.npy', 'B', { flags: 'w+', length: ${HUGE} })`, '.npy'],
  'open of a .npy file with a capacity': [
    `MmapArray.open(path + '.npy', 'B', { flags: 'w+', capacity: ${HUGE} })`,
    '.npy',
  ],
  'fromFd with a length': [`MmapArray.fromFd(fs.openSync(path, 'w+'), 'B', { flags: 'a+', length: ${HUGE} })`, ''],
}

async function inChild(body) {
  const name = `mmap-array-memory-${process.pid}-${Math.random().toString(36).slice(2)}`
  scope.atEnd(() => {
    for (const ending of ['', '.npy']) fs.rmSync(`/dev/shm/${name}${ending}`, { force: true })
  })
  const largePath = scope.path('sparse')
  fs.closeSync(fs.openSync(largePath, 'w'))
  fs.truncateSync(largePath, HUGE)
  const prelude = `
    import assert from 'node:assert/strict'
    // Should it go wrong, this process and no other is to pay.
    fs.writeFileSync('/proc/self/oom_score_adj', '1000')
    const [name, largePath] = process.argv.slice(1)
    const path = '/dev/shm/' + name
    const large = MmapArray.open(largePath, 'B')
    const codeOf = async (call) => { try { await call(); return 'nothing thrown' } catch (error) { return error.code } }
    let array
  `
  const command = [process.execPath, '--input-type=module', '-e', script(prelude + body), '--', name, largePath]
  const result = await run('bash', ['-c', 'ulimit -f 262144; exec "$@"', 'bash', ...command])
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

describeWhereAllowed('test', ['-w', '/dev/shm'], 'more memory than there is', () => {
  const named = ([name]) => /named|Shm/.test(name)
  const others = (row) => !named(row)
  const onDisk = onLinux('named memory is a file on a disk', test)

  const anyMember = (_, make) =>
    inChild(`
      ${make}
      const descriptors = fs.readdirSync('/proc/self/fd').filter((fd) => {
        try { return /^.memfd:mmap-array|mmap-array-memory-[0-9]+-[0-9a-f]{16}[.]/.test(fs.readlinkSync('/proc/self/fd/' + fd)) } catch { return false }
      })
      // The copies that some calls make and close have others.
      const file = array.path ?? (descriptors.length > 0 ? '/proc/self/fd/' + descriptors[0] : path)
      const facts = () => {
        const { size, blocks } = fs.statSync(file)
        return [size, blocks, array.length, array.capacity, array.tolist()]
      }
      const before = facts()
      const calls = {${Object.entries(CALLS).map(([name, call]) => `${JSON.stringify(name)}: () => ${call}`)}}
      for (const [name, call] of Object.entries(calls)) {
        assert.equal(await codeOf(call), 'ENOMEM', name)
        assert.deepEqual(facts(), before, name)
      }
      array.append(5)
      array.extend(new Uint8Array(100_000).fill(7))
      array.repeatInPlace(2)
      assert.equal(array.count(7), 200_000)
      assert.equal(array.get(-1), 7)
      array.close()
      console.log('end')`)
  test.each(Object.entries(STORAGES).filter(others))(
    'asked for by any member of %s is ENOMEM, and changes nothing',
    anyMember,
  )
  onDisk.each(Object.entries(STORAGES).filter(named))(
    'asked for by any member of %s is ENOMEM, and changes nothing',
    anyMember,
  )

  const opening = (_, [call, ending]) =>
    inChild(`
      assert.equal(await codeOf(() => ${call}), 'ENOMEM')
      const { size, blocks } = fs.statSync(path + '${ending}')
      assert.ok(size <= 128 && blocks <= 8, size + ' bytes, ' + blocks + ' blocks')
      const again = MmapArray.open(path + '${ending}', 'B', { flags: 'a+' })
      again.append(5)
      assert.deepEqual(again.tolist(), [5])
      console.log('end')`)
  test.each(Object.entries(OPENINGS).filter(others))('asked for by %s is ENOMEM, and takes none', opening)
  onDisk.each(Object.entries(OPENINGS).filter(named))('asked for by %s is ENOMEM, and takes none', opening)
})
