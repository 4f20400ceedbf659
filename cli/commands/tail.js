import { listing } from '../listing.js'

export default listing({
  name: 'tail',
  summary: 'print the last elements, and with -f those that are appended',
  more: `
With -f or -F, the command prints elements as other programs append them. Press Ctrl-C to end it. If another file takes the name of
FILE, -f stays with the old file, and -F prints the new one from its first element. If a program truncates FILE below the
elements that were printed, the command says so on the standard error and starts again at the first element.`,
  options: {
    follow: { type: 'boolean', short: 'f', description: 'keeps printing elements as others append them' },
    'follow-name': {
      type: 'boolean',
      short: 'F',
      description: 'does the same, and goes on when another file takes the name',
    },
  },
  examples: [
    ['mmap-array tail -f ticks.i64', 'new elements as they come'],
    ['mmap-array tail -F trades.npy --field price', 'even if the file is replaced'],
  ],
  which: (length, count) => [Math.max(length - count, 0), length],
})
