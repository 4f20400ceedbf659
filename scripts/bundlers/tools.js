// The tools that the package is tested with, each in a fixed version. To update one, change its line.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cached } from '../cache.js'
import { npmInstall } from '../runtimes/npm.js'
import { fetchRuntime } from '../runtimes/runtime.js'
import { ROOT, SetupError } from '../toolchain.js'

const MODULES = join(ROOT, 'node_modules')

/** `packages` are fetched into the cache folder of this checkout. `installed` is a development dependency. */
const TOOLS = {
  esbuild: { label: 'esbuild', packages: ['esbuild@0.28.2'] },
  rollup: {
    label: 'Rollup',
    packages: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3', '@rollup/plugin-commonjs@29.0.3'],
  },
  rolldown: { label: 'Rolldown', installed: 'rolldown' },
  vite: { label: 'Vite', packages: ['vite@8.4.0'] },
  webpack: { label: 'webpack', packages: ['webpack@5.113.0', 'webpack-cli@7.3.1'] },
  ncc: { label: 'ncc', packages: ['@vercel/ncc@0.45.0'] },
  nft: { label: '@vercel/nft', packages: ['@vercel/nft@1.11.5'] },
  bun: { label: 'Bun', runtime: 'bun' },
  // A single-executable application.
  sea: { label: 'Node.js', version: process.versions.node, packages: ['postject@1.0.0-alpha.6', 'esbuild@0.28.2'] },
  jest: { label: 'Jest', packages: ['jest@30.5.2'] },
  'typescript-5': { label: 'TypeScript', installed: 'typescript-5' },
  typescript: { label: 'TypeScript', installed: 'typescript' },
}

export const TOOL_NAMES = Object.keys(TOOLS)

/** `{ title, bins }` of a tool, which is fetched if it is missing: its name with the version, and the folders of its commands. */
export async function fetchTool(name) {
  const tool = TOOLS[name]
  if (!tool) throw new SetupError(`There is no tool ${name}, only ${TOOL_NAMES.join(', ')}.`)
  if (tool.runtime) {
    const { version, command } = await fetchRuntime(tool.runtime)
    return { title: `${tool.label} ${version}`, bins: [dirname(command)] }
  }
  if (tool.installed) {
    const folder = join(MODULES, tool.installed)
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { title: `${tool.label} ${version}`, bins: [join(folder, 'bin'), join(MODULES, '.bin')] }
  }
  const [main] = tool.packages
  const fetched = main.slice(main.lastIndexOf('@') + 1)
  const folder = await cached(`${name}-${fetched}`, (folder) => npmInstall(folder, main, ...tool.packages))
  return { title: `${tool.label} ${tool.version ?? fetched}`, bins: [join(folder, 'node_modules', '.bin')] }
}
