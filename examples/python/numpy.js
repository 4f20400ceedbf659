import assert from 'node:assert/strict'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { isNumpyThere, python } from './python.js'

/** numpy.memmap on a file without a header. */
export function shareWithNumpy(directory) {
  if (!isNumpyThere()) return console.log('NumPy: left out, since this Python does not have it')
  const raw = MmapArray.open(join(directory, 'raw.f64'), 'd', { flags: 'w+' })
  raw.extend([10, 20, 30])

  const { version, halved } = python('with_numpy.py', raw.path)
  assert.deepEqual(halved, [5, 10, 15])
  assert.deepEqual(raw.tolist(), halved)
  console.log(`NumPy ${version}: memmap halved the numbers in place to ${raw.tolist().join(', ')}`)
  raw.close()
}
