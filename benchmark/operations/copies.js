// What makes other arrays and bytes out of an array.
import { atMost } from '../goals.js'

const TWICE = 2
const cCopies = (parts) => `
  T *copy = shared(2 * n * sizeof(T));
  ${parts}
  return mapped(copy, 2 * n * sizeof(T));`

export const COPIES = [
  {
    name: 'tobytes',
    title: 'tobytes',
    takesMemory: true,
    goals: { C: atMost(1.1) },
    expected: ({ values }) => values,
    js: { MmapArray: 'return array.tobytes()', 'typed array': 'return Buffer.copyBytesFrom(array)', mapped: null },
    python: { array: 'return a.tobytes()', 'np.memmap': null, numpy: 'return a.tobytes()' },
    c: { C: 'T *copy = fresh(n * sizeof(T)); memcpy(copy, a, n * sizeof(T)); return heap(copy, n * sizeof(T));' },
  },
  {
    name: 'slice',
    title: 'slice()',
    takesMemory: true,
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    copies: 2,
    everyPackage: true,
    goals: { C: atMost(1.1) },
    expected: ({ values }) => values,
    js: { MmapArray: 'return array.slice()', 'typed array': 'return array.slice()', Array: 'return array.slice()' },
    python: { array: 'return a[:]', numpy: 'return a.copy()' },
    c: { C: 'T *copy = fresh(n * sizeof(T)); memcpy(copy, a, n * sizeof(T)); return heap(copy, n * sizeof(T));' },
  },
  {
    name: 'strided-slice',
    title: 'slice(0, n, 2)',
    takesMemory: true,
    expected: ({ values }) => values.filter((_, index) => index % 2 === 0),
    js: {
      MmapArray: 'return array.slice(0, n, 2)',
      'typed array': `
        const copy = new the.View(Math.ceil(n / 2))
        for (let i = 0, j = 0; i < n; i += 2) copy[j++] = array[i]
        return copy`,
      mapped: null,
    },
    python: { array: 'return a[::2]', numpy: 'return a[::2].copy()' },
    c: {
      C: `
        size_t count = (n + 1) / 2;
        T *copy = fresh(count * sizeof(T));
        for (size_t i = 0; i < count; i++) copy[i] = a[2 * i];
        return heap(copy, count * sizeof(T));`,
    },
  },
  {
    name: 'repeat',
    title: 'repeat(2)',
    takesMemory: true,
    expected: ({ values }) => twice(values, values),
    js: {
      MmapArray: `return array.repeat(${TWICE})`,
      'typed array': 'const copy = the.make(2 * n); copy.set(array); copy.copyWithin(n, 0, n); return copy',
      mapped: null,
    },
    python: { array: `return a * ${TWICE}`, 'np.memmap': null, numpy: `return the.np.tile(a, ${TWICE})` },
    c: { C: cCopies('memcpy(copy, a, n * sizeof(T)); memcpy(copy + n, a, n * sizeof(T));') },
  },
  {
    name: 'concat',
    title: 'concat, same type',
    takesMemory: true,
    uses: ['other'],
    expected: ({ values }) => twice(values, values),
    js: {
      MmapArray: 'return array.concat(the.other)',
      'typed array': 'const copy = the.make(2 * n); copy.set(array); copy.set(the.other, n); return copy',
      mapped: null,
      Array: 'return array.concat(the.other)',
    },
    python: { array: 'return a + the.other', 'np.memmap': null, numpy: 'return the.np.concatenate((a, the.other))' },
    c: { C: cCopies('memcpy(copy, a, n * sizeof(T)); memcpy(copy + n, the->other, n * sizeof(T));') },
  },
]

function twice(first, second) {
  const all = new first.constructor(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
