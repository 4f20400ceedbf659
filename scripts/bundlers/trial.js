// One trial: builds the application in its own folder, and runs it with and without the package installed there.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchRuntime } from '../runtimes/runtime.js'
import { ROOT } from '../toolchain.js'

const APPLICATION = fileURLToPath(new URL('application/', import.meta.url))
const LIMIT_MS = 120_000
const ADVICE = 'mark mmap-array as external, or copy prebuilds/ beside the bundle'
const SUM = /^4$/m

/** `{ name, failure }` of each check. `failure` is undefined if it passed. */
export async function tryOut(trial, tool, installation) {
  const { kind, build = [], run, take, external, prints = SUM } = trial
  const folder = layOut(trial, installation)
  const env = await environmentOf(trial, tool)
  const shell = (command) => runCommand(command, folder, env)
  const checks = []
  const check = (name, failure) => checks.push({ name, failure })
  const runs = (result) => failureOf(result) ?? (prints.test(result.output) ? undefined : `it printed ${result.output}`)

  const builds = (commands) => commands.map((command) => failureOf(shell(command))).find(Boolean)
  if (build.length > 0) check('builds', builds(build))
  if (kind === 'beside') check('runs', runs(shell(run)))
  if (kind === 'whole')
    check(
      'runs',
      withoutPackage(folder, () => runs(shell(run))),
    )
  if (kind === 'bundle') {
    check(
      'says what to do',
      withoutPackage(folder, () => adviceMissing(shell(run))),
    )
    check('copies prebuilds/', failureOf(shell(take)))
    check(
      'runs',
      withoutPackage(folder, () => runs(shell(run))),
    )
  }
  if (external) {
    rmSync(join(folder, 'dist'), { recursive: true })
    check('builds without the package', builds([`${build[0]} ${external}`, ...build.slice(1)]))
    check('runs beside the package', runs(shell(run)))
  }
  return checks
}

/** A new folder with the application and the package in it. */
function layOut({ files = [] }, installation) {
  const folder = mkdtempSync(join(installation, 'trial-'))
  for (const file of ['app.mjs', 'app.cjs', ...files]) cpSync(join(APPLICATION, file), join(folder, file))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const modules = join(folder, 'node_modules')
  cpSync(join(installation, 'node_modules', 'mmap-array'), join(modules, 'mmap-array'), { recursive: true })
  // index.d.ts needs it.
  mkdirSync(join(modules, '@types'))
  for (const name of ['@types/node', 'undici-types']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  return folder
}

async function environmentOf({ node }, { bins }) {
  const program = node ? (await fetchRuntime(node)).command : process.execPath
  const path = [dirname(program), ...bins, process.env.PATH].join(delimiter)
  const { FORCE_COLOR: _, ...env } = process.env
  return { ...env, PATH: path, NODE_OPTIONS: '', NO_COLOR: '1' }
}

/** Runs `action` while the package is moved away, so that a bundle cannot find it. */
function withoutPackage(folder, action) {
  const modules = join(folder, 'node_modules')
  const outer = join(dirname(folder), 'node_modules')
  for (const path of [modules, outer]) renameSync(path, `${path}.away`)
  try {
    return action()
  } finally {
    for (const path of [modules, outer]) renameSync(`${path}.away`, path)
  }
}

function runCommand(command, cwd, env) {
  const options = { cwd, env, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 28 }
  const { status, signal, error, stdout, stderr } = spawnSync('sh', ['-c', command], { ...options, stdio: 'pipe' })
  return { command, status, end: error?.message ?? signal ?? `exit code ${status}`, output: `${stdout}${stderr}` }
}

const failureOf = ({ command, status, end, output }) =>
  status === 0 ? undefined : `${command}: ${end}: ${output.trim()}`

function adviceMissing({ command, status, end, output }) {
  if (status === 1 && output.includes('ERR_UNSUPPORTED_RUNTIME') && output.includes(ADVICE)) return undefined
  return `${command}: ${end}, without the error that says what to do: ${output.trim()}`
}
