// The rows about records of 20 bytes: one field of all of them, against memcpy of all their bytes, loops, and NumPy. The
// target of memcpy is memory in use, whereas `column` makes a new typed array.
import { compare, takeTurns } from './comparison.js'
import { taskOf } from './rows.js'
import { checksum } from './sample.js'
import { OURS } from './subjects.js'

const ITEMSIZE = 20

/** The bytes of `n` records. Their times are in no order, and some occur more than once. */
function bytesOfRecords(n) {
  const bytes = new Uint8Array(ITEMSIZE * n)
  const data = new DataView(bytes.buffer)
  for (let i = 0; i < n; i++) {
    data.setBigInt64(ITEMSIZE * i, BigInt((i * 7919) % 1_000_003), true)
    data.setFloat64(ITEMSIZE * i + 8, i / 2, true)
    data.setUint32(ITEMSIZE * i + 16, i, true)
  }
  return bytes
}

/** The same for a step. Python's is as fast with NumPy. */
const MAKE = `
  if (the.records === undefined) {
    const bytes = (${bytesOfRecords.toString().replaceAll('ITEMSIZE', ITEMSIZE)})(n)
    the.bytes = bytes
    the.records = new the.MmapArray({ time: 'q', price: 'd', size: 'I' })
    the.records.frombytes(bytes)
    const { buffer, byteOffset, byteLength } = the.records.view
    the.memory = new Uint8Array(buffer, byteOffset, byteLength)
    the.prices = the.records.column('price')
  }`
const MAKE_IN_PYTHON = `
if not hasattr(the, 'records'):
  i = the.np.arange(n)
  the.records = the.np.empty(n, [('time', 'i8'), ('price', 'f8'), ('size', 'u4')])
  the.records['time'], the.records['price'], the.records['size'] = i * 7919 % 1_000_003, i / 2, i
  the.unsorted = the.records.copy()`

const loop = (price) =>
  `const { records } = the; const values = new Float64Array(n); for (let i = 0; i < n; i++) values[i] = ${price}; return values`

/** Each has a goal, a step, and whether the answer is the prices, the records, or the records in order. */
const ROWS = [
  {
    title: 'column of records of 20 bytes',
    ours: { round: "return the.records.column('price')", answer: 'prices' },
    'memcpy of all their bytes': { goal: 2, round: 'the.bytes.set(the.memory); return the.bytes', answer: 'bytes' },
    'a loop over get': { goal: 1, round: loop('records.get(i).price'), answer: 'prices' },
    'a loop over getField': { goal: 1, round: loop("records.getField(i, 'price')"), answer: 'prices' },
    NumPy: { goal: 1, round: "return the.records['price'].copy()", answer: 'prices' },
  },
  {
    title: 'setColumn of records of 20 bytes',
    ours: { round: "the.records.setColumn('price', the.prices); return 0" },
    'memcpy of all their bytes': { goal: 2, round: 'the.memory.set(the.bytes); return 0' },
    NumPy: {
      goal: 1,
      before: 'the.prices = the.records["price"].copy()',
      round: "the.records['price'] = the.prices\nreturn 0",
    },
  },
  {
    title: 'sum of a field of records of 20 bytes',
    ours: { round: "return the.records.sum({ field: 'price' })", answer: 'sum' },
    'memcpy of all their bytes': { goal: 2, round: 'the.bytes.set(the.memory); return the.bytes', answer: 'bytes' },
    NumPy: { goal: 1, round: "return float(the.records['price'].sum())", answer: 'sum' },
  },
  {
    title: 'sort of records of 20 bytes by a field',
    ours: {
      before: 'the.memory.set(the.bytes)',
      round: "the.records.sort({ field: 'time' }); return the.memory",
      answer: 'sorted',
    },
    NumPy: {
      goal: 0.5,
      before: 'the.records[:] = the.unsorted',
      round:
        "the.records[:] = the.records[the.np.argsort(the.records['time'], kind='stable')]\nreturn the.records.view('u1')",
      answer: 'sorted',
    },
  },
]

function answersOf(n) {
  const bytes = bytesOfRecords(n)
  const data = new DataView(bytes.buffer)
  const order = Array.from({ length: n }, (_, i) => i)
  order.sort((a, b) => Number(data.getBigInt64(ITEMSIZE * a, true) - data.getBigInt64(ITEMSIZE * b, true)) || a - b)
  const sorted = new Uint8Array(bytes.length)
  for (const [at, i] of order.entries()) {
    sorted.set(bytes.subarray(ITEMSIZE * i, ITEMSIZE * (i + 1)), ITEMSIZE * at)
  }
  return {
    bytes: checksum(bytes),
    prices: checksum(Float64Array.from({ length: n }, (_, i) => i / 2)),
    sorted: checksum(sorted),
    sum: (n * (n - 1)) / 4,
  }
}

export function columnRows(context) {
  const { sizes, subjects, kept } = context
  const [own] = subjects
  const numpy = subjects.find(({ name, absent }) => name === 'NumPy' && !absent)
  const n = sizes.records
  let answers
  return ROWS.map(({ title, ours, ...others }) => ({
    title,
    async measure() {
      answers ??= answersOf(n)
      const running = {}
      for (const [name, { before = '', round, answer }] of Object.entries({ [OURS]: ours, ...others })) {
        if (name === 'NumPy' && numpy === undefined) continue
        const [make, { program }] = name === 'NumPy' ? [MAKE_IN_PYTHON, numpy] : [MAKE, own]
        const task = taskOf({}, 'd', n, { before: `${make}\n${before}`, round }, context)
        running[name] = { program, task, answer: answer === undefined ? 0 : answers[answer], takes: 2 * ITEMSIZE * n }
      }
      const { [OURS]: time, ...times } = await takeTurns(running, sizes, kept)
      const each = (all) => all.map((nanoseconds) => nanoseconds / n)
      return Object.keys(times).map((name) => ({
        name: `${title} / ${name}`,
        ...compare(each(time), each(times[name]), others[name].goal),
      }))
    },
  }))
}
