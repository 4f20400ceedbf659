// The text of docs/bundlers.md: the tools, the results and the commands.
import { readFileSync } from 'node:fs'

const read = (file) => readFileSync(new URL(`application/${file}`, import.meta.url), 'utf8').trim()

/** `results`: the trials, each with its `title` and its `checks`, in the order of the table. */
export function tableOf(results) {
  const rows = results.map((result) => [
    result.title,
    verdictOn(result, 'builds'),
    verdictOn(result, 'runs'),
    addonBy(result),
    result.external ? `\`${result.external}\`` : '',
  ])
  const heads = ['tool', 'builds', 'runs', 'for the addon', 'or, to leave the package outside']
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}

function verdictOn({ checks }, word) {
  const those = checks.filter(({ name }) => name.startsWith(word))
  if (those.length === 0) return ''
  return those.some(({ failure }) => failure) ? 'no' : 'yes'
}

function addonBy({ kind, take, line }) {
  if (kind === 'bundle') return `\`${take}\``
  if (kind === 'whole') return 'nothing: it takes it along'
  return line ? `\`${line}\`` : 'nothing: the package stays installed'
}

export function pageOf(results) {
  const failed = results.flatMap(({ title, checks }) =>
    checks.filter(({ failure }) => failure).map(({ name }) => `- **${title}**: ${name}`),
  )
  const isBundler = ({ tool }) => !['jest', 'typescript', 'typescript-5'].includes(tool)
  return `# Bundlers, tracers and test runners

Written by \`npm run test:bundlers\`, on Node.js ${process.versions.node}. It packs the package, and builds and runs with each tool a small
application, \`app.mjs\`:

\`\`\`js
${read('app.mjs')}
\`\`\`

Every tool builds it without configuration. A bundler takes the JavaScript along. It leaves the addon behind,
because the addon is not JavaScript. There are two ways to deal with it:

- **Copy \`prebuilds/\` beside the bundle.** The bundle then needs nothing else. The folder holds the addons for every supported system; a bundle
  needs only the one for the system that it runs on. If the tool splits the bundle into several files, copy it beside the file that holds the package.
  Copy it again after each update of the package. \`node -p "require.resolve('mmap-array/package.json')"\` says where the package is installed.
- **Mark mmap-array as external.** The bundle then imports the package, which must be installed where it runs.

Without either, the import throws \`ERR_UNSUPPORTED_RUNTIME\`, whose message names the folders where it looked: beside the bundle, and beside the
executable that runs it.

${tableOf(results)}
${failed.length === 0 ? '' : `\n## What does not work\n\n${failed.join('\n')}\n`}
## The commands

${results.filter(isBundler).map(commandsOf).join('\n\n')}

\`vite.config.mjs\`, with which Vite puts everything into one file:

\`\`\`js
${read('vite.config.mjs')}
\`\`\`

\`sea.json\` for the single-executable application:

\`\`\`json
${read('sea.json')}
\`\`\`

ES modules of webpack and CommonJS of Bun hold the path of the package where they were built, instead of their own. They find a copy of
\`prebuilds/\` only beside the executable of the runtime: mark mmap-array as external there.

## Jest

mmap-array is an ES module, which Jest takes only with a flag of Node.js. With it, tests that are ES modules import the package:

\`\`\`sh
${runOf(results, 'jest', 0)}
\`\`\`

Tests in CommonJS can \`require\` it, with the same flag, on Node.js 24.9 and later.

Jest runs tests in a realm of their own. An error that the addon throws is therefore not \`instanceof\` the \`Error\` of the test: look at its
\`code\`. Vitest and \`node --test\` need nothing.

## TypeScript in CommonJS

With \`"module": "nodenext"\` (TypeScript 5.8 and later) a file that becomes CommonJS imports the package as any other, and \`require\`s it at
run time. With \`"module": "node16"\`, or an earlier TypeScript, write

\`\`\`ts
${read('import.ts')}
\`\`\`
`
}

function commandsOf({ title, build, take, run }) {
  return `**${title}**

\`\`\`sh
${[...build, take, run].filter(Boolean).join('\n')}
\`\`\``
}

const runOf = (results, tool, at) => results.filter((result) => result.tool === tool)[at].run
