// The whole suite of the package on another Node.js.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { countVitest } from '../tally.js'
import { readText } from './installation.js'

/** `{ passed, failed, skipped }`, and the failures as vitest reports them. `tree`: see layTestsAround. */
export async function runSuite(runtime, tree) {
  const report = join(tree, 'report.json')
  rmSync(report, { force: true })
  const vitest = join(tree, 'node_modules', 'vitest', 'vitest.mjs')
  // A test that starts `node` by name starts this runtime, too.
  const path = dirname(runtime.command) + delimiter + process.env.PATH
  const env = { ...process.env, ...runtime.env, ...(await runtime.suiteEnv?.()), NODE_OPTIONS: '', PATH: path }
  const args = [vitest, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const { status, stdout, stderr } = spawnSync(runtime.command, args, {
    cwd: tree,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const text = readText(report)
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0, output: `${stdout}${stderr}` }
  const { passed, failed } = countVitest(text)
  const skipped = JSON.parse(text).numPendingTests
  return { passed, failed: failed || Number(status !== 0), skipped, output: `${stdout}${stderr}` }
}
