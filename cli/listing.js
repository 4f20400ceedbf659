// The commands that print elements from one end of a file.

import { blocksOf } from './blocks.js'
import { toFiles, toWhole } from './command-line.js'
import { printElements } from './elements-output.js'
import { OPENING, open } from './opening.js'

/** @param {{ name: string, summary: string, which(length: number, count: number): [start: number, stop: number] }} command */
export function listing({ name, summary, which }) {
  return {
    name,
    summary,
    usage: `${name} FILE [OPTIONS]`,
    options: {
      ...OPENING,
      lines: { type: 'string', short: 'n', value: 'COUNT', description: 'how many; default 10' },
      json: { type: 'boolean', description: 'one JSON array; integers of 8 bytes as strings' },
    },
    examples: [
      [`mmap-array ${name} prices.f64`, 'ten of them'],
      [`mmap-array ${name} -n 1000 ticks.bin --type i64`, ''],
    ],

    async run({ values, positionals, output }) {
      const [path] = toFiles(this, positionals, ['FILE'])
      const count = toWhole(values.lines, 'lines') ?? 10
      const array = open(path, values)
      try {
        const [start, stop] = which(array.length, count)
        await printElements(array, blocks(array, start, stop), values, output)
      } finally {
        array.close()
      }
    },
  }
}

async function* blocks(array, start, stop) {
  for await (const { values } of blocksOf(array, { start, stop })) yield values
}
