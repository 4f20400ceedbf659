// The npm packages of the recipes, in the versions of package-lock.json, in the cache folder of this checkout.
import { createHash } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.js'
import { step } from '../steps.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The folder `node_modules` with the packages, which are fetched if they are missing. */
export async function npmFolder() {
  const lock = createHash('sha256')
    .update(readFileSync(join(HERE, 'package-lock.json')))
    .digest('hex')
    .slice(0, 8)
  const folder = await cached(`recipes-${lock}`, (folder) => {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(HERE, name), join(folder, name))
    step('fetching the packages of the recipes', 'npm', ['ci', '--ignore-scripts'], { cwd: folder })
  })
  return join(folder, 'node_modules')
}
