// Runs every test. Sets up first what is missing.
//
//   node scripts/test.js               the unit tests of the Rust core, then the tests of the package
//   node scripts/test.js FILTER ...    only the tests of the package, with these arguments for vitest
//
// With MMAP_ARRAY_REPORTS=<folder> the reports of the runners are also written there, as cargo.txt and vitest.json.
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join, resolve } from 'node:path'
import { setUpBundle } from './bundle.js'
import { setUpGenerated } from './generated.js'
import { setUpAddon, setUpDependencies } from './setup.js'
import { ROOT, runScript, rustEnvironment } from './toolchain.js'

const reports = process.env.MMAP_ARRAY_REPORTS && resolve(process.env.MMAP_ARRAY_REPORTS)

/** The exit code of a child. Its standard output is copied to `copyTo`, if that is given. */
function run(program, args, { env = process.env, copyTo } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', copyTo ? 'pipe' : 'inherit', 'inherit'] })
    child.on('error', fail)
    const ended = new Promise((close) => child.on('close', (code) => close(code ?? 1)))
    if (!copyTo) return done(ended)
    const copy = createWriteStream(copyTo)
    child.stdout.on('data', (bytes) => process.stdout.write(bytes))
    child.stdout.pipe(copy).on('error', fail)
    copy.on('finish', () => done(ended))
  })
}

function testCore() {
  const args = ['test', '--no-default-features', '--no-fail-fast']
  return run('cargo', args, { env: rustEnvironment(), copyTo: reports && join(reports, 'cargo.txt') })
}

function testPackage(filters) {
  const args = [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...filters]
  if (reports) {
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'vitest.json')}`)
  }
  return run(process.execPath, args)
}

await runScript(async () => {
  const filters = process.argv.slice(2)
  await setUpDependencies()
  setUpGenerated()
  await setUpAddon({ anyProfile: true })
  await setUpBundle()
  const codes = filters.length > 0 ? [] : [await testCore()]
  codes.push(await testPackage(filters))
  return codes.some((code) => code !== 0) ? 1 : 0
})
