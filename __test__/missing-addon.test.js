// Importing the package where its addon cannot be loaded: an error that names the system, what is there, and what to do.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOST, addonOf } from '../scripts/addon.js'
import { ROOT } from '../scripts/toolchain.js'
import { expectExit, run } from './support/processes.js'

const SYSTEM = `${process.platform}-${process.arch}`
const GLIBC = process.report.getReport().header.glibcVersionRuntime
const LIBC = GLIBC ? `glibc ${GLIBC}` : 'musl'
const ADDON = `prebuilds/${HOST.name}/mmap-array.node`

let folder
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'mmap-array-addon-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The package without its addon, in a folder of its own. */
function copyPackage() {
  const copy = mkdtempSync(join(folder, 'copy-'))
  for (const name of ['package.json', 'index.js', 'native.js', 'lib']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  }
  return copy
}

function copyAddon(copy, name = HOST.name) {
  mkdirSync(join(copy, 'prebuilds', name), { recursive: true })
  cpSync(addonOf(HOST), join(copy, 'prebuilds', name, 'mmap-array.node'))
}

/** The message of the error that importing a copy throws. `preload` is code that runs before. */
async function messageOf(copy, preload = '', cwd = folder) {
  const code = `import(process.argv[1]).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`
  const options = [`--import=data:text/javascript,${encodeURIComponent(preload)}`, '--eval', code]
  const result = await run(process.execPath, [...options, join(copy, 'index.js')], { cwd })
  expectExit(result)
  const error = JSON.parse(result.stdout)
  expect(error.code).toBe('ERR_UNSUPPORTED_RUNTIME')
  return error.message
}

const PRETEND_RISC_V = `Object.defineProperty(process, 'arch', { value: 'riscv64' })`
const PRETEND_DARWIN = `Object.defineProperty(process, 'platform', { value: 'darwin' })`
const PRETEND_ELECTRON = `
  Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '38.1.0' } })`
/** Node.js for musl maps this file, and nothing of glibc. */
const PRETEND_MUSL = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const read = fs.readFileSync
  fs.readFileSync = (path, ...more) =>
    path === '/proc/self/maps' ? '7f00-7f01 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1' : read(path, ...more)
  syncBuiltinESMExports()`

test('import without prebuilds/ says where it looked, and what to do', async () => {
  const copy = copyPackage()
  const message = await messageOf(copy)
  expect(message).toContain(`mmap-array cannot run on ${SYSTEM} with ${LIBC}. `)
  expect(message).toContain(`${HOST.name}/mmap-array.node is missing: it is not in ${join(copy, 'prebuilds')}, `)
  expect(message).toContain('mark mmap-array as external, or copy prebuilds/ beside the bundle')
  expect(message).toContain('npm run build')
})

// There `__dirname` is '.'.
test('import in node --eval looks for no addon in the current directory', async () => {
  const other = copyPackage()
  copyAddon(other)
  expect(await messageOf(copyPackage(), '', other)).toContain(`${HOST.name}/mmap-array.node is missing`)
})

test('import of a damaged addon names it and the cause', async () => {
  const copy = copyPackage()
  copyAddon(copy)
  writeFileSync(join(copy, ADDON), 'no addon')
  const message = await messageOf(copy)
  expect(message).toContain(`Its addon ${join(copy, ADDON)} is there, but does not load: `)
  expect(message).toMatch(/load: .*(?:file too short|invalid ELF header|Exec format error)/)
})

test('import on another architecture names the addons that are there', async () => {
  const copy = copyPackage()
  copyAddon(copy)
  copyAddon(copy, 'linux-x128-gnu')
  const message = await messageOf(copy, PRETEND_RISC_V)
  expect(message).toContain(`mmap-array cannot run on linux-riscv64 with ${LIBC}. It has no addon for linux-riscv64-`)
  for (const name of [HOST.name, 'linux-x128-gnu']) expect(message).toContain(name)
})

test('import on musl names it, and does not load the addon for glibc', async () => {
  const copy = copyPackage()
  copyAddon(copy, `${SYSTEM}-gnu`)
  expect(await messageOf(copy, PRETEND_MUSL)).toBe(
    `mmap-array cannot run on ${SYSTEM} with musl. It has no addon for ${SYSTEM}-musl, only for ${SYSTEM}-gnu.`,
  )
})

test('import on musl loads the addon for musl', async () => {
  const copy = copyPackage()
  const name = `${SYSTEM}-musl`
  mkdirSync(join(copy, 'prebuilds', name), { recursive: true })
  writeFileSync(join(copy, 'prebuilds', name, 'mmap-array.node'), 'no addon')
  expect(await messageOf(copy, PRETEND_MUSL)).toContain(`Its addon ${join(copy, 'prebuilds', name)}`)
})

// As `--permission` without --allow-fs-read for /proc does.
test('import where /proc cannot be read takes the addon for the C library of Node.js', async () => {
  const copy = copyPackage()
  copyAddon(copy)
  writeFileSync(join(copy, ADDON), 'no addon')
  const refuse = PRETEND_MUSL.replace(/'7f00.*1'/, `(() => { throw new Error('refused') })()`)
  expect(await messageOf(copy, refuse)).toContain(`Its addon ${join(copy, ADDON)} is there`)
})

test('import on a platform with one C library names none', async () => {
  const copy = copyPackage()
  copyAddon(copy)
  expect(await messageOf(copy, PRETEND_DARWIN)).toBe(
    `mmap-array cannot run on darwin-${process.arch}. It has no addon for darwin-${process.arch}, only for ${HOST.name}.`,
  )
})

test('import in Electron says why, and loads nothing', async () => {
  const copy = copyPackage()
  copyAddon(copy)
  writeFileSync(join(copy, ADDON), 'no addon')
  const message = await messageOf(copy, PRETEND_ELECTRON)
  expect(message).toContain('mmap-array cannot run on Electron 38.1.0. Its V8 refuses buffers')
})

describe('a bundle', () => {
  const PRINT_SUM = `import { MmapArray } from ${JSON.stringify(join(ROOT, 'index.js'))}
    console.log(new MmapArray('d', [1.5, 2.5]).sum())`

  /** An application in a folder where nothing else is. */
  async function bundle(format, define = {}) {
    const out = mkdtempSync(join(folder, 'bundle-'))
    const input = join(out, 'input.mjs')
    const file = join(out, { esm: 'app.mjs', cjs: 'app.cjs' }[format])
    writeFileSync(input, PRINT_SUM)
    const build = await rolldown({ input, platform: 'node', transform: { define }, logLevel: 'silent' })
    await build.write({ file, format })
    await build.close()
    rmSync(input)
    return file
  }

  const KINDS = [
    ['an ES module', 'esm', {}],
    ['CommonJS', 'cjs', {}],
    // esbuild and single-executable applications leave it so.
    ['CommonJS without import.meta.url', 'cjs', { 'import.meta.url': 'undefined' }],
    // webpack writes the path of the source.
    ['CommonJS with import.meta.url of the build', 'cjs', { 'import.meta.url': '"file:///no/such/native.js"' }],
  ]

  const FROM_THE_WEB = ['an ES module from the web', 'esm', { 'import.meta.url': '"https://example.org/native.js"' }]

  test.each([...KINDS, FROM_THE_WEB])(
    'as %s without prebuilds/ ends in an error that says what to do',
    async (_, format, define) => {
      const file = await bundle(format, define)
      const result = await run(process.execPath, [file], { cwd: folder })
      expectExit(result, 1)
      expect(result.stderr).toContain(`code: 'ERR_UNSUPPORTED_RUNTIME'`)
      expect(result.stderr).toContain('mark mmap-array as external, or copy prebuilds/ beside the bundle')
      expect(result.stderr).not.toContain('Invalid URL')
    },
  )

  test.each(KINDS)('as %s beside prebuilds/ runs', async (_, format, define) => {
    const file = await bundle(format, define)
    copyAddon(dirname(file))
    const result = await run(process.execPath, [file], { cwd: folder })
    expectExit(result)
    expect(result.stdout).toBe('4\n')
  })
})
