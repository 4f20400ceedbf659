import assert from 'node:assert/strict'
import { makeVector } from 'apache-arrow'

/** An Arrow vector over the array's view: no element is copied, and a store through the array shows in it. */
export function lookWithArrow(array) {
  const { view } = array
  const vector = makeVector(view)
  const { values } = vector.data[0]
  assert.equal(values.buffer, view.buffer)
  assert.equal(values.byteOffset, view.byteOffset)
  assert.equal(vector.length, array.length)

  const before = array[0]
  array[0] = 7
  assert.equal(vector.get(0), 7)
  array[0] = before
  assert.equal(vector.get(0), before)
  console.log(
    `apache-arrow: a vector of ${vector.length} rows in the same buffer; a store through the array shows in it`,
  )
}

/** pyarrow over the same file, in another process. `ask`: see engine.js. */
export async function lookWithPyarrow(array, ask) {
  const { path } = array
  const first = array[0]
  const sum = Number(array.sum())
  assert.deepEqual(await ask({ do: 'arrow', path }), { sameAddress: true, first, sum })
  array[0] = first + 1
  assert.deepEqual(await ask({ do: 'arrow', path }), { sameAddress: true, first: first + 1, sum: sum + 1 })
  array[0] = first
  console.log(`pyarrow: its buffer is at the address of the mapped file; it shows Node's store; the sum is ${sum}`)
}
