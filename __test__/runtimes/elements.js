// The path of single elements, for every typecode and for records.
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

// Records, with a name that only a list can have.
const records = new MmapArray([
  ['__proto__', 'i'],
  ['half', 'e'],
  ['z', 'Zf'],
  ['list', ['c', 2]],
])
const record = (n) => ({ ['__proto__']: n, half: n / 4, z: { re: n, im: -n }, list: ['a', 'b'] })
for (let i = 0; i < 1000; i++) records.append(record(i % 100))
for (let i = 0; i < 1000; i++) assert.deepEqual(records.get(i), record(i % 100))
assert.equal(Object.getPrototypeOf(records.get(3)), Object.prototype)
records.set(5, record(7))
records.setField(6, 'half', 0.5)
assert.deepEqual([records.get(5), records.getField(6, 'half'), records.count(record(7))], [record(7), 0.5, 11])
assert.deepEqual(records.pop(), record(99))
assert.throws(() => records.append({ ...record(1), surplus: 1 }), { code: 'ERR_INVALID_ARG_TYPE' })
records.close()
assert.throws(() => records.get(0), { code: 'ERR_CLOSED' })
