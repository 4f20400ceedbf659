// Packages of others, installed and built beside our own the first time they are asked for, never among our dependencies.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, failureOf } from './cache.js'

/** Headers of Node.js need C++17, which the oldest of these packages do not ask for. */
const BUILD = { CXXFLAGS: '-std=gnu++17' }
const PATIENCE_MS = 300_000

/** Where a package is, and its version; or why there is none. */
export function npmPackage(name, { mayInstall }) {
  const folder = join(CACHE, `npm-${name.replaceAll(/\W+/g, '-')}-${process.arch}-${process.versions.modules}`)
  const manifest = join(folder, 'node_modules', name, 'package.json')
  const loads = () => {
    const load = `require(require.resolve(${JSON.stringify(name)}, { paths: [${JSON.stringify(folder)}] }))`
    return spawnSync(process.execPath, ['-e', load], { encoding: 'utf8' })
  }
  if (!existsSync(manifest)) {
    if (!mayInstall) return { absent: 'not installed, and --no-install was given' }
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{}')
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts=false', name]
    const env = { ...process.env, ...BUILD }
    const result = spawnSync('npm', args, { cwd: folder, env, encoding: 'utf8', timeout: PATIENCE_MS })
    if (result.status !== 0) return { absent: `npm install failed: ${failureOf(result)}` }
  }
  const loaded = loads()
  if (loaded.status !== 0) return { absent: `it does not load: ${failureOf(loaded)}` }
  return { folder, version: JSON.parse(readFileSync(manifest, 'utf8')).version }
}
