// The package as a user has it: the tarball of `npm pack`, installed into an empty folder where there is no compiler.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { step } from '../steps.js'
import { ROOT, capture } from '../toolchain.js'

/** A new folder with nothing but the package in it, and what npm says of the tarball. */
export function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'mmap-array-runtimes-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  // Packing would build for every target; what is tried is what was built.
  const pack = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`]
  const [packed] = JSON.parse(step('packing', 'npm', pack))
  const tarball = join(folder, packed.filename)
  const install = ['install', '--offline', tarball]
  step('installing the package', 'npm', install, { cwd: folder, env: { ...process.env, PATH: pathWithoutCargo() } })
  return { folder, tarball, packed }
}

function pathWithoutCargo() {
  const folders = process.env.PATH.split(delimiter)
  return folders.filter((folder) => !listing(folder).includes('cargo')).join(delimiter)
}

function listing(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Lays the tests around an installed package: a checkout whose product files are those of the tarball. */
export function layTestsAround(installation) {
  const tree = join(installation, 'suite')
  const installed = join(installation, 'node_modules', 'mmap-array')
  cpSync(installed, tree, { recursive: true })
  const product = new Set(readdirSync(installed))
  for (const path of capture('git', ['ls-files', '--cached', '--others', '--exclude-standard']).split('\n')) {
    if (product.has(path.split('/', 1)[0]) || !statSync(join(ROOT, path), { throwIfNoEntry: false })) continue
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    cpSync(join(ROOT, path), join(tree, path))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'dir')
  return tree
}

/** The small programs in __test__/runtimes/, copied to where the package is installed: `{ name, file }`. */
export function copyPrograms(installation) {
  const folder = join(installation, 'programs')
  cpSync(join(ROOT, '__test__', 'runtimes'), folder, { recursive: true })
  return readdirSync(folder).map((file) => ({ name: basename(file).replace(/\.c?js$/, ''), file: join(folder, file) }))
}

/** The text of a file; undefined where there is none. */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
