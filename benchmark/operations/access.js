// One element at a time.
import { SAME, atMost } from '../goals.js'
import { sampleSum } from '../sample.js'

const sumOf = (element) => `let sum = 0; for (let i = 0; i < n; i++) sum += ${element}; return sum`
const storing = (store) => `for (let i = 0; i < n; i++) ${store}; return array`
/** Python's loops over elements are measured over a part: they cost the same for each. */
const python = (round) => ({ share: 0.02, round })
const pythonSum = (element) => python(`total = 0\nfor i in range(n): total += ${element}\nreturn float(total)`)
const cSum = 'double sum = 0; for (size_t i = 0; i < n; i++) sum += a[i]; return number(sum);'

export const ACCESS = [
  {
    name: 'view-loop',
    title: 'view[i]',
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    everyPackage: true,
    goals: { 'typed array': SAME },
    expected: ({ n }) => sampleSum(n),
    js: {
      MmapArray: `const { view } = array; ${sumOf('view[i]')}`,
      'typed array': sumOf('array[i]'),
    },
    python: { array: pythonSum('a[i]'), numpy: pythonSum('a[i]') },
    c: { C: cSum },
  },
  {
    name: 'get',
    title: 'get(i)',
    goals: { 'typed array': atMost(2) },
    expected: ({ n }) => sampleSum(n),
    js: {
      MmapArray: sumOf('array.get(i)'),
      'typed array': sumOf('array[i]'),
      Array: sumOf('array[i]'),
      mapped: null,
    },
    python: { array: pythonSum('a[i]'), numpy: pythonSum('a[i]') },
    c: { C: cSum },
  },
  {
    name: 'get-changed',
    title: 'get(i), appended to and popped from before',
    goals: { 'typed array': atMost(2) },
    expected: ({ n }) => sampleSum(n),
    js: {
      MmapArray: `array.append(0); array.pop(); ${sumOf('array.get(i)')}`,
      'typed array': sumOf('array[i]'),
      Array: `array.push(0); array.pop(); ${sumOf('array[i]')}`,
      mapped: null,
    },
  },
  {
    name: 'at',
    title: 'at(i)',
    goals: { 'typed array': atMost(2) },
    expected: ({ n }) => sampleSum(n),
    js: {
      MmapArray: sumOf('array.at(i)'),
      'typed array': sumOf('array[i]'),
      Array: sumOf('array.at(i)'),
      mapped: null,
    },
  },
  {
    name: 'set',
    title: 'set(i, v)',
    everyPackage: true,
    restores: true,
    goals: { 'typed array': atMost(2) },
    expected: ({ values }) => values.map((_, index) => index),
    js: {
      MmapArray: storing('array.set(i, i)'),
      'typed array': storing('array[i] = i'),
      Array: storing('array[i] = i'),
    },
    python: {
      array: python('for i in range(n): a[i] = i\nreturn a'),
      numpy: python('for i in range(n): a[i] = i\nreturn a'),
    },
    c: { C: 'for (size_t i = 0; i < n; i++) a[i] = (T)i; return in_place(a, n * sizeof(T));' },
  },
  {
    name: 'iterate',
    title: 'for … of',
    goals: { 'typed array': atMost(1.5), Array: atMost(1.5) },
    expected: ({ n }) => sampleSum(n),
    js: Object.fromEntries(
      ['MmapArray', 'typed array', 'Array'].map((kind) => [
        kind,
        'let sum = 0; for (const value of array) sum += value; return sum',
      ]),
    ),
    python: {
      array: python('total = 0\nfor value in a: total += value\nreturn float(total)'),
      numpy: python('total = 0\nfor value in a: total += value\nreturn float(total)'),
    },
  },
]
