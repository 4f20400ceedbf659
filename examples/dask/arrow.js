import assert from 'node:assert/strict'
import { join } from 'node:path'
import { makeVector } from 'apache-arrow'
import { MmapArray } from '../../index.js'

/** Makes an Arrow vector on the view of an array. No element is copied, so the vector shows what the array stores. Returns the array. */
export function lookWithArrow(directory) {
  const array = MmapArray.open(join(directory, 'numbers.npy'), 'I', { flags: 'w+' })
  array.extend(Uint32Array.from({ length: 25_000 }, (_, i) => i))
  const { view } = array
  const vector = makeVector(view)
  const { values } = vector.data[0]
  assert.equal(values.buffer, view.buffer)
  assert.equal(values.byteOffset, view.byteOffset)
  assert.equal(vector.length, array.length)

  array[0] = 7
  assert.equal(vector.get(0), 7)
  console.log(`apache-arrow: a vector of ${vector.length} rows in the same buffer; it shows a store through the array`)
  return array
}

/** pyarrow over the same file, in another process. `ask`: see engine.js. */
export async function lookWithPyarrow(array, ask) {
  const { path } = array
  const first = array[0]
  const sum = Number(array.sum())
  assert.deepEqual(await ask({ do: 'arrow', path }), { sameAddress: true, first, sum })
  array[0] = first + 1
  assert.deepEqual(await ask({ do: 'arrow', path }), { sameAddress: true, first: first + 1, sum: sum + 1 })
  array.close()
  console.log('pyarrow: its buffer is at the address of the mapped file, and it shows a store by Node')
}
