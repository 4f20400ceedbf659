// Bundles the dependencies of the command line tool into dist/, so that the package has no dependencies.
//
//   node scripts/bundle.js     makes dist/ if it is missing or out of date
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withLock } from './steps.js'
import { ROOT, SetupError, readJson, runScript } from './toolchain.js'

const DIST = join(ROOT, 'dist')
const MODULES = join(ROOT, 'node_modules')
/** The bundled modules, by the names that import them. */
const ENTRIES = {
  'plotting.js': "export * as Plot from '@observablehq/plot'\nexport { createDocument } from '@mixmark-io/domino'",
  'rasterizer.js': "export { Resvg, initWasm } from '@resvg/resvg-wasm'",
  'csv.js': "import papaparse from 'papaparse'\nexport const { Parser } = papaparse",
}
/** The copied files. */
const COPIES = {
  'rasterizer.wasm': '@resvg/resvg-wasm/index_bg.wasm',
  'font.ttf': '@expo-google-fonts/roboto/400Regular/Roboto_400Regular.ttf',
  'viewer/uPlot.js': 'uplot/dist/uPlot.iife.min.js',
  'viewer/uPlot.css': 'uplot/dist/uPlot.min.css',
}
/** The licences that dependencies may have. All of them allow the package to be MIT, if their texts are included. */
export const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'MPL-2.0', 'MIT AND OFL-1.1']

/** Makes dist/ unless it is up to date. */
export async function setUpBundle() {
  const stamp = stampOf()
  if (isFresh(stamp)) return
  await withLock(async () => {
    if (!isFresh(stamp)) await bundle(stamp)
  })
}

/** The sources of dist/: this script and the installed packages. */
function stampOf() {
  const hash = createHash('sha256').update(readFileSync(new URL(import.meta.url)))
  return hash.update(JSON.stringify(readJson('package-lock.json').packages)).digest('hex')
}

const STAMP = join(ROOT, 'target', 'mmap-array-bundle')

function isFresh(stamp) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp && existsSync(join(DIST, 'LICENCES.txt'))
}

async function bundle(stamp) {
  console.error('mmap-array: bundling what the command line tool needs ...')
  const { rolldown } = await import('rolldown').catch(() => {
    throw new SetupError('The development dependencies are missing. Run `npm install` without --omit=dev.')
  })
  // Made under another name first, so that dist/ is always complete.
  const unfinished = `${DIST}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const sources = new Set()
  for (const [name, code] of Object.entries(ENTRIES)) {
    const build = await rolldown({ input: 'entry', platform: 'node', plugins: [virtual(code)], cwd: ROOT })
    const { output } = await build.write({
      file: join(unfinished, name),
      format: 'esm',
      minify: true,
      codeSplitting: false,
    })
    await build.close()
    for (const { moduleIds = [] } of output) for (const id of moduleIds) sources.add(id)
  }
  for (const [name, source] of Object.entries(COPIES)) {
    mkdirSync(dirname(join(unfinished, name)), { recursive: true })
    copyFileSync(join(MODULES, source), join(unfinished, name))
    sources.add(realpathSync(join(MODULES, source)))
  }
  writeFileSync(join(unfinished, 'LICENCES.txt'), licencesOf(sources))
  rmSync(DIST, { recursive: true, force: true })
  renameSync(unfinished, DIST)
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, stamp)
}

/** An entry without a file. */
const virtual = (code) => ({
  name: 'entry',
  resolveId: (id) => (id === 'entry' ? { id: join(ROOT, 'entry.js') } : null),
  load: (id) => (id === join(ROOT, 'entry.js') ? code : null),
})

/** The name, version, licence and licence text of each bundled package. */
function licencesOf(files) {
  // node_modules may be a link, which the bundler follows.
  const modules = realpathSync(MODULES)
  const installed = [...files].filter((file) => file.startsWith(modules))
  const folders = new Set(installed.map((file) => packageFolder(modules, file)))
  const texts = [...folders].toSorted().map((folder) => {
    const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (!ALLOWED.includes(license)) throw new SetupError(`${name} is licensed under ${license}, which is not allowed`)
    const licences = readdirSync(folder).filter((file) => /^(licen[cs]e|copying)/i.test(file))
    const source = (repository?.url ?? repository ?? '').replace(/^git\+/, '')
    const body = licences.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
    return `${name} ${version}, ${license}\nSource: ${source}\n\n${body || `Licensed under ${license}.`}\n`
  })
  return `The code of others that is in this folder, and its licences.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

function packageFolder(modules, file) {
  const parts = relative(modules, file).split('/')
  const nested = parts.lastIndexOf('node_modules') + 1
  return join(modules, ...parts.slice(0, nested + (parts[nested].startsWith('@') ? 2 : 1)))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await runScript(setUpBundle)
