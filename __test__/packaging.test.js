// What npm would publish works where it is installed, without a compiler, a script or another package.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as functions from '../native.js'
import { HOST, TARGETS, addonOf, addonProfile } from '../scripts/addon.js'
import { ALLOWED } from '../scripts/bundle.js'
import { installPackage } from '../scripts/runtimes/installation.js'
import { ROOT, isAtLeast } from '../scripts/toolchain.js'
import { expectExit, run } from './support/processes.js'

const HOME = homedir()
let folder
let packed
let tarball
let installed

beforeAll(() => {
  // The addon is built: `npm test` has seen to that.
  ;({ folder, packed, tarball } = installPackage())
  installed = join(folder, 'node_modules', 'mmap-array')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inFolder = async (...args) => (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout.trim()

test('holds the package and nothing else', () => {
  const allowed =
    /^(index\.js|index\.d\.ts|typescript-5\.6\.d\.ts|lib\/[\w-]+(\.generated)?\.js|native\.js|bin\/mmap-array\.js|cli\/([\w-]+\/)*[\w-]+\.(js|html|css)|docs\/(recipes\/)?[\w-]+\.md|examples\/([\w-]+\/)+[\w-]+\.(js|py|c|md)|python\/\w+\.py|benchmark\/\w+\.(md|svg)|dist\/(viewer\/)?\w+\.(js|css|wasm|ttf|txt)|prebuilds\/(linux-(x64|arm64)-(gnu|musl)|darwin-(x64|arm64))\/mmap-array\.node|package\.json|[A-Z]+(\.md)?)$/
  const names = packed.files.map((file) => file.path)
  expect(names.filter((name) => !allowed.test(name))).toEqual([])
  expect(names).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'index.d.ts',
      'typescript-5.6.d.ts',
      'lib/element-paths.generated.js',
      'lib/record-accessors.generated.js',
      'native.js',
      'python/mmap_array.py',
    ]),
  )
  expect(names).toContain(`prebuilds/${HOST.name}/mmap-array.node`)
  expect(packed.size).toBeLessThan(8e6)
})

test('needs no other package, and lets npm install it everywhere, without a script and without a warning', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(manifest.dependencies ?? {}).toEqual({})
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
    expect(manifest.scripts).not.toHaveProperty(hook)
  }
  for (const field of ['os', 'cpu', 'libc']) expect(manifest).not.toHaveProperty(field)
})

test('every file that README.md, docs/ and the examples link to is in the tarball', () => {
  const names = packed.files.map((file) => file.path)
  const pages = names.filter((name) => /^(README\.md|docs\/.*\.md|examples\/.*\.md)$/.test(name))
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guide.md', 'docs/recipes/README.md', 'examples/c/README.md']))
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(installed, page), 'utf8')
    const links = Array.from(text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, link]) => join(page, '..', link))
    return links.filter((link) => !existsSync(join(installed, link))).map((link) => `${page}: ${link}`)
  })
  expect(broken).toEqual([])
})

test('loads by import and by require', async () => {
  const print = "new MmapArray('d', [1.5]).get(0)"
  const imported = `import { MmapArray } from 'mmap-array'; console.log(${print})`
  const required = `const { MmapArray } = require('mmap-array'); console.log(${print})`
  expect(await inFolder('--input-type=module', '--eval', imported)).toBe('1.5')
  expect(await inFolder('--input-type=commonjs', '--eval', required)).toBe('1.5')
})

test('brings the command line tool, and everything that it draws with', async () => {
  const file = join(folder, 'squares.f64')
  writeFileSync(file, new Float64Array([1, 4, 9]))
  const tool = (...words) => run(join(folder, 'node_modules', '.bin', 'mmap-array'), words, { cwd: folder })
  const version = await tool('--version')
  expectExit(version)
  expect(version.stdout).toBe(`${JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).version}\n`)
  expect((await tool('info', file)).stdout).toContain('greatest    9')
  expectExit(await tool('plot', file, '--png', 'squares.png'))
  expect(readFileSync(join(folder, 'squares.png')).subarray(1, 4).toString()).toBe('PNG')
  expect(existsSync(join(installed, 'dist', 'viewer', 'uPlot.js'))).toBe(true)
})

test('names the licence of all that is bundled', () => {
  const text = readFileSync(join(installed, 'dist', 'LICENCES.txt'), 'utf8')
  const named = Array.from(
    text.matchAll(/^(@?[a-z][\w/@.-]*) \d+\.\d+\.\d+, (.+)\nSource: (\S+)$/gm),
    ([, name, licence]) => [name, licence],
  )
  expect(named.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      '@observablehq/plot',
      '@resvg/resvg-wasm',
      '@expo-google-fonts/roboto',
      'uplot',
      'd3-scale',
    ]),
  )
  expect(named.filter(([, licence]) => !ALLOWED.includes(licence))).toEqual([])
})

test('native.js names what the addon exports, and no more', () => {
  const addon = createRequire(import.meta.url)(addonOf(HOST))
  expect(Object.keys(functions).toSorted()).toEqual(Object.keys(addon).toSorted())
  expect(Object.values(functions)).not.toContain(undefined)
})

describe('as others see the package', () => {
  const tool = (name, ...args) =>
    run(join(ROOT, 'node_modules', '.bin', name), [...args, tarball], { timeout: 100_000 })

  test('publint', async () => expectExit(await tool('publint', '--strict')))

  // `require` of an ES module works in every Node.js that package.json asks for, which attw does not know.
  test('attw', async () => expectExit(await tool('attw', '--ignore-rules=cjs-resolves-to-esm')))
})

describe('the addons in the tarball', () => {
  const addons = () => packed.files.map((file) => file.path).filter((path) => path.endsWith('.node'))
  const isOf = (path, profile) =>
    TARGETS.some((target) => path.includes(target.name) && addonProfile(target) === profile)

  test.skipIf(addonProfile(HOST) === 'debug')('hold no path of the machine that built them', () => {
    for (const path of addons()) {
      const bytes = readFileSync(join(installed, path))
      expect({ path, found: [HOME, ROOT].filter((text) => bytes.includes(text)) }).toEqual({ path, found: [] })
      // They do hold paths, so the search can find some.
      expect(bytes.includes('/mmap-array/src') || bytes.includes('/cargo/registry')).toBe(true)
    }
  })

  test.skipIf(addonProfile(HOST) !== 'prebuild')('ask for no later glibc than 2.17', () => {
    const portable = addons().filter((path) => path.includes('-gnu/') && isOf(path, 'prebuild'))
    if (HOST.libc === 'gnu') expect(portable).toContain(`prebuilds/${HOST.name}/mmap-array.node`)
    for (const path of portable) {
      const text = readFileSync(join(installed, path), 'latin1')
      const versions = Array.from(text.matchAll(/\0GLIBC_([\d.]+)(?=\0)/g), ([, version]) => version)
      expect(versions).not.toEqual([])
      expect(versions.filter((version) => !isAtLeast('2.17', version))).toEqual([])
    }
  })

  test('take musl from the process, and no other library', async () => {
    for (const path of addons().filter((path) => path.includes('-musl/'))) {
      const { stdout } = await run('readelf', ['--dynamic', join(installed, path)])
      expect(Array.from(stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g), ([, name]) => name)).toEqual(['libc.so'])
    }
  })

  // A worker that ends must not take the code from under the others. musl never unloads a library.
  test('stay loaded', () => {
    for (const path of addons().filter((path) => path.includes('-gnu/'))) {
      const bytes = readFileSync(join(installed, path))
      const DT_FLAGS_1 = Buffer.from('fbffff6f00000000', 'hex')
      const flags = bytes.readUInt32LE(bytes.indexOf(DT_FLAGS_1) + DT_FLAGS_1.length)
      const DF_1_NODELETE = 8
      expect({ path, flag: flags & DF_1_NODELETE }).toEqual({ path, flag: DF_1_NODELETE })
    }
  })
})
