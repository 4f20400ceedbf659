import assert from 'node:assert/strict'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { python } from './python.js'

/** One file of float64, written by Node and Python in turn. */
export function shareFile(directory) {
  const numbers = MmapArray.open(join(directory, 'numbers.f64'), 'd', { flags: 'w+' })
  numbers.extend([1, 2, 3])

  assert.deepEqual(python('with_array.py', numbers.path), [1, 2, 3])
  assert.equal(numbers.refresh(), 6)
  assert.deepEqual(numbers.tolist(), [1, 2, 3, 2, 4, 6])
  console.log(`array: Python read 1, 2, 3 and appended; after refresh() Node has ${numbers.tolist().join(', ')}`)

  const view = numbers.view
  assert.deepEqual(python('with_mmap.py', numbers.path), [1, 2, 3, 2, 4, 6])
  assert.deepEqual(Array.from(view), [2, 3, 4, 3, 5, 7])
  console.log(`mmap: Python added 1 in place; the view Node has had all along shows ${view.join(', ')}`)
  numbers.close()
}
