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
  const heads = ['tool', 'builds', 'runs', 'to bring the addon', 'or, to mark the package as external']
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
  if (kind === 'whole') return 'nothing: the tool copies it'
  return line ? `\`${line}\`` : 'nothing: the package stays installed'
}

export function pageOf(results) {
  const failed = results.flatMap(({ title, checks }) =>
    checks.filter(({ failure }) => failure).map(({ name }) => `- **${title}**: ${name}`),
  )
  const isBundler = ({ tool }) => !['jest', 'typescript', 'typescript-5'].includes(tool)
  return `# Bundlers, tracers and test runners

mmap-array works with every tool on this page. Bundlers need one more step, because the package contains a native addon. This page says which.

\`npm run test:bundlers\` wrote it, on Node.js ${process.versions.node}. The command packs the package. Then it builds and runs a small application, \`app.mjs\`, with each tool:

\`\`\`js
${read('app.mjs')}
\`\`\`

Every tool builds it without configuration. A bundler puts the JavaScript of the package into the bundle, but not the addon, because the addon is not JavaScript. You have two
choices:

- **Copy the folder \`prebuilds/\` beside the bundle.** Then the bundle needs nothing else. The folder has the addons for all supported systems, and the bundle needs only the one
  for the system that it runs on. If the tool splits the bundle into several files, copy the folder beside the file that contains the package. Copy it again after each update of
  the package. \`node -p "require.resolve('mmap-array/package.json')"\` prints where the package is installed.
- **Mark mmap-array as external.** Then the bundle imports the package at run time, so the package must be installed where the bundle runs.

If you do neither, the import throws \`ERR_UNSUPPORTED_RUNTIME\`. The message names the folders that were searched: the folder of the bundle, and the folder of the executable that
runs it.

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

For ES modules from webpack and for CommonJS from Bun, mark mmap-array as external. Their bundles contain the path where the package was at build time, instead of their own
path. So they would find a copy of \`prebuilds/\` only beside the executable of the runtime.

## Jest

mmap-array is an ES module. Jest supports ES modules only if you set a flag of Node.js. With it, tests that are ES modules can import the package:

\`\`\`sh
${runOf(results, 'jest', 0)}
\`\`\`

On Node.js 24.9 and later, with the same flag, tests in CommonJS can \`require\` it.

Jest runs each test file in a realm of its own. Therefore an error from the addon is not \`instanceof\` the \`Error\` of the test. Check its \`code\` instead.

Vitest and \`node --test\` need no configuration.

## TypeScript in CommonJS

With \`"module": "nodenext"\` and TypeScript 5.8 or later, write an ordinary \`import\`, even if TypeScript compiles the file to CommonJS. At run time, the file calls
\`require\`. With \`"module": "node16"\` or an earlier TypeScript, write:

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
