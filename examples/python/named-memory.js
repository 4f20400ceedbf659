import assert from 'node:assert/strict'
import { MmapArray } from '../../index.js'
import { python } from './python.js'

const PROGRAM = 'with_shared_memory.py'

/** multiprocessing.shared_memory and openShm, in both directions. Also shows how Python's resource tracker removes the name. */
export function shareNamedMemory() {
  const name = `mmap-array-example-${process.pid}`
  try {
    const ours = makeNamed(name)
    const { version, numbers } = python(PROGRAM, 'careful', name)
    assert.deepEqual(numbers, [-1, -2, -3, -4])
    assert.deepEqual(ours.tolist(), numbers)
    assert.equal(isThere(name), true)
    console.log(
      `shared_memory: Python ${version}, careful, negated the numbers: ${numbers.join(', ')}. The name stayed.`,
    )

    python(PROGRAM, 'careless', name)
    assert.deepEqual(ours.tolist(), [1, 2, 3, 4])
    const stayed = isThere(name)
    console.log(
      `shared_memory: Python ${version}, careless: the name ${stayed ? 'stayed' : 'is gone, its memory lives on here'}.`,
    )
    ours.close()
    if (stayed) MmapArray.unlinkShm(name)

    python(PROGRAM, 'make', name)
    const theirs = MmapArray.openShm(name, 'd', { flags: 'r+' })
    assert.deepEqual(theirs.tolist(), [0.5, 1.5, 2.5, 3.5])
    console.log(`shared_memory: Python made ${theirs.tolist().join(', ')} and ended; Node opened it by its name.`)
    theirs.close()
  } finally {
    if (isThere(name)) MmapArray.unlinkShm(name)
  }
}

function makeNamed(name) {
  const array = MmapArray.openShm(name, 'd', { flags: 'wx+' })
  array.extend([1, 2, 3, 4])
  return array
}

function isThere(name) {
  try {
    MmapArray.openShm(name, 'd').close()
    return true
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}
