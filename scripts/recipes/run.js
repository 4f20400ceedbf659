// Runs the pages of docs/recipes/ that need packages which the project does not depend on, as table.js says.
//
//   node scripts/recipes/run.js             all of them
//   node scripts/recipes/run.js NAME ...    only these (duckdb npz)
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { RUNNERS, layOut, readBlocks } from '../../__test__/support/documents.js'
import { setUpBundle } from '../bundle.js'
import { setUpGenerated } from '../generated.js'
import { pythonFolder } from '../pypi.js'
import { setUpAddon, setUpDependencies } from '../setup.js'
import { ROOT, SetupError, runScript } from '../toolchain.js'
import { npmFolder } from './packages.js'
import { HEAVY, RECIPES, pageOf } from './table.js'

const LIMIT_MS = 120_000

await runScript(async () => {
  const names = process.argv.slice(2)
  for (const name of names) {
    if (!HEAVY.includes(name)) throw new SetupError(`There is no recipe ${name} here, only ${HEAVY.join(', ')}.`)
  }
  await setUpDependencies()
  await setUpAddon({ anyProfile: true })
  setUpGenerated()
  await setUpBundle()
  const counts = { passed: 0, failed: 0 }
  for (const name of names.length > 0 ? names : HEAVY) {
    const { installed } = RECIPES[name]
    if (installed && !hasPython(installed)) {
      console.log(`${name}: skipped, because python3 cannot import ${installed}`)
      continue
    }
    const { passed, failures } = await runPage(pageOf(name), RECIPES[name])
    counts.passed += passed
    counts.failed += failures.length
    console.log(`${name}: ${passed} of ${passed + failures.length}`)
    for (const failure of failures) console.log(`  ${failure.replaceAll('\n', '\n    ')}`)
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 ? 0 : 1
})

function hasPython(module) {
  return spawnSync('python3', ['-c', `import ${module}`]).status === 0
}

/** Runs the blocks of a page up to the first that fails, because the later ones need what the earlier ones make. */
async function runPage(page, { npm = [], pypi = [] }) {
  let passed = 0
  let directory
  try {
    const modules = npm.length > 0 ? await npmFolder() : undefined
    const python = pypi.length > 0 ? await pythonFolder(pypi) : undefined
    directory = layOut(npm, modules)
    const PYTHONPATH = [python, process.env.PYTHONPATH].filter(Boolean).join(delimiter)
    const env = { ...process.env, PYTHONPATH }
    for (const { title, language, code } of readBlocks(readFileSync(join(ROOT, page), 'utf8'))) {
      try {
        await RUNNERS[language]?.(directory, code, { env, timeout: LIMIT_MS })
      } catch (error) {
        return { passed, failures: [`${title}: ${error.message}`] }
      }
      passed++
    }
    return { passed, failures: [] }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return { passed, failures: [error.message] }
  } finally {
    if (directory) rmSync(directory, { recursive: true, force: true })
  }
}
