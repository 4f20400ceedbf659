// Builds and runs a small application with each bundler, tracer and test runner, from the packed package.
//
//   node scripts/bundlers/run.js             with all tools; writes docs/bundlers.md
//   node scripts/bundlers/run.js NAME ...    only with these (esbuild nft), and writes nothing
//     --tarball FILE                         uses a package that is already packed
//
// With MMAP_ARRAY_REPORTS=<folder> the counts are written there, as bundlers.json.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUpBundle } from '../bundle.js'
import { setUpGenerated } from '../generated.js'
import { installPackage } from '../runtimes/installation.js'
import { setUpAddon, setUpDependencies } from '../setup.js'
import { ROOT, runScript } from '../toolchain.js'
import { pageOf, tableOf } from './page.js'
import { TOOL_NAMES, fetchTool } from './tools.js'
import { tryOut } from './trial.js'
import { TRIALS } from './trials.js'

await runScript(async () => {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { tarball: { type: 'string' } },
  })
  await setUpDependencies()
  if (!values.tarball) {
    await setUpAddon({ anyProfile: true })
    setUpGenerated()
    await setUpBundle()
  }
  const tools = new Map()
  for (const name of names.length > 0 ? names : TOOL_NAMES) tools.set(name, await fetchTool(name))
  const { folder: installation } = installPackage(values.tarball)
  try {
    const results = []
    for (const trial of TRIALS.filter(({ tool }) => tools.has(tool))) {
      const tool = tools.get(trial.tool)
      const checks = await tryOut(trial, tool, installation)
      results.push({ ...trial, title: `${tool.title}: ${trial.name}`, checks })
      report(results.at(-1))
    }
    console.log(`\n${tableOf(results)}`)
    const counts = countsOf(results)
    if (names.length === 0) writeFileSync(join(ROOT, 'docs', 'bundlers.md'), pageOf(results))
    const folder = process.env.MMAP_ARRAY_REPORTS
    if (folder) writeFileSync(join(folder, 'bundlers.json'), JSON.stringify(counts))
    return counts.failed === 0 ? 0 : 1
  } finally {
    rmSync(installation, { recursive: true, force: true })
  }
})

function report({ title, checks }) {
  const failed = checks.filter(({ failure }) => failure)
  console.log(`${title}: ${checks.length - failed.length} of ${checks.length}`)
  for (const { name, failure } of failed) console.log(`  ${name}: ${failure.replaceAll('\n', '\n    ')}`)
}

function countsOf(results) {
  const checks = results.flatMap((result) => result.checks)
  const failed = checks.filter(({ failure }) => failure).length
  return { passed: checks.length - failed, failed }
}
