// What npm would publish works where it is installed, without a compiler, a script or another package.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const run = promisify(execFile)

let folder
let packed

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmap-array-packaging-'))
  await writeFile(join(folder, 'package.json'), '{}')
  // The addon is built: `npm test` has seen to that.
  const pack = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`]
  ;[packed] = JSON.parse((await run('npm', pack, { cwd: ROOT })).stdout)
  await run('npm', ['install', '--offline', join(folder, packed.filename)], { cwd: folder })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const inFolder = async (...args) => (await run(process.execPath, args, { cwd: folder })).stdout.trim()

test('holds the package and nothing else', () => {
  const allowed =
    /^(index\.js|index\.d\.ts|lib\/[\w-]+\.js|native\.js|mmap-array\.[\w-]+\.node|package\.json|[A-Z]+(\.md)?)$/
  const names = packed.files.map((file) => file.path)
  expect(names.filter((name) => !allowed.test(name))).toEqual([])
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'index.d.ts', 'native.js']))
  expect(names.some((name) => name.endsWith('.node'))).toBe(true)
})

test('needs no other package and runs no script when it is installed', async () => {
  const manifest = JSON.parse(await readFile(join(folder, 'node_modules/mmap-array/package.json'), 'utf8'))
  expect(manifest.dependencies ?? {}).toEqual({})
  expect(manifest.scripts).not.toHaveProperty('install')
  expect(manifest.scripts).not.toHaveProperty('preinstall')
  expect(manifest.scripts).not.toHaveProperty('postinstall')
})

test('loads by import and by require', async () => {
  const print = "new MmapArray('d', [1.5]).get(0)"
  const imported = `import { MmapArray } from 'mmap-array'; console.log(${print})`
  const required = `const { MmapArray } = require('mmap-array'); console.log(${print})`
  expect(await inFolder('--input-type=module', '--eval', imported)).toBe('1.5')
  expect(await inFolder('--input-type=commonjs', '--eval', required)).toBe('1.5')
})
