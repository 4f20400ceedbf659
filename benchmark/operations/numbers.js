// Sums, extremes, order: present in builds of the package that have them.
import { atLeastTimesFaster, atMost } from '../goals.js'
import { random, sampleSum } from '../sample.js'

const SCAN = { 'typed array': atMost(1), NumPy: atMost(1), C: atMost(1.25) }
const plain = (code) => ({ 'typed array': code, Array: code, mapped: null })
const extreme = (name, compare) => ({
  name,
  title: `${name}()`,
  needs: name,
  goals: SCAN,
  expected: ({ values }) => values.reduce((found, value) => (compare === '<' ? Math.min : Math.max)(found, value)),
  js: {
    MmapArray: `return array.${name}()`,
    ...plain(`
      let found = array[0]
      for (let i = 1; i < n; i++) if (array[i] ${compare} found) found = array[i]
      return found`),
  },
  python: { array: `return ${name}(a)`, numpy: `return float(a.${name}())` },
  c: {
    C: `T found = a[0]; for (size_t i = 1; i < n; i++) found = a[i] ${compare} found ? a[i] : found; return number(found);`,
  },
})

const bisecting = `
  const lowerBound = (value) => {
    let low = 0, high = n
    while (low < high) {
      const middle = (low + high) >>> 1
      if (array[middle] < value) low = middle + 1
      else high = middle
    }
    return low
  }
  const { second } = the
  let sum = 0
  for (let i = 0; i < second.length; i++) sum += lowerBound(second[i])
  return sum`
const cBisect = `
  double sum = 0;
  const T *second = the->second;
  for (size_t i = 0; i < the->second_length; i++) {
    const T *base = a;
    for (size_t left = n; left > 1; left -= left / 2)
      base += base[left / 2 - 1] < second[i] ? left / 2 : 0;
    sum += base - a + (*base < second[i]);
  }
  return number(sum);`
const pythonBisect =
  'from bisect import bisect_left\ntotal = 0\nfor value in the.second: total += bisect_left(a, value)\nreturn total'

/** A table in order, and needles in no order: a tenth as many. */
const search = {
  input: (View, n) => random(View, n).sort(),
  second: (View, n) => random(View, Math.ceil(n / 10), 7),
  operations: (n) => Math.ceil(n / 10),
  expected({ values, second }) {
    let sum = 0
    for (const needle of second) {
      let [low, high] = [0, values.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (values[middle] < needle) low = middle + 1
        else high = middle
      }
      sum += low
    }
    return sum
  },
}

export const NUMBERS = [
  {
    name: 'sum',
    title: 'sum()',
    needs: 'sum',
    goals: SCAN,
    expected: ({ n }) => sampleSum(n),
    js: {
      MmapArray: 'return array.sum()',
      ...plain('let sum = 0; for (let i = 0; i < n; i++) sum += array[i]; return sum'),
    },
    python: { array: 'return float(sum(a))', numpy: 'return float(a.sum())' },
    c: {
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
  },
  extreme('min', '<'),
  extreme('max', '>'),
  {
    name: 'sort',
    title: 'sort(), in no order before',
    needs: 'sort',
    typecodes: ['i', 'I', 'q', 'f', 'd'],
    input: random,
    restores: true,
    rehearsals: 100,
    goals: { NumPy: atMost(1), 'typed array': atLeastTimesFaster(10) },
    expected: ({ values }) => values.toSorted(),
    js: {
      MmapArray: 'return array.sort()',
      'typed array': { share: 0.1, round: 'return array.sort()' },
      mapped: null,
      Array: { share: 0.1, round: 'return array.sort((a, b) => (a < b ? -1 : Number(a > b)))' },
    },
    python: {
      array: { share: 0.1, round: 'return the.array(the.typecode, sorted(a))' },
      mmap_backed_array: null,
      numpy: 'a.sort()\nreturn a',
    },
  },
  {
    name: 'searchsorted',
    title: 'searchsorted, a needle',
    needs: 'searchsorted',
    ...search,
    goals: { 'typed array': atMost(1), NumPy: atLeastTimesFaster(2) },
    js: {
      MmapArray: 'let sum = 0; for (const place of array.searchsorted(the.second)) sum += place; return sum',
      'typed array': bisecting,
      mapped: null,
    },
    python: {
      array: { share: 0.1, round: pythonBisect },
      mmap_backed_array: null,
      numpy: 'return float(the.np.searchsorted(a, the.second).sum())',
    },
    c: { C: cBisect },
  },
  {
    name: 'bisect-left',
    title: 'bisectLeft, one needle a call',
    needs: 'bisectLeft',
    ...search,
    js: {
      MmapArray:
        'const { second } = the; let sum = 0; for (let i = 0; i < second.length; i++) sum += array.bisectLeft(second[i]); return sum',
      'typed array': bisecting,
      mapped: null,
    },
    python: {
      array: { share: 0.1, round: pythonBisect },
      mmap_backed_array: null,
      'np.memmap': null,
      numpy: { share: 0.1, round: 'return float(sum(a.searchsorted(value) for value in the.second))' },
    },
    c: { C: cBisect },
  },
]
