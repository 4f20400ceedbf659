// Runs the examples of the documentation as a reader would: in a directory of their own that has the package installed.
//
// In JavaScript as instrument.js reads it.
// At a console, as runConsole says. In Python and C, a comment `=> text` is a line of the output; all lines of the output are there, in order.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { instrument } from './instrument.js'
import { expectExit, run } from './processes.js'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** A directory with the package installed, for as long as the body runs. */
export async function inProject(body) {
  const directory = mkdtempSync(join(tmpdir(), 'mmap-array-example-'))
  try {
    mkdirSync(join(directory, 'node_modules'))
    symlinkSync(ROOT, join(directory, 'node_modules', 'mmap-array'), 'dir')
    return await body(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs an example in JavaScript to its end; every check in it held. */
export async function runJavaScript(directory, code, { env: outer = process.env, timeout, ...options } = {}) {
  const example = instrument(code, options)
  const file = join(directory, 'example.mjs')
  const log = join(directory, 'node_modules', '.checks')
  writeFileSync(file, example.code)
  writeFileSync(log, '')
  const env = { ...outer, MMAP_ARRAY_EXAMPLE_CHECKS: log, NODE_OPTIONS: '' }
  expectExit(await run(process.execPath, [file], { cwd: directory, env, timeout }))
  const held = new Set(readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number))
  expect(
    example.checks.filter((check) => !held.has(check)),
    'lines that were never reached',
  ).toEqual([])
}

const expectedLines = (code) => Array.from(code.matchAll(/(?:#|\/\/) => (.+)$/gm), ([, text]) => text)

function expectOutput(result, code) {
  expectExit(result)
  expect(result.stdout.split('\n').filter(Boolean)).toEqual(expectedLines(code))
}

/**
 * Runs what stands behind `$` in a shell, and compares what it prints with the lines below it. `...` is any text; what ends with
 * another exit code than 0 says so by `# exit N` at its end.
 */
export async function runConsole(directory, code, { env: outer = process.env, timeout } = {}) {
  const bin = join(directory, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  const command = join(bin, 'mmap-array')
  if (!existsSync(command)) symlinkSync(join(ROOT, 'bin', 'mmap-array.js'), command)
  const env = { ...outer, PATH: `${bin}:${outer.PATH}`, COLUMNS: '80', NODE_OPTIONS: '' }
  for (const part of code.split(/^\$ /m).slice(1)) {
    const [line, ...shown] = part.trimEnd().split('\n')
    const exitCode = Number(/# exit (\d+)$/.exec(line)?.[1] ?? 0)
    const result = await run('sh', ['-c', line], { cwd: directory, env, timeout })
    expectExit(result, exitCode)
    const printed = (result.stdout + result.stderr).trimEnd()
    expect(printed.split('\n').map((text) => text.trimEnd())).toEqual(
      shown.length > 0
        ? shown.map((text) => (text.includes('...') ? expect.stringMatching(patternOf(text)) : text.trimEnd()))
        : [''],
    )
  }
}

/** Text in which three dots stand for anything. */
const patternOf = (text) =>
  new RegExp(
    `^${text
      .split('...')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join('.*')}$`,
  )

export async function runPython(directory, code, { env, timeout } = {}) {
  writeFileSync(join(directory, 'example.py'), code)
  expectOutput(await run('python3', ['example.py'], { cwd: directory, env, timeout }), code)
}

export async function runC(directory, code) {
  writeFileSync(join(directory, 'example.c'), code)
  const warnings = ['-Wall', '-Wextra', '-Werror']
  expectExit(await run('cc', [...warnings, '-o', 'example', 'example.c'], { cwd: directory }))
  expectOutput(await run(join(directory, 'example'), [], { cwd: directory }), code)
}

/**
 * The code blocks of a Markdown text by the section they stand in: `{ title, blocks: [{ language, code, line }] }`. A section
 * begins at a heading of any level; those without code are left out.
 */
export function readSections(markdown) {
  const sections = [{ title: '', blocks: [] }]
  let block
  for (const [at, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line)
    if (fence && block === undefined) {
      block = { language: fence[1], lines: [], line: at + 1 }
    } else if (fence) {
      sections.at(-1).blocks.push({ language: block.language, code: block.lines.join('\n'), line: block.line })
      block = undefined
    } else if (block) {
      block.lines.push(line)
    } else if (/^#+ /.test(line)) {
      sections.push({ title: line.replace(/^#+ /, ''), blocks: [] })
    }
  }
  if (block) throw new Error(`The code block that begins in line ${block.line} has no end`)
  return sections.filter((section) => section.blocks.length > 0)
}
