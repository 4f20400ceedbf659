import { styleText } from 'node:util'

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR

export function coloured(style, text) {
  return isColoured ? styleText(style, text) : text
}

export function print(line = '') {
  process.stdout.write(`${line}\n`)
}

/** `Tables    71.3 MiB …`. Without a name, the line continues the fact before it. */
export function printFact(name, text) {
  print(`${name.padEnd(9)} ${text}`)
}

export function printSection(heading, lines) {
  print()
  print(coloured('bold', heading))
  for (const line of lines) print(line)
}
