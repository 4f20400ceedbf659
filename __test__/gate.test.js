// The count that .ci/run prints is only worth something if nothing that went wrong is left out of it.
import { describe, expect, test } from 'vitest'
import { tableOf as tableOfBundlers } from '../scripts/bundlers/page.js'
import { tableOf } from '../scripts/runtimes/table.js'
import { countCargo, countVitest, tally } from '../scripts/tally.js'
import { isAtLeast } from '../scripts/toolchain.js'

const CARGO = `
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
`
const file = (status, ...tests) => ({ status, assertionResults: tests.map((state) => ({ status: state })) })
const vitest = (passed, failed, ...testResults) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults })

describe('counting', () => {
  test('cargo: every test binary', () => {
    expect(countCargo(CARGO)).toEqual({ passed: 15, failed: 2 })
    expect(countCargo('error: could not compile')).toEqual({ passed: 0, failed: 0 })
  })

  test('vitest: a file that cannot be loaded counts as one failure', () => {
    const files = [file('passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')]
    expect(countVitest(vitest(2, 1, ...files))).toEqual({ passed: 2, failed: 2 })
  })
})

describe('the tally', () => {
  const reports = (cargo, js) => ({
    cargo: { report: cargo, count: countCargo },
    vitest: { report: js, count: countVitest },
  })
  const sound = vitest(4, 0, file('passed', 'passed'))
  const passing = CARGO.replace('2 failed', '0 failed')

  test('adds up', () => {
    expect(tally(reports(passing, sound), 0)).toEqual({ passed: 19, failed: 0, complaints: [] })
    expect(tally(reports(CARGO, sound), 1)).toEqual({ passed: 19, failed: 2, complaints: [] })
  })

  test.each([
    ['a missing report', reports(undefined, sound), 0, 'cargo left no report'],
    ['a report cut short', reports(passing, sound.slice(0, -4)), 0, /^vitest's report is unreadable/],
    ['a report without tests', reports(passing, vitest(0, 0)), 0, 'vitest ran no test'],
    ['an exit code that no count explains', reports(passing, sound), 1, 'npm test ended with exit code 1'],
  ])('%s is a failure', (_, given, exitCode, complaint) => {
    const { failed, complaints } = tally(given, exitCode)
    expect(failed).toBe(1)
    expect(complaints).toEqual([typeof complaint === 'string' ? complaint : expect.stringMatching(complaint)])
  })
})

test.each([
  ['1.95.0', '1.95', true],
  ['1.100.0', '1.95', true],
  ['2.0.0', '1.95', true],
  ['1.94.9', '1.95', false],
  ['20.19.0', '20.19', true],
  ['20.9.0', '20.19', false],
  ['1.95.0-nightly', '1.95', true],
])('version %s is at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected)
})

describe('the table of runtimes', () => {
  const of = (label, ...failures) => ({
    runtime: { label, version: '1.2.3', addon: 'linux-x64-gnu' },
    trials: [{ name: 'MmapArray.pop' }, ...failures.map((failure, at) => ({ name: `MmapArray.m${at}`, failure }))],
  })

  test('says what was tried, and of the suite what came of it', () => {
    const suite = { passed: 9, failed: 1, skipped: 2 }
    const text = tableOf([{ ...of('Node.js'), suite }, of('Bun')], ['linux-x64-gnu'])
    expect(text).toContain('| Node.js 1.2.3 | linux-x64-gnu | 1 of 1 | 9 passed, 1 failed, 2 skipped |')
    expect(text).toContain('| Bun 1.2.3 | linux-x64-gnu | 1 of 1 | not run |')
    expect(text).toContain('Nothing failed.')
  })

  test('says what failed and why, without the paths of the machine', () => {
    const failure = 'exit code 1: at x\nerror: Uncaught Error: no such thing (file:///tmp/a/b.js)\n  at f (/tmp/c.js)'
    const text = tableOf([of('Deno', failure, failure, 'SIGSEGV: ')], [])
    expect(text).toContain('| Deno 1.2.3 | linux-x64-gnu | 1 of 4 | not run |')
    expect(text).toContain('- **Deno** (linux-x64-gnu): `MmapArray.m0`, `MmapArray.m1`: Error: no such thing (…/b.js)')
    expect(text).toContain('- **Deno** (linux-x64-gnu): `MmapArray.m2`: SIGSEGV:')
    expect(text).not.toContain('/tmp')
  })

  test('says what was not run and why', () => {
    const { runtime } = of('Node.js')
    const absent = 'musl cannot be had from /srv/packages/musl.deb. It takes apt-get.'
    const text = tableOf([{ runtime: { ...runtime, addon: 'linux-x64-musl' }, absent }], [])
    expect(text).toContain('| Node.js 1.2.3 | linux-x64-musl | not run | not run |')
    expect(text).toContain(
      '- **Node.js** (linux-x64-musl): not run: musl cannot be had from …/musl.deb. It takes apt-get.',
    )
    expect(text).not.toContain('Nothing failed.')
  })
})

describe('the table of bundlers', () => {
  const trial = (failed) => ({
    title: 'Tool 1.2.3: ES module',
    kind: 'bundle',
    take: 'cp a b',
    external: '--external a',
    checks: ['builds', 'says what to do', 'runs', 'runs beside the package'].map((name) => ({
      name,
      failure: name === failed ? 'exit code 1' : undefined,
    })),
  })

  test.each([
    [undefined, 'yes', 'yes'],
    ['builds', 'no', 'yes'],
    ['runs', 'yes', 'no'],
    ['runs beside the package', 'yes', 'no'],
  ])('with failure %s', (failed, builds, runs) => {
    const [, , row] = tableOfBundlers([trial(failed)]).split('\n')
    expect(row).toBe(`| Tool 1.2.3: ES module | ${builds} | ${runs} | \`cp a b\` | \`--external a\` |`)
  })

  test('tableOfBundlers of a tool that builds nothing leaves the cell empty', () => {
    const checks = [{ name: 'runs' }]
    const [, , row] = tableOfBundlers([{ title: 'Jest 1: tests', kind: 'beside', checks }]).split('\n')
    expect(row).toBe('| Jest 1: tests |  | yes | nothing: the package stays installed |  |')
  })
})
