// Operations on single elements, and operations that change the length of an array.
import { sampleSum } from '../sample.js'

/** A loop that adds the values of an expression. */
export const sumOf = (element) => `let sum = 0; for (let i = 0; i < n; i++) sum += ${element}; return sum`
const storing = (store) => `for (let i = 0; i < n; i++) ${store}; return array`
/** Python's loops run over a part of the elements: the cost of each is the same. */
const python = (round) => ({ share: 0.02, round })
const pythonSum = python('total = 0\nfor i in range(n): total += a[i]\nreturn float(total)')
export const ITERATION = 'let sum = 0; for (const value of array) sum += value; return sum'

const appending = (make, append) =>
  `const grown = ${make}; const { fraction } = the; for (let i = 0; i < n; i++) ${append}; return grown`
const pythonAppending = (share) => ({
  share,
  round: 'grown = the.fresh()\nfor i in range(n): grown.append(i + the.fraction)\nreturn grown',
})

/** Both rows append the index, and of floats a fraction. */
const APPENDED = {
  takesMemory: true,
  expected: ({ values, fraction }) => values.map((_, index) => index + fraction),
  Array: appending('[]', 'grown.push(i + fraction)'),
}

const filling = (bytes) =>
  `T *copy = shared(n * sizeof(T)); memcpy(copy, ${bytes}, n * sizeof(T)); return mapped(copy, n * sizeof(T));`
const filled = (values) => `grown = the.make(n)\ngrown[:] = ${values}\nreturn grown`

const SPLICES = 10
const SPLICED = { size: 'spliced', operations: () => SPLICES, uses: 'other', goals: { array: 1, C: 1.25 } }
/** Steps on a copy, which `before` makes, so that every round begins with the same elements. */
const splicing = (work) => ({
  before: 'the.state = the.fresh(); the.state.extend(the.other)',
  round: `for (let i = 0; i < ${SPLICES}; i++) the.state.${work}; return the.state`,
})
const arraySplicing = (work) => ({ ...splicing(work), before: 'the.state = array.slice()' })
const pythonSplicing = (work) => ({
  before: 'the.state = the.fresh()\nthe.state.extend(the.other)',
  round: `for i in range(${SPLICES}): the.state.${work}\nreturn the.state`,
})
const numpySplicing = (work) => `for i in range(${SPLICES}): a = ${work}\nreturn a`

/** Adds 1 to each element, atomically. */
const ADDING = {
  restores: true,
  expected: ({ values }) => values.map((value) => value + 1),
  MmapArray: storing('array.add(i, 1)'),
}

const READING = { goals: { 'typed array': 2 }, expected: ({ n }) => sampleSum(n), 'typed array': sumOf('array[i]') }
const ALSO_READING = {
  'array, NumPy': pythonSum,
  C: 'double sum = 0; for (size_t i = 0; i < n; i++) sum += a[i]; return number(sum);',
}

export const ELEMENTS = [
  {
    title: 'view[i]',
    ...READING,
    ...ALSO_READING,
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    packages: 'all',
    goals: { 'typed array': 1.05 },
    MmapArray: `const { view } = array; ${sumOf('view[i]')}`,
  },
  { title: 'get(i)', ...READING, ...ALSO_READING, MmapArray: sumOf('array.get(i)'), Array: sumOf('array[i]') },
  {
    title: 'get(i), appended to and popped from before',
    ...READING,
    MmapArray: `array.append(0); array.pop(); ${sumOf('array.get(i)')}`,
    Array: `array.push(0); array.pop(); ${sumOf('array[i]')}`,
  },
  { title: 'at(i)', ...READING, 'MmapArray, Array': sumOf('array.at(i)') },
  {
    title: 'set(i, v)',
    packages: 'all',
    restores: true,
    goals: { 'typed array': 2 },
    expected: ({ values }) => values.map((_, index) => index),
    MmapArray: storing('array.set(i, i)'),
    'typed array, Array': storing('array[i] = i'),
    'array, NumPy': python('for i in range(n): a[i] = i\nreturn a'),
    C: 'for (size_t i = 0; i < n; i++) a[i] = (T)i; return in_place(a, n * sizeof(T));',
  },
  {
    title: 'add(i, v), atomic',
    ...ADDING,
    typecodes: ['i'],
    goals: { 'typed array': 3 },
    'typed array': storing('Atomics.add(array, i, 1)'),
    C: 'for (size_t i = 0; i < n; i++) __atomic_fetch_add(a + i, 1, __ATOMIC_SEQ_CST); return in_place(a, n * sizeof(T));',
  },
  {
    title: 'add(i, v) of floats, atomic',
    ...ADDING,
    typecodes: ['d'],
    goals: { 'typed array': 3, C: { ratio: 1, plus: 300 } },
    'typed array': {
      before: `
        const number = new Float64Array(1)
        the.state = { number, bits: new BigInt64Array(number.buffer), elements: new BigInt64Array(array.buffer, array.byteOffset, n) }`,
      round: `
        const { number, bits, elements } = the.state
        for (let i = 0; i < n; i++) {
          for (;;) {
            const before = Atomics.load(elements, i)
            bits[0] = before
            number[0] += 1
            if (Atomics.compareExchange(elements, i, before, bits[0]) === before) break
          }
        }
        return array`,
    },
    C: `
      for (size_t i = 0; i < n; i++) {
        T before = a[i], after;
        do after = before + 1;
        while (!__atomic_compare_exchange(a + i, &before, &after, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
      }
      return in_place(a, n * sizeof(T));`,
  },
  {
    title: 'for … of',
    ...READING,
    packages: 'mmap-io',
    goals: { 'typed array': 1.5, Array: 1.5 },
    'typed array': ITERATION,
    'MmapArray, Array': ITERATION,
    'array, NumPy': python('total = 0\nfor value in a: total += value\nreturn float(total)'),
  },
]

export const GROWTH = [
  {
    title: 'append from empty',
    ...APPENDED,
    bySize: ['Array', 'array', 'C'],
    mostBySize: { Array: 1e8 },
    copies: 2,
    goals: { Array: 0.2, array: 0.1 },
    MmapArray: appending('the.fresh()', 'grown.append(i + fraction)'),
    array: pythonAppending(0.05),
    mmap_backed_array: pythonAppending(0.001),
    C: `
      size_t room = 4;
      T *grown = malloc(room * sizeof(T));
      for (size_t i = 0; i < n; i++) {
        if (i == room) grown = realloc(grown, (room *= 2) * sizeof(T));
        grown[i] = (T)(i + the->fraction);
      }
      return heap(grown, n * sizeof(T));`,
  },
  {
    title: 'append, capacity given',
    ...APPENDED,
    packages: 'mmap-io',
    goals: { Array: 0.2 },
    MmapArray: appending('new the.MmapArray(the.typecode, undefined, { capacity: n })', 'grown.append(i + fraction)'),
    'typed array': appending('the.make(n)', 'grown[i] = i + fraction'),
  },
  {
    title: 'append to an exact file',
    typecodes: ['i'],
    size: 'exactAppends',
    writes: true,
    goals: { 'fs.writeSync': 1, C: { ratio: 1, plus: 300 }, mmap_backed_array: 1 / 3 },
    expected: ({ values }) => values.map((_, index) => index),
    MmapArray: {
      before: "the.state = the.MmapArray.open(the.path, 'i', { flags: 'w+' })",
      round: 'const { state } = the; for (let i = 0; i < n; i++) state.append(i)',
      after: 'the.state.close()',
    },
    'fs.writeSync': {
      before: "the.state = the.fs.openSync(the.path, 'a')",
      round: `
        const element = new Int32Array(1)
        for (let i = 0; i < n; i++) {
          element[0] = i
          the.fs.writeSync(the.state, element)
        }`,
      after: 'the.fs.closeSync(the.state)',
    },
    // An empty file cannot be mapped, so `before` writes the first element.
    mmap_backed_array: {
      before: `
with open(the.path, 'wb') as file: file.write(bytes(4))
with open(the.path, 'r+b') as file: the.state = the.mmaparray('i', mmap=the.mmap.mmap(file.fileno(), 0))`,
      round: 'for i in range(1, n): the.state.append(i)\nreturn 0',
      after: 'the.state = None',
    },
    // The kernel's time for such a write.
    C: {
      before: `
        int *file = the->state = malloc(sizeof *file);
        *file = open(the->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);`,
      round: `
        for (int i = 0; i < (int)n; i++) {
          struct iovec part = { &i, sizeof i };
          if (pwritev2(*(int *)the->state, &part, 1, 0, RWF_APPEND) != sizeof i) exit(1);
        }
        return number(0);`,
      after: 'close(*(int *)the->state); free(the->state);',
    },
  },
  {
    title: 'append by an appender',
    writes: true,
    goals: { 'reserved MmapArray': 2 },
    expected: ({ values, fraction }) => values.map((_, index) => index + fraction),
    MmapArray: {
      before: `
        the.state = the.MmapArray.open(the.path, the.typecode, { flags: 'w+' })
        the.appender = the.state.appender()`,
      round:
        'const { appender, fraction } = the; for (let i = 0; i < n; i++) appender.append(i + fraction); appender.flushSync()',
      after: 'the.state.close()',
    },
    'reserved MmapArray': {
      before: "the.state = the.MmapArray.open(the.path, the.typecode, { flags: 'w+', capacity: n })",
      round: 'const { state, fraction } = the; for (let i = 0; i < n; i++) state.append(i + fraction)',
      after: 'the.state.close()',
    },
  },
  {
    title: 'extend an empty one, same type',
    takesMemory: true,
    packages: 'mmap-io',
    uses: 'other',
    goals: { C: 1.1 },
    MmapArray: 'const grown = the.fresh(); grown.extend(the.other); return grown',
    'typed array': 'const copy = the.make(n); copy.set(the.other); return copy',
    Array: 'return [].concat(the.other)',
    array: 'grown = the.fresh()\ngrown.extend(the.other)\nreturn grown',
    NumPy: 'return the.np.concatenate((the.make(0), the.other))',
    'np.memmap': filled('the.other'),
    C: filling('the->other'),
  },
  {
    title: 'frombytes to an empty one',
    takesMemory: true,
    packages: 'mmap-io',
    uses: 'bytes',
    goals: { C: 1.1 },
    MmapArray: 'const grown = the.fresh(); grown.frombytes(the.bytes); return grown',
    'typed array': 'const copy = the.make(n); new Uint8Array(copy.buffer, copy.byteOffset).set(the.bytes); return copy',
    array: 'grown = the.fresh()\ngrown.frombytes(the.bytes)\nreturn grown',
    NumPy: 'return the.np.frombuffer(the.bytes, a.dtype).copy()',
    'np.memmap': filled('the.np.frombuffer(the.bytes, a.dtype)'),
    C: filling('the->bytes'),
  },
  {
    title: 'insert(0, v) in 10⁶',
    ...SPLICED,
    expected({ values }) {
      const inserted = new values.constructor(values.length + SPLICES)
      inserted.set(values, SPLICES)
      for (let i = 0; i < SPLICES; i++) inserted[SPLICES - 1 - i] = i
      return inserted
    },
    MmapArray: splicing('insert(0, i)'),
    Array: arraySplicing('unshift(i)'),
    array: pythonSplicing('insert(0, i)'),
    NumPy: numpySplicing('the.np.insert(a, 0, i)'),
    C: {
      before: `the->state = fresh((n + ${SPLICES}) * sizeof(T)); memcpy(the->state, a, n * sizeof(T));`,
      round: `
        T *state = the->state;
        for (size_t i = 0; i < ${SPLICES}; i++) {
          memmove(state + 1, state, (n + i) * sizeof(T));
          state[0] = (T)i;
        }
        return heap(state, (n + ${SPLICES}) * sizeof(T));`,
    },
  },
  {
    title: 'pop(0) of 10⁶',
    ...SPLICED,
    expected: ({ values }) => values.slice(SPLICES),
    MmapArray: splicing('pop(0)'),
    Array: arraySplicing('shift()'),
    array: pythonSplicing('pop(0)'),
    NumPy: numpySplicing('the.np.delete(a, 0)'),
    C: {
      before: 'the->state = fresh(n * sizeof(T)); memcpy(the->state, a, n * sizeof(T));',
      round: `
        T *state = the->state;
        for (size_t i = 0; i < ${SPLICES}; i++) memmove(state, state + 1, (n - i - 1) * sizeof(T));
        return heap(state, (n - ${SPLICES}) * sizeof(T));`,
    },
  },
]
