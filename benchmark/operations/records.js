// Operations on records of three doubles, in the memory of an array of doubles: four doubles each, the last one is padding.

const RECORD_TYPE = "the.MmapArray.recordType({ x: 'd', y: 'd', z: 'd' }, { itemsize: 32 })"
const RECORDS = { typecodes: ['d'], operations: (n) => n / 4 }

const reading = (record) =>
  `let sum = 0; for (let i = 0; i < n / 4; i++) { const { x, y, z } = ${record}; sum += x + y + z } return sum`

/** Without the padding. */
const expected = ({ values }) => values.reduce((sum, value, index) => (index % 4 === 3 ? sum : sum + value), 0)

/** What a program does without the package. */
const BY_HAND = {
  round: `
    const data = new DataView(array.buffer, array.byteOffset, array.byteLength)
    ${reading('{ x: data.getFloat64(32 * i, true), y: data.getFloat64(32 * i + 8, true), z: data.getFloat64(32 * i + 16, true) }')}`,
}

const OPENED = `the.state ??= the.MmapArray.fromFd(array.fd, ${RECORD_TYPE})`

/** Uses eight types before the first round. */
const EIGHT_TYPES = `
  if (the.state === undefined) {
    for (const code of 'bhiqfdQ') {
      const value = 'qQ'.includes(code) ? 1n : 1
      const fields = { [code + 1]: code, [code + 2]: code, [code + 3]: code }
      const other = new the.MmapArray(fields, undefined, { capacity: 1000 })
      for (let i = 0; i < 1000; i++) other.append({ [code + 1]: value, [code + 2]: value, [code + 3]: value })
      for (let round = 0; round < 20; round++) for (let i = 0; i < 1000; i++) other.get(i)
    }
  }
  ${OPENED}`

export const RECORD_ELEMENTS = [
  {
    title: 'get(i) of records',
    ...RECORDS,
    expected,
    goals: { 'typed array': 3 },
    MmapArray: { before: OPENED, round: `const { state } = the; ${reading('state.get(i)')}` },
    'typed array': BY_HAND,
  },
  {
    title: 'get(i) of records, eight types in use',
    ...RECORDS,
    expected,
    goals: { 'typed array': 6 },
    MmapArray: { before: EIGHT_TYPES, round: `const { state } = the; ${reading('state.get(i)')}` },
    'typed array': BY_HAND,
  },
  {
    title: 'append of records, capacity given',
    ...RECORDS,
    takesMemory: true,
    goals: { 'typed array': 5 },
    expected: ({ values }) => values.map((_, index) => (index % 4 === 3 ? 0 : Math.floor(index / 4))),
    MmapArray: `
      const grown = new the.MmapArray(${RECORD_TYPE}, undefined, { capacity: n / 4 })
      for (let i = 0; i < n / 4; i++) grown.append({ x: i, y: i, z: i })
      return new Float64Array(grown.buffer)`,
    'typed array': `
      const grown = the.make(n)
      const data = new DataView(grown.buffer, grown.byteOffset, grown.byteLength)
      for (let i = 0; i < n / 4; i++) {
        data.setFloat64(32 * i, i, true)
        data.setFloat64(32 * i + 8, i, true)
        data.setFloat64(32 * i + 16, i, true)
      }
      return grown`,
  },
]
