// One piece of work on all elements, by a method of the class or by what JavaScript has for a typed array.
import { MmapArray } from '../../index.js'
import { probe, sample, scrambled } from '../sample.js'
import { parameters, serve } from '../service.js'

const { typecode, elements, needles: needleCount, subject, work } = parameters
const View = { i: Int32Array, d: Float64Array }[typecode]
const MISSING = 9999

const PLAIN = {
  count: 'let count = 0; for (let i = 0; i < array.length; i++) if (array[i] === 5) count++; return count',
  index: `return array.indexOf(${MISSING})`,
  sum: 'let sum = 0; for (let i = 0; i < array.length; i++) sum += array[i]; return sum',
  min: 'let least = array[0]; for (let i = 1; i < array.length; i++) if (array[i] < least) least = array[i]; return least',
  max: 'let most = array[0]; for (let i = 1; i < array.length; i++) if (array[i] > most) most = array[i]; return most',
  equals: 'for (let i = 0; i < array.length; i++) if (array[i] !== other[i]) return false; return true',
  byteswap: 'Buffer.from(array.buffer).swap32()',
  reverse: 'array.reverse()',
  fill: 'array.fill(7)',
  sort: 'array.sort()',
  searchsorted: `const places = new Float64Array(other.length)
    for (let i = 0; i < other.length; i++) {
      let low = 0, high = array.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (array[middle] < other[i]) low = middle + 1
        else high = middle
      }
      places[i] = low
    }
    return places`,
}
const OURS = {
  count: 'return array.count(5)',
  index: `return array.includes(${MISSING}) ? 0 : -1`,
  equals: 'return array.equals(other)',
  searchsorted: 'return array.searchsorted(other)',
}
const isPlain = subject === 'typed array'
const run = new Function(
  'array',
  'other',
  (isPlain ? PLAIN : OURS)[work] ?? `return array.${work}(${work === 'fill' ? 7 : ''})`,
)

const isScrambled = work === 'sort' || work === 'searchsorted'
const source = (isScrambled ? scrambled : sample)(View, elements)
if (work === 'searchsorted') source.sort()
const make = (values) => (isPlain ? values.slice() : new MmapArray(typecode, values))
const array = make(source)
const view = isPlain ? array : array.view
const other = work === 'searchsorted' ? scrambled(View, needleCount, 1) : make(source)
const isWriting = ['byteswap', 'reverse', 'fill', 'sort'].includes(work)

serve({
  before: () => isWriting && view.set(source),
  round: () => run(array, other),
  answer(result) {
    if (isWriting) return probe(view)
    return work === 'searchsorted' ? result.reduce((sum, place) => sum + place, 0) : Number(result)
  },
})
