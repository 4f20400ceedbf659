// The code blocks of the pages, README.md and docs/, and what runs those of each language.
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT, readSections, runC, runConsole, runJavaScript, runPython } from './examples.js'
import { parseDockerfile, parseShell, parseYaml } from './parsing.js'

/**
 * By language. What is for a shell, Docker or Kubernetes is the reader's to run, and is only parsed. `npm run test:bundlers` tries
 * those for TypeScript and in JSON.
 */
export const RUNNERS = {
  js: runJavaScript,
  python: runPython,
  c: runC,
  console: runConsole,
  sh: parseShell,
  yaml: parseYaml,
  dockerfile: parseDockerfile,
  ts: null,
  json: null,
}

/** The blocks of a Markdown text, with titles for a report. */
export const readBlocks = (markdown) =>
  readSections(markdown).flatMap(({ title, blocks }) =>
    blocks.map((block) => ({ title: `line ${block.line}, ${title}: ${block.language}`, ...block })),
  )

/** A new directory in which a reader has installed this package and others, which are in the folder `from`. */
export function layOut(packages = [], from = join(ROOT, 'node_modules')) {
  const directory = mkdtempSync(join(tmpdir(), 'mmap-array-documentation-'))
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  symlinkSync(ROOT, join(modules, 'mmap-array'), 'dir')
  for (const name of packages) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(from, name), join(modules, name), 'dir')
  }
  return directory
}
