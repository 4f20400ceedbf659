// What changes elements where they are. Each round begins with the sample.
import { atMost } from '../goals.js'

const GOALS = { 'typed array': atMost(1), NumPy: atMost(1), C: atMost(1.25) }
const inPlace = 'return in_place(a, n * sizeof(T));'

export const IN_PLACE = [
  {
    name: 'byteswap',
    title: 'byteswap',
    restores: true,
    goals: GOALS,
    expected: ({ values }) => {
      const bytes = Buffer.copyBytesFrom(values)
      return values.BYTES_PER_ELEMENT === 4 ? bytes.swap32() : bytes.swap64()
    },
    js: {
      MmapArray: 'return array.byteswap()',
      'typed array': `
        const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength)
        if (the.View.BYTES_PER_ELEMENT === 4) bytes.swap32()
        else bytes.swap64()
        return array`,
    },
    python: { array: 'a.byteswap()\nreturn a', numpy: 'a.byteswap(inplace=True)\nreturn a' },
    c: {
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
  },
  {
    name: 'reverse',
    title: 'reverse',
    restores: true,
    goals: GOALS,
    expected: ({ values }) => values.toReversed(),
    js: {
      MmapArray: 'return array.reverse()',
      'typed array': 'return array.reverse()',
      Array: 'return array.reverse()',
    },
    python: { array: 'a.reverse()\nreturn a', numpy: 'a[:] = a[::-1]\nreturn a' },
    c: {
      C: `
        for (size_t i = 0; i < n / 2; i++) {
          T swapped = a[i];
          a[i] = a[n - 1 - i];
          a[n - 1 - i] = swapped;
        }
        ${inPlace}`,
    },
  },
  {
    name: 'fill',
    title: 'fill(v)',
    everyPackage: true,
    restores: true,
    goals: GOALS,
    expected: ({ values }) => new values.constructor(values.length).fill(7),
    js: { MmapArray: 'return array.fill(7)', 'typed array': 'return array.fill(7)', Array: 'return array.fill(7)' },
    python: { array: 'a[:] = the.array(the.typecode, [7]) * n\nreturn a', numpy: 'a.fill(7)\nreturn a' },
    c: { C: `for (size_t i = 0; i < n; i++) a[i] = 7; ${inPlace}` },
  },
]
