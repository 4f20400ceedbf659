// The tests for every runtime: the programs of __test__/runtimes/, and every example of index.d.ts, so every member of the
// class. Each runs in its own process and folder, because it may end its process.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readDeclarations } from '../../__test__/support/declarations.js'
import { instrument } from '../../__test__/support/instrument.js'
import { copyPrograms } from './installation.js'

const LIMIT_MS = 120_000

/** `{ name, failure }` of every trial, in order. `failure` is undefined if it passed. */
export async function smoke(runtime, installation) {
  const trials = [
    ...copyPrograms(installation).map(({ name, file }) => ({ name, run: () => runFile(runtime, installation, file) })),
    ...readDeclarations().flatMap(({ of, name, examples }) =>
      examples.map((code) => ({
        name: of ? `${of}.${name}` : name,
        run: () => runExample(runtime, installation, code),
      })),
    ),
  ]
  const results = []
  const queue = trials.entries()
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (const [at, { name, run }] of queue) results[at] = { name, failure: await run() }
  })
  await Promise.all(workers)
  return results
}

const newFolder = (installation) => mkdtempSync(join(installation, 'trial-'))

async function runExample(runtime, installation, code) {
  const folder = newFolder(installation)
  const example = instrument(code, { importsPackage: true })
  const file = join(folder, 'example.mjs')
  const log = join(folder, '.checks')
  writeFileSync(file, example.code)
  writeFileSync(log, '')
  const failure = await runFile(runtime, installation, file, { cwd: folder, MMAP_ARRAY_EXAMPLE_CHECKS: log })
  if (failure) return failure
  const passed = new Set(readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number))
  const missing = example.checks.filter((check) => !passed.has(check))
  return missing.length === 0 ? undefined : `line ${missing.join(', ')} of the example was never reached`
}

/** Why a file did not run to its end. Undefined if it did. */
function runFile(runtime, installation, file, { cwd = newFolder(installation), ...env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime.command, [...runtime.args, file], {
      cwd,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NO_COLOR: '1',
        FORCE_COLOR: '',
        DENO_NO_UPDATE_CHECK: '1',
        ...runtime.env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) return resolve(undefined)
      const end = isLate ? `no end within ${LIMIT_MS / 1000} s` : (signal ?? `exit code ${code}`)
      resolve(`${end}: ${output.trim()}`)
    })
  })
}
