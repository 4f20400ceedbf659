// Tests the packed package on other runtimes.
//
//   node scripts/runtimes/run.js             on all runtimes, with the whole suite on Node.js; writes docs/runtimes.md
//   node scripts/runtimes/run.js NAME ...    only on these (node@24 node-musl bun), and writes nothing
//     --smoke                                only the examples and programs; writes nothing without --write
//     --tarball FILE                         uses a package that is already packed
//
// Node.js must pass everything. What Bun and Deno cannot do is listed. A runtime for another C library or processor than those
// of this machine is left out, with the reason, if it is not available or its addon is not built. With
// MMAP_ARRAY_REPORTS=<folder> the counts are written there, as runtimes.json.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUpBundle } from '../bundle.js'
import { setUpGenerated } from '../generated.js'
import { setUpAddon, setUpDependencies } from '../setup.js'
import { ROOT, runScript } from '../toolchain.js'
import { installPackage, layTestsAround } from './installation.js'
import { RUNTIME_NAMES, fetchRuntime } from './runtime.js'
import { smoke } from './smoke.js'
import { runSuite } from './suite.js'
import { tableOf } from './table.js'

await runScript(async () => {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { smoke: { type: 'boolean' }, write: { type: 'boolean' }, tarball: { type: 'string' } },
  })

  await setUpDependencies()
  const runtimes = []
  for (const name of names.length > 0 ? names : RUNTIME_NAMES) runtimes.push(await fetchRuntime(name))
  if (!values.tarball) {
    await setUpAddon({ anyProfile: true })
    setUpGenerated()
    await setUpBundle()
  }
  const { folder: installation } = installPackage(values.tarball)
  const addons = readdirSync(join(installation, 'node_modules', 'mmap-array', 'prebuilds')).toSorted()
  try {
    const tree = values.smoke ? undefined : layTestsAround(installation)
    const results = []
    for (const runtime of runtimes) {
      results.push({ runtime, ...(await tryOn(runtime, { installation, addons, tree })) })
      report(results.at(-1))
    }
    if (names.length === 0 && (!values.smoke || values.write)) {
      writeFileSync(join(ROOT, 'docs', 'runtimes.md'), tableOf(results, addons))
    }
    return sum(results).failed === 0 ? 0 : 1
  } finally {
    rmSync(installation, { recursive: true, force: true })
  }
})

/** `{ trials, suite }`, or `{ absent }`: why it was not tested. */
async function tryOn(runtime, { installation, addons, tree }) {
  if (runtime.absent) return { absent: runtime.absent }
  if (!addons.includes(runtime.addon)) return { absent: `the package has no addon for ${runtime.addon}` }
  const trials = await smoke(runtime, installation)
  return { trials, suite: tree && runtime.suite ? await runSuite(runtime, tree) : undefined }
}

function report({ runtime, absent, trials, suite }) {
  const name = `${runtime.label} ${runtime.version} with ${runtime.addon}`
  if (absent) return console.log(`${name}: not run here: ${absent}`)
  const failed = trials.filter((trial) => trial.failure)
  const suiteText = suite ? `; suite: ${suite.passed} passed, ${suite.failed} failed, ${suite.skipped} skipped` : ''
  console.log(`${name}: ${trials.length - failed.length} of ${trials.length}${suiteText}`)
  for (const { name, failure } of failed) console.log(`  ${name}: ${failure.replaceAll('\n', '\n    ')}`)
  if (suite?.failed > 0) console.log(suite.output)
}

/** The failures of the runtimes that must pass everything. */
function sum(results) {
  const counts = { passed: 0, failed: 0 }
  for (const { runtime, absent, trials, suite } of results) {
    if (absent || !runtime.mustPass) continue
    const failed = trials.filter((trial) => trial.failure).length
    counts.passed += trials.length - failed + (suite?.passed ?? 0)
    counts.failed += failed + (suite?.failed ?? 0)
  }
  const folder = process.env.MMAP_ARRAY_REPORTS
  if (folder) writeFileSync(join(folder, 'runtimes.json'), JSON.stringify(counts))
  return counts
}
