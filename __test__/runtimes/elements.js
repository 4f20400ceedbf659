// The path of single elements, for every typecode.
import assert from 'node:assert/strict'
import { MmapArray } from 'mmap-array'

const complex = [1, 2, 3].map((re) => ({ re, im: -re }))
const ELEMENTS = { 8: [1n, 2n, 3n], text: ['a', 'b', 'c'], numbers: [1, 2, 3], complex }

for (const typecode of MmapArray.typecodes) {
  const isText = 'cuw'.includes(typecode)
  const kind = 'lLqQ'.includes(typecode) ? 8 : isText ? 'text' : typecode.startsWith('Z') ? 'complex' : 'numbers'
  const [one, two, three] = ELEMENTS[kind]
  const array = new MmapArray(typecode)
  for (let i = 0; i < 1000; i++) array.append(one)
  array.set(1, two)
  array[2] = three
  assert.deepEqual([array.get(0), array.at(1), array[2], array[-1]], [one, two, three, one], typecode)
  assert.equal([...array].length, 1000, typecode)
  assert.deepEqual(array.pop(), one, typecode)
  assert.throws(() => array.append(isText ? 'ab' : 'a'), { code: isText ? /ERR_/ : 'ERR_INVALID_ARG_TYPE' }, typecode)
  assert.throws(() => array.get(999), { code: 'ERR_INDEX_OUT_OF_RANGE' }, typecode)
  array.close()
  assert.throws(() => array.get(0), { code: 'ERR_CLOSED' }, typecode)
}
