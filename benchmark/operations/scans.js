// Operations that read or change all of an array: searches for the last element or a rare one, changes in place, sums, extremes, order.
import { LAST, RARE, random, rareCount, sampleSum } from '../sample.js'

/** As fast as the others or faster, and close to the bound. */
const GOALS = { 'typed array': 1, NumPy: 1, C: 1.25 }
const inPlace = 'return in_place(a, n * sizeof(T));'

const counting = `let count = 0; for (let i = 0; i < n; i++) if (array[i] === ${RARE}) count++; return count`
const comparing = 'const { other } = the; for (let i = 0; i < n; i++) if (array[i] !== other[i]) return 0; return 1'

export const SEARCHES = [
  {
    title: 'count(v)',
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    packages: 'mmap-io',
    goals: GOALS,
    expected: ({ n }) => rareCount(n),
    MmapArray: `return array.count(${RARE})`,
    'typed array, Array': counting,
    array: `return a.count(${RARE})`,
    NumPy: `return int(the.np.count_nonzero(a == ${RARE}))`,
    C: `size_t count = 0; for (size_t i = 0; i < n; i++) count += a[i] == (T)${RARE}; return number(count);`,
  },
  {
    title: 'index(v), the last element',
    packages: 'mmap-io',
    goals: GOALS,
    expected: ({ n }) => n - 1,
    MmapArray: `return array.index(${LAST})`,
    'typed array, Array': `return array.indexOf(${LAST})`,
    array: `return a.index(${LAST})`,
    NumPy: `return int((a == ${LAST}).argmax())`,
    C: `
      size_t i = 0;
      for (; i + 64 <= n; i += 64) {
        int found = 0;
        for (size_t j = 0; j < 64; j++) found |= a[i + j] == (T)${LAST};
        if (found) break;
      }
      while (i < n && a[i] != (T)${LAST}) i++;
      return number(i);`,
  },
  {
    title: 'includes(v), the last element',
    goals: { 'typed array': 1, NumPy: 1 },
    expected: () => 1,
    'MmapArray, typed array, Array': `return Number(array.includes(${LAST}))`,
    array: `return int(${LAST} in a)`,
    NumPy: `return int((a == ${LAST}).any())`,
    'np.memmap': null,
  },
  {
    title: 'equals, the same elements',
    uses: 'other',
    goals: GOALS,
    expected: () => 1,
    MmapArray: 'return Number(array.equals(the.other))',
    'typed array, Array': comparing,
    array: 'return int(a == the.other)',
    NumPy: 'return int(the.np.array_equal(a, the.other))',
    C: `
      const T *other = the->other;
      int differ = 0;
      for (size_t i = 0; i < n; i++) differ |= a[i] != other[i];
      return number(!differ);`,
  },
]

/** Each round begins with the sample. */
export const IN_PLACE = [
  {
    title: 'byteswap',
    packages: 'mmap-io',
    restores: true,
    goals: GOALS,
    expected({ values }) {
      const bytes = Buffer.copyBytesFrom(values)
      return values.BYTES_PER_ELEMENT === 4 ? bytes.swap32() : bytes.swap64()
    },
    MmapArray: 'return array.byteswap()',
    'typed array': `
      const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength)
      if (the.View.BYTES_PER_ELEMENT === 4) bytes.swap32()
      else bytes.swap64()
      return array`,
    array: 'a.byteswap()\nreturn a',
    NumPy: 'a.byteswap(inplace=True)\nreturn a',
    C: `
      if (sizeof(T) == 4) {
        uint32_t *words = (uint32_t *)a;
        for (size_t i = 0; i < n; i++) words[i] = __builtin_bswap32(words[i]);
      } else {
        uint64_t *words = (uint64_t *)a;
        for (size_t i = 0; i < n; i++) words[i] = __builtin_bswap64(words[i]);
      }
      ${inPlace}`,
  },
  {
    title: 'reverse',
    packages: 'mmap-io',
    restores: true,
    goals: GOALS,
    expected: ({ values }) => values.toReversed(),
    'MmapArray, typed array, Array': 'return array.reverse()',
    array: 'a.reverse()\nreturn a',
    NumPy: 'a[:] = a[::-1]\nreturn a',
    C: `
      for (size_t i = 0; i < n / 2; i++) {
        T swapped = a[i];
        a[i] = a[n - 1 - i];
        a[n - 1 - i] = swapped;
      }
      ${inPlace}`,
  },
  {
    title: 'fill(v)',
    packages: 'all',
    restores: true,
    goals: GOALS,
    expected: ({ values }) => new values.constructor(values.length).fill(7),
    'MmapArray, typed array, Array': 'return array.fill(7)',
    array: 'a[:] = the.array(the.typecode, [7]) * n\nreturn a',
    NumPy: 'a.fill(7)\nreturn a',
    C: `for (size_t i = 0; i < n; i++) a[i] = 7; ${inPlace}`,
  },
]

const summing = 'let sum = 0; for (let i = 0; i < n; i++) sum += array[i]; return sum'

function extreme(name, compare) {
  const finding = `
    let found = array[0]
    for (let i = 1; i < n; i++) if (array[i] ${compare} found) found = array[i]
    return found`
  return {
    title: `${name}()`,
    goals: GOALS,
    expected: ({ values }) => values.reduce((found, value) => Math[name](found, value)),
    MmapArray: `return array.${name}()`,
    'typed array, Array': finding,
    array: `return ${name}(a)`,
    NumPy: `return float(a.${name}())`,
    C: `
      T found = a[0];
      for (size_t i = 1; i < n; i++) found = a[i] ${compare} found ? a[i] : found;
      return number(found);`,
  }
}

const bisecting = (call) => `
  const { second } = the
  let sum = 0
  for (let i = 0; i < second.length; i++) sum += ${call}
  return sum`
const lowerBound = `
  const lowerBound = (value) => {
    let low = 0, high = n
    while (low < high) {
      const middle = (low + high) >>> 1
      if (array[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }`

/** A table in order, and needles in no order: a tenth as many. */
const search = {
  input: (View, n) => random(View, n).sort(),
  second: (View, n) => random(View, Math.ceil(n / 10), 7),
  operations: (n) => Math.ceil(n / 10),
  expected({ values, second }) {
    let [sum, index] = [0, 0]
    for (const needle of second.toSorted()) {
      while (values[index] < needle) index++
      sum += index
    }
    return sum
  },
  'typed array': lowerBound + bisecting('lowerBound(second[i])'),
  array: {
    share: 0.1,
    round:
      'from bisect import bisect_left\ntotal = 0\nfor value in the.second: total += bisect_left(a, value)\nreturn total',
  },
  mmap_backed_array: null,
  C: `
    double sum = 0;
    const T *second = the->second;
    for (size_t i = 0; i < the->second_length; i++) {
      const T *base = a;
      for (size_t left = n; left > 1; left -= left / 2)
        base += base[left / 2 - 1] < second[i] ? left / 2 : 0;
      sum += base - a + (*base < second[i]);
    }
    return number(sum);`,
}

export const NUMBERS = [
  {
    title: 'sum()',
    goals: GOALS,
    expected: ({ n }) => sampleSum(n),
    MmapArray: 'return array.sum()',
    'typed array, Array': summing,
    array: 'return float(sum(a))',
    NumPy: 'return float(a.sum())',
    C: `
      if ((T)0.5 == 0) {
        int64_t sum = 0;
        for (size_t i = 0; i < n; i++) sum += a[i];
        return number(sum);
      }
      double sums[64] = {0}, sum = 0;
      size_t i = 0;
      for (; i + 64 <= n; i += 64) for (size_t j = 0; j < 64; j++) sums[j] += a[i + j];
      for (; i < n; i++) sum += a[i];
      for (size_t j = 0; j < 64; j++) sum += sums[j];
      return number(sum);`,
  },
  extreme('min', '<'),
  extreme('max', '>'),
  {
    title: 'sort(), in no order before',
    typecodes: ['i', 'I', 'q', 'f', 'd'],
    input: random,
    restores: true,
    goals: { NumPy: 1, 'typed array': 0.1 },
    expected: ({ values }) => values.toSorted(),
    MmapArray: 'return array.sort()',
    'typed array': { share: 0.1, round: 'return array.sort()' },
    Array: { share: 0.1, round: 'return array.sort((a, b) => (a < b ? -1 : Number(a > b)))' },
    array: { share: 0.1, round: 'return the.array(the.typecode, sorted(a))' },
    mmap_backed_array: null,
    NumPy: 'a.sort()\nreturn a',
  },
  {
    title: 'searchsorted, a needle',
    ...search,
    goals: { 'typed array': 1, NumPy: 0.5 },
    MmapArray: 'let sum = 0; for (const index of array.searchsorted(the.second)) sum += index; return sum',
    NumPy: 'return float(the.np.searchsorted(a, the.second).sum())',
  },
  {
    title: 'bisectLeft, one needle a call',
    ...search,
    MmapArray: bisecting('array.bisectLeft(second[i])'),
    'np.memmap': null,
    NumPy: { share: 0.1, round: 'return float(sum(a.searchsorted(value) for value in the.second))' },
  },
]
