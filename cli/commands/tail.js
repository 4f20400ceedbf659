import { listing } from '../listing.js'

export default listing({
  name: 'tail',
  summary: 'the last elements, a line each; with -f also those that others append',
  more: `
With -f or -F the command goes on until Ctrl-C, and prints elements as other programs append them. If another file takes the place of FILE,
-f stays with the old file, and -F goes on with the new one, from its first element. If FILE is truncated below the elements that were printed, both
begin again at its start.`,
  options: {
    follow: { type: 'boolean', short: 'f', description: 'prints the elements that others append, as they come' },
    'follow-name': {
      type: 'boolean',
      short: 'F',
      description: 'the same, also when a new file takes the place of FILE',
    },
  },
  examples: [
    ['mmap-array tail -f ticks.i64', 'and what is appended'],
    ['mmap-array tail -F trades.npy --field price', 'also after a replacement'],
  ],
  which: (length, count) => [Math.max(length - count, 0), length],
})
