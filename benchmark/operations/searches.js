// Scans over all of an array: what is looked for stands at its end, or too rarely to matter.
import { LAST, RARE, rareCount } from '../sample.js'
import { atMost } from '../goals.js'

/** At or ahead of the others, and close to what the memory allows. */
const SCAN = { 'typed array': atMost(1), NumPy: atMost(1), C: atMost(1.25) }

export const SEARCHES = [
  {
    name: 'count',
    title: 'count(v)',
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    goals: SCAN,
    expected: ({ n }) => rareCount(n),
    js: {
      MmapArray: `return array.count(${RARE})`,
      'typed array': `let count = 0; for (let i = 0; i < n; i++) if (array[i] === ${RARE}) count++; return count`,
      Array: `let count = 0; for (let i = 0; i < n; i++) if (array[i] === ${RARE}) count++; return count`,
    },
    python: { array: `return a.count(${RARE})`, numpy: `return int(the.np.count_nonzero(a == ${RARE}))` },
    c: { C: `size_t count = 0; for (size_t i = 0; i < n; i++) count += a[i] == (T)${RARE}; return number(count);` },
  },
  {
    name: 'index',
    title: 'index(v), the last element',
    goals: SCAN,
    expected: ({ n }) => n - 1,
    js: {
      MmapArray: `return array.index(${LAST})`,
      'typed array': `return array.indexOf(${LAST})`,
      Array: `return array.indexOf(${LAST})`,
    },
    python: { array: `return a.index(${LAST})`, numpy: `return int((a == ${LAST}).argmax())` },
    c: {
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
  },
  {
    name: 'includes',
    title: 'includes(v), the last element',
    goals: { 'typed array': atMost(1), NumPy: atMost(1) },
    expected: () => 1,
    js: {
      MmapArray: `return Number(array.includes(${LAST}))`,
      'typed array': `return Number(array.includes(${LAST}))`,
      mapped: null,
      Array: `return Number(array.includes(${LAST}))`,
    },
    python: { array: `return int(${LAST} in a)`, 'np.memmap': null, numpy: `return int((a == ${LAST}).any())` },
  },
  {
    name: 'equals',
    title: 'equals, the same elements',
    uses: ['other'],
    goals: SCAN,
    expected: () => 1,
    js: {
      MmapArray: 'return Number(array.equals(the.other))',
      'typed array': 'const { other } = the; for (let i = 0; i < n; i++) if (array[i] !== other[i]) return 0; return 1',
      mapped: null,
      Array: 'const { other } = the; for (let i = 0; i < n; i++) if (array[i] !== other[i]) return 0; return 1',
    },
    python: { array: 'return int(a == the.other)', numpy: 'return int(the.np.array_equal(a, the.other))' },
    c: {
      C: `
        const T *other = the->other;
        int differ = 0;
        for (size_t i = 0; i < n; i++) differ |= a[i] != other[i];
        return number(!differ);`,
    },
  },
]
