// What the scripts do to build for other systems than this machine, and to run there.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cached } from '../scripts/cache.js'
import { expandRelocations, setLoader } from '../scripts/runtimes/elf.js'
import { CACHE, ROOT } from '../scripts/toolchain.js'
import { describeWith, expectExit, run } from './support/processes.js'

let folder

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmap-array-elf-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeWith('cc', ['--version'], 'with a C compiler', () => {
  const compile = async (source, ...flags) => {
    writeFileSync(join(folder, 'source.c'), source)
    expectExit(await run('cc', [...flags, 'source.c'], { cwd: folder }))
  }

  test('expandRelocations leaves no short relocation, and every pointer comes out right', async () => {
    const words = Array.from({ length: 200 }, (_, at) => `word ${at}`)
    // Pointers with other things between them, so that runs of them end and begin anew.
    const table = words.map((word, at) => `{ "${word}", {${at}} }`).join(', ')
    const source = `static struct { const char *word; long other[3]; } table[] = { ${table} };
      static const char *lone = "alone", *plain[] = { ${words.map((word) => `"${word}"`).join(', ')} };
      const char *word_of(int at) { return table[at].word; }
      const char *plain_of(int at) { return at < 0 ? lone : plain[at]; }`
    await compile(source, '-shared', '-fPIC', '-O0', '-Wl,-z,pack-relative-relocs', '-o', 'words.so')
    const file = join(folder, 'words.so')
    const before = readFileSync(file)
    expandRelocations(file)
    const after = readFileSync(file)
    expect(after.length).toBeGreaterThan(before.length + 400 * 24)

    const relocations = await run('readelf', ['--use-dynamic', '--relocs', '--wide', file])
    expect(relocations.stdout.match(/_RELATIVE/g).length).toBeGreaterThan(400)
    const dynamic = await run('readelf', ['--dynamic', file])
    expect(dynamic.stdout).toMatch(/RELRSZ\)\s+0 \(bytes\)/)
    const read = `import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.word_of.restype = library.plain_of.restype = ctypes.c_char_p
print(*[f(at).decode() for f in (library.word_of, library.plain_of) for at in range(200)], library.plain_of(-1).decode(), sep=",")`
    const { stdout } = await run('python3', ['-c', read, file])
    expect(stdout).toBe(`${[...words, ...words, 'alone'].join(',')}\n`)
  })

  test('expandRelocations leaves a library without short relocations as it is', async () => {
    await compile('int f(void) { return 1; }', '-shared', '-fPIC', '-Wl,-z,nopack-relative-relocs', '-o', 'none.so')
    const before = readFileSync(join(folder, 'none.so'))
    expandRelocations(join(folder, 'none.so'))
    expect(readFileSync(join(folder, 'none.so')).equals(before)).toBe(true)
  })

  test('setLoader has a program loaded by another file', async () => {
    await compile('#include <stdio.h>\nint main(void) { puts("ran"); }', '-o', 'program')
    const program = join(folder, 'program')
    const headers = await run('readelf', ['--program-headers', program])
    const loader = join(folder, 'a loader with a name that is longer than the one before')
    copyFileSync(/interpreter: (.+)\]/.exec(headers.stdout)[1], loader)
    setLoader(program, loader)
    const ran = await run(program, [])
    expectExit(ran)
    expect(ran.stdout).toBe('ran\n')
    rmSync(loader)
    await expect(run(program, [])).rejects.toThrow('ENOENT')
  })
})

test('cached leaves nothing behind where it could not be filled, and fills a folder once', async () => {
  const name = `test-${process.pid}`
  const fails = () => {
    throw new Error('no network')
  }
  await expect(cached(name, fails)).rejects.toThrow('no network')
  expect([name, `${name}.unfinished`].filter((entry) => existsSync(join(CACHE, entry)))).toEqual([])
  try {
    const filled = await cached(name, (unfinished) => writeFileSync(join(unfinished, 'file'), 'text'))
    expect(await cached(name, fails)).toBe(filled)
    expect(readFileSync(join(filled, 'file'), 'utf8')).toBe('text')
  } finally {
    rmSync(join(CACHE, name), { recursive: true, force: true })
  }
})

test('packages of Debian without apt-get are refused with a sentence', async () => {
  const code = `import { debianPackages } from '${join(ROOT, 'scripts', 'debian.js')}'
try { await debianPackages('test-${process.pid}-debian', () => ['hello']) } catch (error) { console.log(error.constructor.name, error.message) }`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env: { PATH: folder } })
  expect(stdout).toContain('SetupError It takes packages of Debian, and apt-get does not run here:')
})

test.each(['prebuilds.js', 'runtimes/run.js'])('%s names what there is where a name is unknown', async (program) => {
  const { code, stderr } = await run(process.execPath, [join(ROOT, 'scripts', program), 'amiga'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^mmap-array: There is no (?:target|runtime) amiga, only (?:linux-x64-gnu|node@20\.19), /m)
})
