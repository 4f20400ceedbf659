// Files on overlayfs, as a container's root is. What broke: an array opened for reading before the file was first opened for
// writing went on to show the lower layer's file, though its length came from the upper one. Each test mounts in a child.
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { describeWhereAllowed, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const MOUNT = `mount -t tmpfs none up && mkdir up/files up/work &&
  mount -t overlay overlay -o lowerdir=low,upperdir=up/files,workdir=up/work,userxattr merged`
const TRIAL = `cd "$(mktemp -d)" && mkdir low up merged && ${MOUNT}`

describeWhereAllowed('unshare', ['-rm', 'sh', '-c', TRIAL], 'on overlayfs', () => {
  const scope = useScope()

  /** Runs a body where `merged/x` is a file of the lower layer, 5,000 elements of 1. */
  const onOverlay = async (body) => {
    const directory = scope.directory
    for (const name of ['low', 'up', 'merged']) fs.mkdirSync(path.join(directory, name))
    fs.writeFileSync(path.join(directory, 'low/x'), new Int32Array(5000).fill(1))
    const source = `import assert from 'node:assert'
      const open = (flags, options) => MmapArray.open('merged/x', 'i', { flags, ...options })
      const write = () => {
        const writer = open('r+')
        writer.set(0, 99)
        writer.append(7)
        writer.close()
      }
      ${body}
      console.log('end')`
    const command = `cd "$0" && ${MOUNT} && exec "$@"`
    const program = [process.execPath, '--input-type=module', '-e', script(source)]
    const result = await run('unshare', ['-rm', 'sh', '-c', command, directory, ...program])
    expectExit(result)
    expect(result.stdout).toBe('end\n')
  }

  test('refresh of a reader maps the file that was copied up, views included', () =>
    onOverlay(`
      const reader = open('r')
      const [start] = [reader.subarray(0, 10)]
      write()
      assert.equal(reader.refresh(), 5001)
      assert.deepEqual([reader.get(0), reader.get(5000), reader.sum(), start[0]], [99, 7, 4999 + 99 + 7, 99])
      write()
      assert.equal(reader.refresh(), 5002)
      assert.equal(reader.get(5001), 7)`))

  // What broke: the mapping of the handle was found in this process, with the length of the new file and the pages of the old one.
  test('attach to an array from before the copy shows the file', () =>
    onOverlay(`
      const reader = open('r')
      reader.get(0)
      write()
      const other = MmapArray.attach(reader.handle())
      assert.deepEqual([other.length, other.get(0), other.get(5000), other.sum()], [5001, 99, 7, 4999 + 99 + 7])
      other.check()
      assert.deepEqual([reader.refresh(), reader.get(5000)], [5001, 7])`))

  test('refresh after a change of permissions alone goes on to look', () =>
    onOverlay(`
      const reader = open('r')
      fs.chmodSync('merged/x', 0o640)
      assert.equal(reader.refresh(), 5000)
      write()
      assert.equal(reader.refresh(), 5001)
      assert.deepEqual([reader.get(0), reader.get(5000)], [99, 7])`))

  test('refresh of an array by descriptor keeps the descriptor and where it stands', () =>
    onOverlay(`
      const fd = fs.openSync('merged/x', 'r')
      const reader = MmapArray.fromFd(fd, 'i')
      const own = reader.fd
      fs.readSync(own, Buffer.alloc(12))
      write()
      assert.equal(reader.refresh(), 5001)
      assert.equal(reader.fd, own)
      assert.equal(reader.get(0), 99)
      const next = Buffer.alloc(30000)
      assert.equal(fs.readSync(own, next), 5001 * 4 - 12)
      assert.equal(next.readInt32LE(5000 * 4 - 12), 7)`))

  test('refresh does not take over a file that replaced it', () =>
    onOverlay(`
      const reader = open('r')
      fs.writeFileSync('merged/next', new Int32Array(3).fill(5))
      fs.renameSync('merged/next', 'merged/x')
      assert.equal(reader.refresh(), 5000)
      assert.equal(reader.get(0), 1)`))

  test('refresh after a rename of the file follows the file', () =>
    onOverlay(`
      const reader = open('r')
      write()
      fs.renameSync('merged/x', 'merged/y')
      assert.equal(reader.refresh(), 5001)
      assert.deepEqual([reader.get(0), reader.get(5000)], [99, 7])`))

  test('refresh of a copy-on-write array keeps what was written, and else shows the file', () =>
    onOverlay(`
      const [written, untouched] = [open('c'), open('c')]
      written.set(3, 42)
      write()
      assert.equal(written.refresh(), 5000)
      assert.deepEqual([written.get(0), written.get(3)], [1, 42])
      assert.equal(untouched.refresh(), 5000)
      assert.equal(untouched.get(0), 99)`))

  test('a shared buffer shows the file after refresh', () =>
    onOverlay(`
      const reader = open('r', { length: 4096 })
      const { sharedView } = reader
      write()
      reader.refresh()
      assert.deepEqual([sharedView[0], reader.sharedView[0]], [99, 99])`))
})
