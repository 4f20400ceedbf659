// The commands by name. Each is loaded when it is used: `head` loads no plotting library.

import { UsageError } from '../failures.js'

const LOADERS = {
  info: () => import('./info.js'),
  head: () => import('./head.js'),
  tail: () => import('./tail.js'),
  get: () => import('./get.js'),
  convert: () => import('./convert.js'),
  diff: () => import('./diff.js'),
  plot: () => import('./plot.js'),
  view: () => import('./view.js'),
}

export const COMMANDS = Object.keys(LOADERS)

/**
 * @returns {Promise<{
 *   name: string, summary: string, usage: string, more?: string, options: object, examples: Array<[string, string]>,
 *   run(given: { values: object, positionals: string[], output: object }): Promise<number | void>
 * }>} `options` as `parseArgs` of node:util takes them, each with a `description`
 */
export async function load(name) {
  if (!COMMANDS.includes(name)) throw new UsageError(`there is no command '${name}'; see mmap-array --help`)
  return (await LOADERS[name]()).default
}
