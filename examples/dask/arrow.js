import assert from 'node:assert/strict'
import { makeVector } from 'apache-arrow'

/** Where the elements of a .npy file begin that NumPy or mmap-array wrote. */
const HEADER = 128

/**
 * Apache Arrow on the memory of an array, here and in Python.
 * @param {import('../../index.js').MmapArray<'q'>} sizes
 * @param {(program: string, ...words: string[]) => Promise<object>} python
 */
export async function shareWithArrow(sizes, python) {
  const vector = makeVector(sizes.view)
  assert.equal(vector.data[0].values.buffer, sizes.buffer)
  assert.equal(vector.length, sizes.length)
  assert.equal(
    [...vector].reduce((a, b) => a + b),
    sizes.sum(),
  )
  // A store on one side is there on the other: nothing was copied.
  const before = sizes.get(0)
  sizes.set(0, 12345n)
  assert.equal(vector.get(0), 12345n)
  sizes.set(0, before)
  console.log(
    `Arrow in JavaScript: a vector of ${vector.length.toLocaleString('en')} values on the mapped memory itself`,
  )

  const told = await python('with_pyarrow.py', sizes.path, String(HEADER), String(sizes.length))
  assert.deepEqual([told.length, BigInt(told.sum)], [sizes.length, sizes.sum()])
  assert.equal(told.isZeroCopy, true)
  console.log(`PyArrow ${told.version}: an array on the pages of the file, at the very address where they are mapped`)
}
