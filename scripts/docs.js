// Writes the API reference and the guides as HTML, from index.d.ts, README.md and docs/, to docs/api/. A warning is an error.
//
//   node scripts/docs.js
import { join } from 'node:path'
import { setUpDependencies } from './setup.js'
import { step } from './steps.js'
import { ROOT, runScript } from './toolchain.js'

await runScript(async () => {
  await setUpDependencies()
  step('writing the API reference', join(ROOT, 'node_modules', '.bin', 'typedoc'), ['--logLevel', 'Warn'])
  console.log('docs/api/index.html')
})
