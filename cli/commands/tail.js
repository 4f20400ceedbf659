import { listing } from '../listing.js'

export default listing({
  name: 'tail',
  summary: 'the last elements, a line each',
  which: (length, count) => [Math.max(length - count, 0), length],
})
