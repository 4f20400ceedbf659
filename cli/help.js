// Prints --help, from the descriptions of the commands.

import { styleText } from 'node:util'
import { HELP } from './command-line.js'
import { COMMANDS, load } from './commands/index.js'

const heading = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? styleText('bold', text) : text)

/** Lines of two columns. */
function table(rows) {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n')
}

export async function overview() {
  const commands = await Promise.all(COMMANDS.map(load))
  return `Shows, converts, compares and draws files of numbers and records.

${heading('Usage')}
  mmap-array COMMAND FILE ... [OPTIONS]

${heading('Commands')}
${table(commands.map(({ name, summary }) => [name, summary]))}

mmap-array COMMAND --help describes a command. A FILE holds raw elements, which are numbers or records. If its name ends
in .npy, it is in NumPy's format.

${heading('Exit codes')}
${table([
  ['0', 'done'],
  ['1', 'diff found a difference'],
  ['2', 'the command line cannot be understood'],
  ['3', 'the system refused: no such file, no permission, no room'],
  ['4', 'the data are wrong or do not fit the type'],
])}

${heading('Examples')}
${table([
  ['mmap-array info prices.f64', 'its type, length and statistics'],
  ['mmap-array convert prices.csv prices.npy', 'CSV to NumPy'],
  ['mmap-array plot prices.npy', 'a picture in the terminal'],
])}`
}

/** @param {{ usage: string, summary: string, options: object, examples: Array<[string, string]>, more?: string }} command */
export function helpOf({ usage, summary, options, examples, more }) {
  const rows = Object.entries({ ...options, help: HELP }).map(([name, { type, short, value, description }]) => [
    `${short ? `-${short}, ` : '    '}--${name}${type === 'string' ? ` ${value ?? name.toUpperCase()}` : ''}`,
    description,
  ])
  return `${summary[0].toUpperCase()}${summary.slice(1)}.

${heading('Usage')}
  mmap-array ${usage}
${more ? `\n${more.trim()}\n` : ''}
${heading('Options')}
${table(rows)}

${heading('Examples')}
${table(examples)}`
}
