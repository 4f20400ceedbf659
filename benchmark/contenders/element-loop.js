// One loop over the elements of one subject. Alone in its process, so that V8 sees one type at every call site.
import { MmapArray } from '../../index.js'
import { sample } from '../sample.js'
import { REHEARSAL, parameters, rehearse, serve } from '../service.js'

const { typecode, elements, subject, loop } = parameters
const View = { i: Int32Array, d: Float64Array }[typecode]

const SUBJECTS = {
  MmapArray: (count) => new MmapArray(typecode, sample(View, count)),
  view: (count) => new MmapArray(typecode, sample(View, count)).view,
  'typed array': (count) => sample(View, count),
  Array: (count) => Array.from(sample(View, count)),
}

const INDEXED = 'let sum = 0; for (let i = 0; i < n; i++) sum += array[i]; return sum'
const LOOPS = {
  get: 'let sum = 0; for (let i = 0; i < n; i++) sum += array.get(i); return sum',
  at: 'let sum = 0; for (let i = 0; i < n; i++) sum += array.at(i); return sum',
  set: 'for (let i = 0; i < n; i++) array.set(i, i)',
  iterate: 'let sum = 0; for (const value of array) sum += value; return sum',
  'plain get': INDEXED,
  'plain at': INDEXED,
  'plain set': 'for (let i = 0; i < n; i++) array[i] = i',
}

const array = SUBJECTS[subject](elements)
const run = new Function('array', 'n', LOOPS[loop])
rehearse(run, () => SUBJECTS[subject](REHEARSAL))
const isSetting = loop.endsWith('set')

serve({
  before: () => isSetting && array.fill(-1),
  round: () => run(array, elements),
  answer: (sum) => (isSetting ? sumOf(array) : sum),
})

/** By a way that no loop above takes. */
function sumOf(array) {
  const values = array instanceof MmapArray ? array.slice() : array
  return values.reduce((sum, value) => sum + value, 0)
}
