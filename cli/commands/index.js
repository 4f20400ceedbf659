// The commands by name. Each is loaded when it is asked for: what shows ten elements loads no plotting library.

import { UsageError } from '../failures.js'

export const COMMANDS = ['info', 'head', 'tail', 'get', 'convert', 'diff', 'plot', 'view']

/**
 * @returns {Promise<{
 *   name: string, summary: string, usage: string, options: object, examples: Array<[string, string]>,
 *   takesIndices?: boolean, run(given: { values: object, positionals: string[], output: object }): Promise<number | void>
 * }>} `options` as `parseArgs` of node:util takes them, each with a `description`
 */
export async function load(name) {
  if (!COMMANDS.includes(name)) throw new UsageError(`there is no command '${name}'; see mmap-array --help`)
  return (await import(`./${name}.js`)).default
}
