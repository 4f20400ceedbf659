import assert from 'node:assert/strict'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { isNumpyThere, python } from './python.js'

/** numpy.memmap on bare elements; numpy.load and numpy.save on .npy. */
export function shareWithNumpy(directory) {
  if (!isNumpyThere()) return console.log('NumPy: left out, since this Python does not have it')
  const raw = MmapArray.open(join(directory, 'raw.f64'), 'd', { flags: 'w+' })
  raw.extend([10, 20, 30])
  const npy = MmapArray.open(join(directory, 'ours.npy'), 'd', { flags: 'w+' })
  npy.extend([1, 2, 3, 4])
  const made = join(directory, 'theirs.npy')

  const { version, halved, squared } = python('with_numpy.py', raw.path, npy.path, made)
  for (const [array, theirs, expected] of [
    [raw, halved, [5, 10, 15]],
    [npy, squared, [1, 4, 9, 16]],
  ]) {
    assert.deepEqual(theirs, expected)
    assert.deepEqual(array.tolist(), expected)
  }
  const theirs = MmapArray.open(made) // .npy says which type it holds
  assert.deepEqual([theirs.typecode, ...theirs], ['d', 0, 1, 2, 3, 4])
  console.log(
    `NumPy ${version}: memmap halved to ${raw.tolist().join(', ')}, load squared to ${npy.tolist().join(', ')}`,
  )
  for (const array of [raw, npy, theirs]) array.close()
}
