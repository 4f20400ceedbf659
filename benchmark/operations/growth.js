// Arrays that become longer and shorter.
import { atLeastTimesFaster, atMost } from '../goals.js'

const SPLICES = 10
/** In an array of type 'd' every element has a fraction, so that V8's own array holds doubles too. */
const fractionOf = (typecode) => (typecode === 'd' ? 0.5 : 0)

const appending = (make, append) =>
  `const grown = ${make}; const { fraction } = the; for (let i = 0; i < n; i++) ${append}; return grown`
const pythonAppend = (share) => ({
  share,
  round: 'grown = the.fresh()\nfor i in range(n): grown.append(i + the.fraction)\nreturn grown',
})
/** A copy to splice, made before: so every round begins with the same. */
const splicing = (round) => ({ before: 'the.state = the.fresh(); the.state.extend(the.other)', round })
const pythonSplicing = (round) => ({ before: 'the.state = the.fresh()\nthe.state.extend(the.other)', round })
const arraySplicing = (round) => ({ before: 'the.state = array.slice()', round })
const times = (work) => `for (let i = 0; i < ${SPLICES}; i++) ${work}; return the.state`
const pythonTimes = (work) => `for i in range(${SPLICES}): ${work}\nreturn the.state`
const numpyTimes = (work) => `for i in range(${SPLICES}): a = ${work}\nreturn a`

export const GROWTH = [
  {
    name: 'append',
    title: 'append from empty',
    takesMemory: true,
    bySize: ['Array', 'array', 'C'],
    mostBySize: { Array: 1e8 },
    copies: 2,
    fraction: fractionOf,
    goals: { Array: atLeastTimesFaster(5), array: atLeastTimesFaster(10) },
    expected: ({ values, typecode }) => values.map((_, index) => index + fractionOf(typecode)),
    js: {
      MmapArray: appending('the.fresh()', 'grown.append(i + fraction)'),
      Array: appending('[]', 'grown.push(i + fraction)'),
    },
    python: { array: pythonAppend(0.05), mmap_backed_array: pythonAppend(0.001) },
    c: {
      C: `
        size_t room = 4;
        T *grown = malloc(room * sizeof(T));
        for (size_t i = 0; i < n; i++) {
          if (i == room) grown = realloc(grown, (room *= 2) * sizeof(T));
          grown[i] = (T)(i + the->fraction);
        }
        return heap(grown, n * sizeof(T));`,
    },
  },
  {
    name: 'append-reserved',
    title: 'append, capacity given',
    takesMemory: true,
    fraction: fractionOf,
    goals: { Array: atLeastTimesFaster(5) },
    expected: ({ values, typecode }) => values.map((_, index) => index + fractionOf(typecode)),
    js: {
      MmapArray: appending('new the.MmapArray(the.typecode, undefined, { capacity: n })', 'grown.append(i + fraction)'),
      'typed array': appending('the.make(n)', 'grown[i] = i + fraction'),
      Array: appending('[]', 'grown.push(i + fraction)'),
    },
  },
  {
    name: 'extend',
    title: 'extend an empty one, same type',
    takesMemory: true,
    uses: ['other'],
    goals: { C: atMost(1.1) },
    expected: ({ values }) => values,
    js: {
      MmapArray: 'const grown = the.fresh(); grown.extend(the.other); return grown',
      'typed array': 'const copy = the.make(n); copy.set(the.other); return copy',
      Array: 'return [].concat(the.other)',
    },
    python: {
      array: 'grown = the.fresh()\ngrown.extend(the.other)\nreturn grown',
      numpy: 'return the.np.concatenate((the.make(0), the.other))',
      'np.memmap': 'grown = the.make(n)\ngrown[:] = the.other\nreturn grown',
    },
    c: {
      C: 'T *copy = shared(n * sizeof(T)); memcpy(copy, the->other, n * sizeof(T)); return mapped(copy, n * sizeof(T));',
    },
  },
  {
    name: 'frombytes',
    title: 'frombytes to an empty one',
    takesMemory: true,
    uses: ['bytes'],
    goals: { C: atMost(1.1) },
    expected: ({ values }) => values,
    js: {
      MmapArray: 'const grown = the.fresh(); grown.frombytes(the.bytes); return grown',
      'typed array':
        'const copy = the.make(n); new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength).set(the.bytes); return copy',
    },
    python: {
      array: 'grown = the.fresh()\ngrown.frombytes(the.bytes)\nreturn grown',
      numpy: 'return the.np.frombuffer(the.bytes, a.dtype).copy()',
      'np.memmap': 'grown = the.make(n)\ngrown[:] = the.np.frombuffer(the.bytes, a.dtype)\nreturn grown',
    },
    c: {
      C: 'T *copy = shared(n * sizeof(T)); memcpy(copy, the->bytes, n * sizeof(T)); return mapped(copy, n * sizeof(T));',
    },
  },
  {
    name: 'insert-first',
    title: 'insert(0, v) in 10⁶',
    size: 'spliced',
    operations: () => SPLICES,
    uses: ['other'],
    goals: { array: atMost(1), C: atMost(1.25) },
    expected: ({ values }) => {
      const inserted = new values.constructor(values.length + SPLICES)
      inserted.set(values, SPLICES)
      for (let i = 0; i < SPLICES; i++) inserted[SPLICES - 1 - i] = i
      return inserted
    },
    js: {
      MmapArray: splicing(times('the.state.insert(0, i)')),
      Array: arraySplicing(times('the.state.unshift(i)')),
    },
    python: {
      array: pythonSplicing(pythonTimes('the.state.insert(0, i)')),
      numpy: numpyTimes('the.np.insert(a, 0, i)'),
    },
    c: {
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
  },
  {
    name: 'pop-first',
    title: 'pop(0) of 10⁶',
    size: 'spliced',
    operations: () => SPLICES,
    uses: ['other'],
    goals: { array: atMost(1), C: atMost(1.25) },
    expected: ({ values }) => values.slice(SPLICES),
    js: { MmapArray: splicing(times('the.state.pop(0)')), Array: arraySplicing(times('the.state.shift()')) },
    python: { array: pythonSplicing(pythonTimes('the.state.pop(0)')), numpy: numpyTimes('the.np.delete(a, 0)') },
    c: {
      C: {
        before: 'the->state = fresh(n * sizeof(T)); memcpy(the->state, a, n * sizeof(T));',
        round: `
          T *state = the->state;
          for (size_t i = 0; i < ${SPLICES}; i++) memmove(state, state + 1, (n - i - 1) * sizeof(T));
          return heap(state, (n - ${SPLICES}) * sizeof(T));`,
      },
    },
  },
]
