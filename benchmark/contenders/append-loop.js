// Appends the indices to one empty subject, a new one each round.
import { MmapArray } from '../../index.js'
import { indexSum } from '../sample.js'
import { parameters, serve } from '../service.js'

const { typecode, elements, subject } = parameters
/** In the array of type 'd' every element has a fraction, so that V8's own array holds doubles too. */
const FRACTION = typecode === 'd' ? 0.5 : 0

const SUBJECTS = {
  Array: () => [],
  MmapArray: () => new MmapArray(typecode),
  'MmapArray with capacity': () => new MmapArray(typecode, undefined, { capacity: elements }),
}

const method = subject === 'Array' ? 'push' : 'append'
const run = new Function('array', 'n', `for (let i = 0; i < n; i++) array.${method}(i + ${FRACTION}); return array`)

let array
serve({
  before: () => (array = SUBJECTS[subject]()),
  round: () => run(array, elements),
  answer: () => sumOf(array) - elements * FRACTION === indexSum(elements) && array.length,
  after() {
    if (array instanceof MmapArray) array.close()
    array = undefined
  },
})

function sumOf(array) {
  const values = array instanceof MmapArray ? array.slice() : array
  return values.reduce((sum, value) => sum + value, 0)
}
