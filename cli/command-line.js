// Parses the words of a command line by a command's options.

import { parseArgs } from 'node:util'
import { UsageError } from './failures.js'
import { nearestName } from './nearest-name.js'

export const HELP = { type: 'boolean', short: 'h', description: 'shows this text' }

/** An index or a slice that looks like an option: -1, -5:, -3:-1. */
const INDEX = /^-\d+(:|$)/
/** The same for a command that takes an index for each dimension: -1,: */
const AXES = /^-\d+[:,]/
const MARK = '\0'

/** @returns {{ values: object, positionals: string[] }} */
export function parse(command, words) {
  const options = { ...command.options, help: HELP }
  // A mark in front keeps `parseArgs` from taking it for an option.
  const args = words.map((word) => (INDEX.test(word) || (command.takesAxes && AXES.test(word)) ? MARK + word : word))
  try {
    const { values, positionals, tokens } = parseArgs({ args, options, allowPositionals: true, tokens: true })
    requireOnce(tokens, options)
    if (!command.takesAxes) requireNoCount(tokens, options)
    const given = Object.entries(values).map(([name, value]) => [name, unmarked(value)])
    return { values: Object.fromEntries(given), positionals: positionals.map(unmarked) }
  } catch (error) {
    const problem = dashedValue(args, options) ?? firstSentence(error.message)
    throw new UsageError(`${problem}${hintOf(error, options)} mmap-array ${command.name} --help`)
  }
}

/** The option that an unknown one probably meant. */
function hintOf({ code, message }, options) {
  const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'--([^'=]+)/.exec(message)?.[1] : undefined
  const meant = unknown && nearestName(unknown, Object.keys(options))
  return meant ? `; did you mean --${meant}? See` : '; see'
}

/** An option followed by a value that looks like another option: --missing-text -9,9. */
function dashedValue(args, options) {
  for (const [at, word] of args.entries()) {
    const found = Object.entries(options).find(([name, { short }]) =>
      [`--${name}`, short && `-${short}`].includes(word),
    )
    const next = args[at + 1]
    if (found?.[1].type !== 'string' || !/^-./.test(next ?? '')) continue
    return `--${found[0]} takes a value; if that is ${next}, write --${found[0]}=${next}`
  }
  return undefined
}

/** Refuses -5, which other programs take as a number of lines. */
function requireNoCount(tokens, { lines }) {
  const end = tokens.findIndex(({ kind }) => kind === 'option-terminator')
  const words = (end < 0 ? tokens : tokens.slice(0, end)).filter(({ kind }) => kind === 'positional')
  const word = words.map(({ value }) => unmarked(value)).find((value) => /^-\d+$/.test(value))
  if (word === undefined) return
  throw new Error(`unknown option ${word}${lines === undefined ? '' : `: write -n ${word.slice(1)}`}`)
}

/** `parseArgs` would silently keep only the last one. */
function requireOnce(tokens, options) {
  const names = tokens.filter(({ kind, name }) => kind === 'option' && !options[name].multiple).map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new Error(`--${twice} is given twice`)
}

const unmarked = (word) => {
  if (Array.isArray(word)) return word.map(unmarked)
  return typeof word === 'string' ? word.replace(MARK, '') : word
}
const firstSentence = (text) => text.split(/\. |\n/)[0].replace(/\.$/, '')

/** @returns {number | undefined} */
export function toWhole(text, name, least = 0, most = Number.MAX_SAFE_INTEGER) {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  const bounds = most < Number.MAX_SAFE_INTEGER ? `${least} to ${most}` : `${least}`
  throw new UsageError(`--${name} takes a whole number from ${bounds}, not '${text}'`)
}

/** @returns {number | undefined} */
export function toNumber(text, name) {
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && number >= 0) return number
  throw new UsageError(`--${name} takes a number from 0, not '${text}'`)
}

/** Python's `start:stop:step`. Each part may be missing. */
export function toSlice(text, name, form = 'START:STOP') {
  const match = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/.exec(text)
  if (!match) throw new UsageError(`${name} takes ${form}, not '${text}'`)
  const [start, stop, step] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)))
  if (step === 0) throw new UsageError(`the step of ${name} cannot be 0`)
  return { start, stop, step }
}

/**
 * The bounds of `--range`, clamped as in Python. If the length is infinite, bounds from the end stay negative.
 * @returns {[start: number, stop: number]}
 */
export function toRange(text, length) {
  if (text === undefined) return [0, length]
  const { start = 0, stop = length, step } = toSlice(text, '--range')
  if (step !== undefined && step !== 1) throw new UsageError('--range takes START:STOP without a step')
  if (length === Infinity) return [start, stop < 0 ? stop : Math.max(start, stop)]
  const clamp = (at) => Math.min(Math.max(at < 0 ? at + length : at, 0), length)
  return [clamp(start), Math.max(clamp(stop), clamp(start))]
}

/** @returns {string[]} exactly the files that a command takes */
export function toFiles(command, positionals, names) {
  if (positionals.length === names.length) return positionals
  const missing = names[positionals.length]
  const what = missing ? `${missing} is missing` : `'${positionals[names.length]}' is one argument too many`
  throw new UsageError(`${what}; usage: mmap-array ${command.usage}`)
}
