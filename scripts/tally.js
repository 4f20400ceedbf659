// Adds up the reports of `npm test`, `npm run test:runtimes` and `npm run test:bundlers`, and prints 'N passed, N failed'.
// .ci/run runs it:
//
//   node scripts/tally.js <folder with cargo.txt, vitest.json, runtimes.json and bundlers.json> <exit code of npm test>
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Counts of cargo's `test result:` lines, one for each test binary. */
export function countCargo(text) {
  const count = { passed: 0, failed: 0 }
  for (const [, passed, failed] of text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    count.passed += Number(passed)
    count.failed += Number(failed)
  }
  return count
}

/** Counts of vitest's JSON report. A file that could not be run lists no failed test, so it counts as one. */
export function countVitest(text) {
  const report = JSON.parse(text)
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length }
}

/**
 * The sum over all runners. `reports` maps the name of a runner to its report, which may be undefined, and to its counter. A
 * report that cannot be read or has no tests counts as a failure, and so does an exit code without a failed test.
 */
export function tally(reports, exitCode) {
  const total = { passed: 0, failed: 0, complaints: [] }
  const complain = (complaint) => {
    total.failed += 1
    total.complaints.push(complaint)
  }
  for (const [runner, { report, count }] of Object.entries(reports)) {
    if (report === undefined) {
      complain(`${runner} left no report`)
      continue
    }
    let counted
    try {
      counted = count(report)
    } catch (error) {
      complain(`${runner}'s report is unreadable: ${error.message}`)
      continue
    }
    if (counted.passed + counted.failed === 0) complain(`${runner} ran no test`)
    total.passed += counted.passed
    total.failed += counted.failed
  }
  if (exitCode !== 0 && total.failed === 0) complain(`npm test ended with exit code ${exitCode}`)
  return total
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, exitCode] = process.argv.slice(2)
  const { passed, failed, complaints } = tally(
    {
      cargo: { report: readIfThere(join(folder, 'cargo.txt')), count: countCargo },
      vitest: { report: readIfThere(join(folder, 'vitest.json')), count: countVitest },
      runtimes: { report: readIfThere(join(folder, 'runtimes.json')), count: JSON.parse },
      bundlers: { report: readIfThere(join(folder, 'bundlers.json')), count: JSON.parse },
    },
    Number(exitCode),
  )
  for (const complaint of complaints) console.log(complaint)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}
