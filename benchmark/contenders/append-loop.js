// Appends the indices to one empty subject, a new one each round.
import { MmapArray } from '../../index.js'
import { indexSum } from '../sample.js'
import { REHEARSAL, parameters, rehearse, serve } from '../service.js'

const { typecode, elements, subject } = parameters
/** In the array of type 'd' every element has a fraction, so that V8's own array holds doubles too. */
const FRACTION = typecode === 'd' ? 0.5 : 0

const SUBJECTS = {
  Array: () => [],
  MmapArray: () => new MmapArray(typecode),
  'MmapArray with capacity': (capacity) => new MmapArray(typecode, undefined, { capacity }),
}

const method = subject === 'Array' ? 'push' : 'append'
const run = new Function('array', 'n', `for (let i = 0; i < n; i++) array.${method}(i + ${FRACTION}); return array`)
rehearse(run, () => SUBJECTS[subject](REHEARSAL))

let array
serve({
  before: () => (array = SUBJECTS[subject](elements)),
  round: () => run(array, elements),
  answer: () => sumOf(array) - elements * FRACTION === indexSum(elements) && array.length,
  after() {
    if (array instanceof MmapArray) array.close()
    array = undefined
  },
  leavesGarbage: true,
})

function sumOf(array) {
  const values = array instanceof MmapArray ? array.slice() : array
  return values.reduce((sum, value) => sum + value, 0)
}
