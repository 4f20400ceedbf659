// The package as users get it: the tarball of `npm pack`, installed into an empty folder without a compiler.
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
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { step } from '../steps.js'
import { ROOT, capture } from '../toolchain.js'

/** A new folder with only the package in it, from a given tarball or from one that is packed now. */
export function installPackage(given) {
  const folder = mkdtempSync(join(tmpdir(), 'mmap-array-runtimes-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const packed = given ? undefined : packInto(folder)
  const tarball = given ? resolve(given) : join(folder, packed.filename)
  const env = { ...process.env, PATH: pathWithoutCargo() }
  step('installing the package', 'npm', ['install', '--offline', tarball], { cwd: folder, env })
  return { folder, tarball, packed }
}

/** Packs the tarball. Ignores the scripts, which would build the addon, because the existing addons are tested. */
function packInto(folder) {
  const pack = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`]
  return JSON.parse(step('packing', 'npm', pack))[0]
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

/** Adds the tests to an installed package: a checkout with the product files of the tarball. */
export function layTestsAround(installation) {
  const tree = join(installation, 'suite')
  const installed = join(installation, 'node_modules', 'mmap-array')
  cpSync(installed, tree, { recursive: true })
  // The tarball has only the pages of benchmark/.
  const product = new Set(readdirSync(installed).filter((name) => name !== 'benchmark'))
  for (const path of capture('git', ['ls-files', '--cached', '--others', '--exclude-standard']).split('\n')) {
    if (product.has(path.split('/', 1)[0]) || !statSync(join(ROOT, path), { throwIfNoEntry: false })) continue
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    cpSync(join(ROOT, path), join(tree, path))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'dir')
  return tree
}

/** Copies the small programs of __test__/runtimes/ beside the installed package: `{ name, file }`. */
export function copyPrograms(installation) {
  const folder = join(installation, 'programs')
  cpSync(join(ROOT, '__test__', 'runtimes'), folder, { recursive: true })
  return readdirSync(folder).map((file) => ({ name: basename(file).replace(/\.c?js$/, ''), file: join(folder, file) }))
}

/** The text of a file; undefined if it does not exist. */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
