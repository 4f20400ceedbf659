// The commands that print elements from one end of files.

import { blocksOf } from './blocks.js'
import { toWhole } from './command-line.js'
import { printElements } from './elements-output.js'
import { UsageError, printable } from './failures.js'
import { followFiles } from './followed-files.js'
import { OPENING, noteRest, open, openLive } from './opening.js'

/**
 * @param {{ name: string, summary: string, more?: string, options?: object, examples?: Array<[string, string]>,
 *   which(length: number, count: number): [start: number, stop: number] }} command
 */
export function listing({ name, summary, more, options, examples = [], which }) {
  return {
    name,
    summary,
    usage: `${name} FILE ... [OPTIONS]`,
    more,
    options: {
      ...OPENING,
      lines: {
        type: 'string',
        short: 'n',
        value: 'COUNT',
        description: 'prints this many elements, which are not rows of a matrix; default 10',
      },
      json: { type: 'boolean', description: 'prints a JSON array for each FILE; integers of 8 bytes become strings' },
      ...options,
    },
    examples: [
      [`mmap-array ${name} prices.f64`, 'ten elements'],
      [`mmap-array ${name} -n 1000 ticks.bin --type i64`, ''],
      ...examples,
    ],

    async run({ values, positionals, output }) {
      if (positionals.length === 0) throw new UsageError(`FILE is missing; usage: mmap-array ${this.usage}`)
      const count = toWhole(values.lines, 'lines') ?? 10
      const mode = toMode(values)
      const files = openFiles(positionals, values, mode)
      try {
        for (const file of files) {
          if (!file.isReserved) noteRest(file.elements, values.offset)
          const [start, stop] = file.isReserved ? [0, 0] : which(file.elements.length, count)
          file.listed = () => blocks(file.elements, start, stop)
          file.startOf = (length) => (count === 0 ? 'end' : which(length, count)[0])
        }
        if (mode) return await followFiles(files, { isByName: mode === 'name' }, output)
        for (const [at, file] of files.entries()) {
          if (files.length > 1 && !values.json) await output.write(`${at > 0 ? '\n' : ''}==> ${file.name} <==\n`)
          await printElements(file.elements, file.listed(), values, output)
        }
        return undefined
      } finally {
        for (const { elements } of files) elements.close()
      }
    },
  }
}

/** @returns {'file' | 'name' | undefined} what is followed after the end */
function toMode({ follow, 'follow-name': byName, json }) {
  if (follow && byName) throw new UsageError('--follow and --follow-name contradict each other: give one of them')
  if (json && (follow || byName))
    throw new UsageError('--json prints a complete array, and a file that is followed has no end')
  return byName ? 'name' : follow ? 'file' : undefined
}

function openFiles(paths, values, mode) {
  const files = []
  try {
    for (const path of paths) {
      // A file that is followed may be reserved now: its elements follow when the program has trimmed it.
      const opened = mode ? openLive(path, values) : { elements: open(path, values), isReserved: false }
      const reopen = () => openLive(path, { ...values, field: undefined }).elements
      files.push({ name: printable(path), ...opened, reopen })
    }
  } catch (error) {
    for (const { elements } of files) elements.close()
    throw error
  }
  return files
}

async function* blocks(array, start, stop) {
  for await (const { values } of blocksOf(array, { start, stop })) yield values
}
