import assert from 'node:assert/strict'
import { MmapArray } from '../../index.js'
import { python } from './python.js'

/** Anonymous memory, which Python finds by its handle, and a lock that both take. */
export function shareMemory() {
  const numbers = new MmapArray('d', [1, 2, 3])
  assert.deepEqual(python('with_handle.py', JSON.stringify(numbers.handle())), [1, 2, 3])
  numbers.refresh()
  assert.deepEqual(numbers.tolist(), [10, 20, 30, 6])
  console.log(`mmap_array: Python multiplied the memory of Node, and appended the sum: ${numbers.tolist().join(', ')}`)
  numbers.close()
}
