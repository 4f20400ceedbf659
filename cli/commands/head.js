import { listing } from '../listing.js'

export default listing({
  name: 'head',
  summary: 'print the first elements, one on a line',
  which: (length, count) => [0, Math.min(count, length)],
})
