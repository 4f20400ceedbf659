// docs/runtimes.md: what was tried, and what came of it.
import { release } from 'node:os'

/** `results`: `{ runtime, trials, suite }` of each runtime, in the order of the table. */
export function tableOf(results, addons) {
  const rows = results.map(({ runtime, trials, suite }) => {
    const failed = trials.filter((trial) => trial.failure)
    const tried = `${trials.length - failed.length} of ${trials.length}`
    return `| ${runtime.label} ${runtime.version} | ${tried} | ${suite ? suiteCell(suite) : 'not run'} |`
  })
  const failures = results.flatMap(({ runtime, trials }) => failuresOf(runtime, trials))
  const glibc = process.report.getReport().header.glibcVersionRuntime
  return `# Runtimes

Written by \`npm run test:runtimes\`, on Linux ${release().split('.', 2).join('.')} ${process.arch} with glibc ${glibc}. It packs the package (with addons for
${addons.join(' and ')}), installs the tarball into an empty folder without a compiler, and tries there on each runtime

- **the examples**: every example of [index.d.ts](../index.d.ts), so every member of the class, and the programs in
  \`__test__/runtimes/\`: import and \`require\`, each typecode, threads, processes, a shared buffer, a file that is
  cut while it is mapped;
- **the suite**: every test of this repository, against the files of the tarball; it is written for Node.js.

| runtime | examples and programs that run | suite |
|---|---|---|
${rows.join('\n')}

${failures.length === 0 ? 'Nothing failed.' : `## What does not work\n\n${failures.join('\n')}`}
`
}

function suiteCell({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function failuresOf(runtime, trials) {
  const byReason = new Map()
  for (const trial of trials.filter(({ failure }) => failure)) {
    const name = `\`${trial.name.replace('MmapArrayConstructor', 'MmapArray')}\``
    const reason = reasonOf(trial)
    byReason.set(reason, (byReason.get(reason) ?? new Set()).add(name))
  }
  return [...byReason].map(([reason, names]) => `- **${runtime.label}**: ${[...names].join(', ')}: ${reason}`)
}

/** The line that tells most: that of the error, without the paths of this machine. */
export function reasonOf({ failure }) {
  const lines = failure.split('\n').map((line) => line.trim())
  const [first] = lines
  const error = lines.find((line) => /^.{0,40}(?:Error|error)\b.{0,20}:/.test(line))
  const text = (error ?? first).replace(/^(?:exit code \d+: )?(?:error: )?(?:Uncaught )?(?:\(in promise\) )?/, '')
  return text.replaceAll(/(?:file:\/\/)?\/[\w./@-]+\//g, '…/')
}
