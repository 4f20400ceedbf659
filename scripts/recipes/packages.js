// The npm packages of the recipes, in the versions of package-lock.json, in the cache folder of this checkout.
import { createHash } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.js'
import { step } from '../steps.js'
import { RECIPES } from './table.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The folder `node_modules` with the packages, which are fetched if they are missing. */
export async function npmFolder() {
  const lock = createHash('sha256')
    .update(readFileSync(join(HERE, 'package-lock.json')))
    .digest('hex')
    .slice(0, 8)
  // What is compiled fits one version of Node.js.
  const folder = await cached(`recipes-${lock}-${process.versions.modules}`, (folder) => {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(HERE, name), join(folder, name))
    step('fetching the packages of the recipes', 'npm', ['ci', '--ignore-scripts'], { cwd: folder })
    const compiled = Object.values(RECIPES).flatMap(({ build = [] }) => build)
    if (compiled.length === 0) return
    // Takes the headers of the Node.js that runs, instead of fetching them.
    const env = { ...process.env, npm_config_nodedir: dirname(dirname(process.execPath)) }
    step(`compiling ${compiled.join(' and ')}`, 'npm', ['rebuild', ...compiled], { cwd: folder, env })
  })
  return join(folder, 'node_modules')
}
