import { listing } from '../listing.js'

export default listing({
  name: 'head',
  summary: 'the first elements, a line each',
  which: (length, count) => [0, Math.min(count, length)],
})
