// The text of docs/runtimes.md: the runtimes and the results.
import { release } from 'node:os'

/** `results`: `{ runtime, trials, suite }`, or `{ runtime, absent }`, of each runtime, in the order of the table. */
export function tableOf(results, addons) {
  const rows = results.map(({ runtime, absent, trials, suite }) => {
    const start = `| ${runtime.label} ${runtime.version} | ${runtime.addon}`
    if (absent) return `${start} | not run | not run |`
    const failed = trials.filter((trial) => trial.failure)
    const tried = `${trials.length - failed.length} of ${trials.length}`
    return `${start} | ${tried} | ${suite ? suiteCell(suite) : 'not run'} |`
  })
  const failures = results.flatMap((result) => failuresOf(result))
  const glibc = process.report.getReport().header.glibcVersionRuntime
  return `# Runtimes

This page lists the runtimes on which the package was tested, and what failed there.

\`npm run test:runtimes\` wrote it, on Linux ${release().split('.', 2).join('.')} ${process.arch} with glibc ${glibc}. The command packs the package, with addons for
${addons.join(', ')}. It installs the tarball into an empty folder, without a compiler. There it runs on each runtime:

- **Examples and programs.** The examples are those of [index.d.ts](../index.d.ts), which cover every member of the class. The programs are those in
  \`__test__/runtimes/\`. They test \`import\` and \`require\`, each typecode, threads, processes, a shared buffer, and a file that is truncated while it is mapped.
- **The suite.** These are all tests of this repository, run with the files of the tarball. They are written for Node.js.

For musl, Node.js and Bun load a copy of musl instead of the glibc of this machine. QEMU emulates arm64.

| runtime | addon | examples and programs that run | suite |
|---|---|---|---|
${rows.join('\n')}

${failures.length === 0 ? 'Nothing failed.' : `## What does not work\n\n${failures.join('\n')}`}
`
}

function suiteCell({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function failuresOf({ runtime, absent, trials }) {
  const name = `**${runtime.label}** (${runtime.addon})`
  if (absent) return [`- ${name}: not run: ${withoutPaths(absent)}`]
  const byReason = new Map()
  for (const trial of trials.filter(({ failure }) => failure)) {
    const member = `\`${trial.name.replace('MmapArrayConstructor', 'MmapArray')}\``
    const reason = reasonOf(trial)
    byReason.set(reason, (byReason.get(reason) ?? new Set()).add(member))
  }
  return [...byReason].map(([reason, members]) => `- ${name}: ${[...members].join(', ')}: ${reason}`)
}

/** The line of the error, without the paths of this machine. */
export function reasonOf({ failure }) {
  const lines = failure.split('\n').map((line) => line.trim())
  const [first] = lines
  const error = lines.find((line) => /^.{0,40}(?:Error|error)\b.{0,20}:/.test(line))
  const text = (error ?? first).replace(/^(?:exit code \d+: )?(?:error: )?(?:Uncaught )?(?:\(in promise\) )?/, '')
  return withoutPaths(text)
}

const withoutPaths = (text) => text.replaceAll(/(?:file:\/\/)?\/[\w./@-]+\//g, '…/')
