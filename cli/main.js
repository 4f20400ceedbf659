// The command line: finds the command, reads its arguments, and turns every failure into a line and an exit code.

import { readFileSync } from 'node:fs'
import { load } from './commands/index.js'
import { parse } from './command-line.js'
import { EXIT, UsageError, exitCodeOf, messageOf } from './failures.js'
import { helpOf, overview } from './help.js'
import { Output } from './output.js'
import { eraseProgress } from './progress.js'
import { discardUnfinished } from './replacement.js'

/** Signals that end the tool, and the exit code that a shell expects. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 }

/** @returns {Promise<number>} the exit code */
export async function main(words) {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      discardUnfinished()
      eraseProgress()
      // `exit` would wait for threads, and one may wait for the other end of a pipe. The kernel does not deliver this signal to
      // the first process of a container: that one exits.
      process.kill(process.pid, signal)
      process.exit(code)
    })
  }
  // Nobody reads the message then: the exit code still tells what failed.
  process.stderr.on('error', () => {})
  const output = new Output(process.stdout)
  try {
    return (await run(words, output)) ?? EXIT.done
  } catch (error) {
    discardUnfinished()
    eraseProgress()
    if (output.isClosed) return EXIT.done
    process.stderr.write(`mmap-array: ${messageOf(error)}\n`)
    return exitCodeOf(error)
  }
}

async function run([name, ...rest], output) {
  if (name === undefined) throw new UsageError('a command is missing; see mmap-array --help')
  if (name === '--version' || name === '-v') return output.line(versionOf())
  if (name === '--help' || name === '-h') return output.line(await overview())
  if (name === 'help') return output.line(rest.length > 0 ? helpOf(await load(rest[0])) : await overview())
  const command = await load(name)
  const { values, positionals } = parse(command, rest)
  if (values.help) return output.line(helpOf(command))
  return command.run({ values, positionals, output })
}

function versionOf() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
